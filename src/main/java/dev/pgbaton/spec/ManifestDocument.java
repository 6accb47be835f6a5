package dev.pgbaton.spec;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.Neighbour;
import dev.pgbaton.cluster.SourceRef;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** One document of a file of manifests: an object, or a list of them. */
final class ManifestDocument {
  /** What the API server adds: a manifest that was read back from it has them. */
  private static final Set<String> OF_THE_SERVER =
      Set.of(
          "uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink");

  private static final String KUBECTL_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
  private static final int LONGEST_PATH = 500;

  private static final Pattern STEP = Pattern.compile("\\[(\\d+)]|([^.\\[\\]]+)");

  private final SpecFile file;
  private final int number;
  private final Reading reading;
  private final List<Found> found = new ArrayList<>();

  /**
   * @param values as written
   * @param object empty where it has a problem
   */
  record Found(Map<String, Object> values, SourceRef source, Optional<PlacedObject> object) {}

  private ManifestDocument(SpecFile file, int number, Reading reading) {
    this.file = file;
    this.number = number;
    this.reading = reading;
  }

  /**
   * @param number of the document in its file, from 0
   */
  static List<Found> read(
      SpecFile file, int number, MappingNode node, Reading reading, ManifestBudget budget) {
    var document = new ManifestDocument(file, number, reading);
    PlainYaml.object(node, reading, budget).ifPresent(values -> document.item(values, node, ""));
    return List.copyOf(document.found);
  }

  private void item(Map<String, Object> values, Node node, String at) {
    if (!(values.get("kind") instanceof String kind
        && values.get("apiVersion") instanceof String version)) {
      reading.problem(at, node, "has no apiVersion and kind: it is no Kubernetes object.");
      return;
    }
    if (version.equals("v1") && kind.equals("List")) {
      list(values, node, at);
      return;
    }
    // Another operator's cluster beside this one is none of ours.
    if (Neighbour.ofKind(version).isPresent()) return;
    var before = reading.problems().size();
    var type = ManifestKinds.named(kind);
    var object = type.flatMap(t -> object(values, t, version, node, at));
    if (type.isEmpty()) problem(values, node, at, "kind", ManifestKinds.whyNot(kind));
    found.add(
        new Found(
            values,
            reading.place(node),
            reading.problems().size() == before ? object : Optional.empty()));
  }

  private void list(Map<String, Object> values, Node node, String at) {
    if (!at.isEmpty()
        || !(values.get("items") instanceof List<?> items)
        || !(node(node, "items") instanceof SequenceNode nodes)
        || !items.stream().allMatch(Map.class::isInstance)) {
      reading.problem(at, node, "is a List whose items are not all objects.");
      return;
    }
    for (int i = 0; i < items.size() && !reading.full(); i++)
      item(mapping(items.get(i)), nodes.getValue().get(i), "items[" + i + "]");
  }

  private Optional<PlacedObject> object(
      Map<String, Object> values,
      Class<? extends HasMetadata> type,
      String version,
      Node node,
      String at) {
    var served = HasMetadata.getApiVersion(type);
    if (!version.equals(served)) {
      problem(
          values,
          node,
          at,
          "apiVersion",
          "%s is not served for this kind. Put %s.".formatted(FieldType.shown(version), served));
      return Optional.empty();
    }
    return switch (ManifestTypes.of(withoutTheServers(values), type)) {
      case ManifestTypes.Typed.Misfit(var field, var message) -> {
        problem(values, node, at, field, message);
        yield Optional.empty();
      }
      case ManifestTypes.Typed.Fits(var object) -> {
        check(object, values, node, at);
        yield Optional.of(new PlacedObject(object, reading.place(node), places(file, number, at)));
      }
    };
  }

  private void check(HasMetadata object, Map<String, Object> values, Node node, String at) {
    var name = object.getMetadata() == null ? null : object.getMetadata().getName();
    if (name == null || name.isEmpty())
      problem(
          values,
          node,
          at,
          "metadata.name",
          "is missing. Put a name; metadata.generateName can't be applied twice.");
    else if (!FieldTypes.SUBDOMAIN_NAME.accepts(name))
      problem(values, node, at, "metadata.name", "is no name that an object can have.");
    var namespace = object.getMetadata() == null ? null : object.getMetadata().getNamespace();
    if (namespace != null && !FieldTypes.LABEL_NAME.accepts(namespace))
      problem(values, node, at, "metadata.namespace", "is no name that a namespace can have.");
    if (object.getMetadata() != null && !object.getMetadata().getOwnerReferences().isEmpty())
      problem(
          values,
          node,
          at,
          "metadata.ownerReferences",
          "are the cluster's: with an owner that isn't there, Kubernetes deletes the object. Remove them.");
    if (object.getMetadata() != null && !object.getMetadata().getFinalizers().isEmpty())
      problem(
          values,
          node,
          at,
          "metadata.finalizers",
          "are for controllers to put and to remove: nobody would remove these. Remove them.");
    for (var missing : RequiredFields.missing(object))
      problem(
          values, node, at, missing, "is missing, and Kubernetes takes no such object without it.");
    if (object instanceof Secret secret && secret.getData() != null)
      secret
          .getData()
          .forEach(
              (key, value) -> {
                if (!isBase64(value))
                  problem(
                      values,
                      node,
                      at,
                      "data." + key,
                      "is not Base64. Encode it, or put the text under stringData.");
              });
  }

