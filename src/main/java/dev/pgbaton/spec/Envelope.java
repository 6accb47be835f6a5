package dev.pgbaton.spec;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.Neighbour;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * A document that means to be one of pgbaton's: what it says it is, and which cluster it is about.
 */
record Envelope(MappingNode document, String apiVersion, String kind) {
  private static final FieldType<ClusterSpec> DOCUMENT = FieldType.object(ClusterSpec::read);

  /**
   * Empty for documents of others, such as a kustomization or another operator's PostgresCluster.
   * What is nearly ours is ours: to pass over it in silence would be the worst answer to a typo.
   */
  static Optional<Envelope> of(Node document) {
    if (!(document instanceof MappingNode mapping)) return Optional.empty();
    var envelope =
        new Envelope(
            mapping, text(mapping, "apiVersion").orElse(""), text(mapping, "kind").orElse(""));
    var group = envelope.apiVersion.split("/")[0];
    var ours =
        Suggestion.nearest(group, List.of(Names.DOMAIN)).isPresent()
            || envelope.apiVersion.isEmpty() && envelope.kind.equals(ClusterSpec.KIND);
    return ours ? Optional.of(envelope) : Optional.empty();
  }

  /** Whose cluster a document is about that is of another operator's kind, in words. */
  static Optional<Problem> neighbours(Node document, Reading reading) {
    if (!(document instanceof MappingNode mapping)) return Optional.empty();
    return text(mapping, "apiVersion")
        .flatMap(Neighbour::ofKind)
        .map(
            neighbour ->
                new Problem(
                    reading.document(),
                    "",
                    "%s belongs to %s, and is left alone."
                        .formatted(FieldType.shown(text(mapping, "kind").orElse("")), neighbour)));
  }

  /** Empty where the document is not of a kind and version that can be read. */
  Optional<ClusterSpec> read(Reading reading) {
    if (!apiVersion.equals(ClusterSpec.API_VERSION)) {
      reading.problem(
          "apiVersion",
          place("apiVersion"),
          apiVersion.isEmpty()
              ? "is missing. Put %s.".formatted(ClusterSpec.API_VERSION)
              : "%s is not known. Put %s."
                  .formatted(FieldType.shown(apiVersion), ClusterSpec.API_VERSION));
      return Optional.empty();
    }
    if (!kind.equals(ClusterSpec.KIND)) {
      reading.problem(
          "kind",
          place("kind"),
          kind.isEmpty()
              ? "is missing. Put %s.".formatted(ClusterSpec.KIND)
              : "%s is not known. Put %s.".formatted(FieldType.shown(kind), ClusterSpec.KIND));
      return Optional.empty();
    }
    var spec = DOCUMENT.read(document, "", reading);
    ClusterRules.check(spec, reading);
    return Optional.of(spec);
  }

  /** The cluster it is about, as far as a Kubernetes object could have that name. */
  Optional<ClusterId> cluster() {
    return child(document, "metadata")
        .filter(MappingNode.class::isInstance)
        .map(MappingNode.class::cast)
        .flatMap(
            metadata ->
                text(metadata, "namespace")
                    .filter(FieldTypes.LABEL_NAME::accepts)
                    .flatMap(
                        namespace ->
                            text(metadata, "name")
                                .filter(FieldTypes.CLUSTER_NAME::accepts)
                                .map(name -> new ClusterId(namespace, name))));
  }

  private Node place(String field) {
    return child(document, field).orElse(document);
  }

  private static Optional<String> text(MappingNode mapping, String key) {
    return child(mapping, key)
        .filter(ScalarNode.class::isInstance)
        .map(node -> ((ScalarNode) node).getValue());
  }

  private static Optional<Node> child(MappingNode mapping, String key) {
    return mapping.getValue().stream()
        .filter(
            tuple -> tuple.getKeyNode() instanceof ScalarNode name && name.getValue().equals(key))
        .map(NodeTuple::getValueNode)
        .findFirst();
  }
}