  private static boolean isBase64(String value) {
    try {
      Base64.getDecoder().decode(value == null ? "" : value.replaceAll("[\r\n]", ""));
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private void problem(
      Map<String, Object> values, Node node, String at, String field, String message) {
    var whole = at.isEmpty() ? field : at + (field.isEmpty() ? "" : "." + field);
    var path = whole.length() <= LONGEST_PATH ? whole : whole.substring(0, LONGEST_PATH) + "…";
    reading.problem(path, nearest(node, field), shown(values) + message);
  }

  /** Which object, for a person: a file has many. */
  private static String shown(Map<String, Object> values) {
    var name = mapping(values.get("metadata")).get("name");
    return name instanceof String text
        ? "(%s %s) ".formatted(FieldType.shown((String) values.get("kind")), FieldType.shown(text))
        : "";
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> mapping(Object value) {
    return value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
  }

  private static Map<String, Object> withoutTheServers(Map<String, Object> values) {
    var result = new LinkedHashMap<>(values);
    result.remove("status");
    if (values.get("metadata") instanceof Map<?, ?>) {
      var metadata = new LinkedHashMap<>(mapping(values.get("metadata")));
      metadata.keySet().removeAll(OF_THE_SERVER);
      if (metadata.get("annotations") instanceof Map<?, ?>) {
        var annotations = new LinkedHashMap<>(mapping(metadata.get("annotations")));
        annotations.remove(KUBECTL_APPLIED);
        metadata.put("annotations", annotations);
      }
      result.put("metadata", metadata);
    }
    return result;
  }

  private static PlacedObject.Places places(SpecFile file, int number, String at) {
    return field -> {
      var reading = YamlDocuments.of(file, new KubectlScalars());
      if (!(reading instanceof YamlDocuments.Read(var documents)))
        return SourceRef.file(file.path());
      var document = documents.get(number);
      return new Reading(file.path(), document).place(nearest(nearest(document, at), field));
    };
  }

  /** The field's value, or that of the nearest field around it that is there. */
  private static Node nearest(Node node, String field) {
    var at = node;
    var steps = STEP.matcher(field);
    while (steps.find()) {
      var rest = field.substring(steps.start()).replaceFirst("^\\.", "");
      // Keys with dots in them: ConfigMaps and annotations have such.
      var whole = node(at, rest);
      if (whole != null) return whole;
      var next =
          steps.group(1) != null
              ? item(at, Integer.parseInt(steps.group(1)))
              : node(at, steps.group(2));
      if (next == null) return at;
      at = next;
    }
    return at;
  }

  private static Node item(Node node, int index) {
    return node instanceof SequenceNode sequence && index < sequence.getValue().size()
        ? sequence.getValue().get(index)
        : null;
  }

  private static Node node(Node node, String key) {
    return node instanceof MappingNode mapping
        ? mapping.getValue().stream()
            .filter(t -> t.getKeyNode() instanceof ScalarNode name && name.getValue().equals(key))
            .map(NodeTuple::getValueNode)
            .findFirst()
            .orElse(null)
        : null;
  }

  /** Whether it is a StatefulSet whose pods run PostgreSQL with repmgr. */
  static boolean runsPostgres(Map<String, Object> values) {
    if (!"StatefulSet".equals(values.get("kind"))) return false;
    var role = mapping(mapping(values.get("metadata")).get("annotations")).get(Names.ROLE_LABEL);
    if (role != null) return role.equals("postgresql");
    var pod = mapping(mapping(mapping(values.get("spec")).get("template")).get("spec"));
    // Its variables may all be in a ConfigMap.
    if (items(pod.get("containers"))
        .anyMatch(
            container ->
                mapping(container).get("image") instanceof String image
                    && Names.REPMGR_IMAGE.matcher(image).matches())) return true;
    return items(pod.get("containers"))
        .flatMap(container -> items(mapping(container).get("env")))
        .anyMatch(
            variable ->
                mapping(variable).get("name") instanceof String name && name.startsWith("REPMGR_"));
  }

  private static Stream<Object> items(Object value) {
    return value instanceof List<?> list ? list.stream().map(Object.class::cast) : Stream.empty();
  }
}
