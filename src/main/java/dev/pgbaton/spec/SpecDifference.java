package dev.pgbaton.spec;

import dev.pgbaton.cluster.ClusterId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * What differs between two states of a cluster's files, field by field. A value is only shown where
 * it can't be a password: of fields of our own spec, when it could be read; and of plain manifests
 * (where one may stand in an environment, a ConfigMap or an argument) of a few fields that are
 * named here. Comments are in neither.
 */
public final class SpecDifference {
  private static final String HIDDEN = "(not shown)";
  private static final int LONGEST_VALUE = 200;

  /** An alias can stand for more than any memory holds, or for itself. */
  private static final int MOST_NODES = 20_000;

  private static final int DEEPEST = 64;

  /** Of our own spec: what runs a program, and whatever its name says. */
  private static final Pattern SECRETIVE =
      Pattern.compile("(?i)pass|secret|token|credential|conninfo|_command|key|env|annotations");

  private static final Pattern WITH_CREDENTIALS = Pattern.compile("://[^/\\s]*@");

  /** Where any extension's settings may stand, too, whatever they hold. */
  private static final Pattern SETTING =
      Pattern.compile(".*\\.(?:parameters|settings)\\.(?<setting>.+)");

  private static final Pattern PLAIN =
      Pattern.compile(
          "(?:StatefulSet|Deployment|Service|PersistentVolumeClaim) \\S* \\.spec(?:\\..*)?"
              + "\\.(?:image|replicas|serviceName|storageClassName|cpu|memory|storage)");

  /** A field as it is compared, and as it is shown. */
  private record Value(String compared, String shown) {}

  private final SortedMap<String, Value> fields = new TreeMap<>();
  private int nodes;
  private boolean tooMuch;

  private SpecDifference() {}

  /**
   * Of a cluster's spec.
   *
   * @param id of which cluster: others may be in the same file
   */
  public static List<FieldChange> ofSpec(
      ClusterId id, Optional<SpecFile> before, Optional<SpecFile> after) {
    return between(spec(id, before), spec(id, after));
  }

  /** Of all objects in a cluster's directory. */
  public static List<FieldChange> ofManifests(List<SpecFile> before, List<SpecFile> after) {
    return between(manifests(before), manifests(after));
  }

  private static SpecDifference spec(ClusterId id, Optional<SpecFile> file) {
    var state = new SpecDifference();
    file.ifPresent(
        f -> {
          var known = SpecParser.parse(List.of(f)).clusters().get(id) instanceof ParsedSpec.Valid;
          for (var document : documents(f))
            if (Envelope.of(document).flatMap(Envelope::cluster).filter(id::equals).isPresent())
              state.add("", document, 0, known ? Shown.OF_SPEC : Shown.NOTHING);
        });
    return state;
  }

  private static SpecDifference manifests(List<SpecFile> files) {
    var state = new SpecDifference();
    for (var file : files)
      for (var document : documents(file))
        if (document instanceof MappingNode object)
          state.add(
              "%s %s".formatted(text(object, "kind"), name(object)),
              document,
              0,
              Shown.OF_MANIFESTS);
    return state;
  }

  /** Those before the place where a file breaks. */
  private static List<Node> documents(SpecFile file) {
    return switch (YamlDocuments.of(file)) {
      case YamlDocuments.Read(var documents) -> documents;
      case YamlDocuments.Broken(var readable, _) -> readable;
    };
  }

  private enum Shown {
    NOTHING,
    OF_SPEC,
    OF_MANIFESTS;

    boolean shows(String name) {
      return switch (this) {
        case NOTHING -> false;
        case OF_SPEC -> !SECRETIVE.matcher(name).find() && isKnown(name);
        case OF_MANIFESTS -> PLAIN.matcher(name).matches();
      };
    }

    private static boolean isKnown(String name) {
      var setting = SETTING.matcher(name);
      return !setting.matches()
          || name.startsWith("spec.pgpool.")
          || SettingsCatalogue.get(setting.group("setting")).isPresent();
    }
  }

  private void add(String name, Node node, int depth, Shown shown) {
    if (++nodes > MOST_NODES || depth > DEEPEST) {
      tooMuch = true;
      return;
    }
    switch (node) {
      case MappingNode mapping ->
          mapping
              .getValue()
              .forEach(
                  tuple ->
                      add(
                          join(name, key(tuple.getKeyNode())),
                          tuple.getValueNode(),
                          depth + 1,
                          shown));
      case SequenceNode sequence -> {
        var items = sequence.getValue();
        for (int i = 0; i < items.size(); i++)
          add(name + "[" + item(items.get(i), i) + "]", items.get(i), depth + 1, shown);
      }
      case ScalarNode scalar ->
          fields.put(
              name,
              new Value(
                  scalar.getValue(),
                  shown.shows(name) && !WITH_CREDENTIALS.matcher(scalar.getValue()).find()
                      ? brief(scalar.getValue())
                      : HIDDEN));
      default -> {}
    }
  }

  private static String join(String name, String key) {
    return name.isEmpty()
        ? key
        : name + (name.contains(" ") && !name.contains(".") ? " ." : ".") + key;
  }

  /** Keys are names of fields; what is too long for one may be anything. */
  private static String key(Node key) {
    return key instanceof ScalarNode scalar && scalar.getValue().matches("[\\w./-]{1,80}")
        ? scalar.getValue()
        : "…";
  }

  private static String item(Node item, int index) {
    return item instanceof MappingNode mapping && !name(mapping).isEmpty()
        ? name(mapping)
        : String.valueOf(index);
  }

  private static String name(MappingNode object) {
    var own = text(object, "name");
    if (!own.isEmpty()) return own;
    return child(object, "metadata") instanceof MappingNode metadata ? text(metadata, "name") : "";
  }

  private static String text(MappingNode mapping, String key) {
    return child(mapping, key) instanceof ScalarNode scalar && key(scalar).length() > 1
        ? key(scalar)
        : "";
  }

  private static Node child(MappingNode mapping, String key) {
    return mapping.getValue().stream()
        .filter(t -> t.getKeyNode() instanceof ScalarNode name && name.getValue().equals(key))
        .map(t -> t.getValueNode())
        .findFirst()
        .orElse(null);
  }

  private static String brief(String value) {
    var line = value.replaceAll("\\p{Cntrl}+", " ");
    return line.length() <= LONGEST_VALUE ? line : line.substring(0, LONGEST_VALUE - 1) + "…";
  }

  private static List<FieldChange> between(SpecDifference before, SpecDifference after) {
    var names = new TreeSet<>(before.fields.keySet());
    names.addAll(after.fields.keySet());
    var changes = new ArrayList<FieldChange>();
    for (var name : names) {
      var was = Optional.ofNullable(before.fields.get(name));
      var is = Optional.ofNullable(after.fields.get(name));
      if (!was.map(Value::compared).equals(is.map(Value::compared)))
        changes.add(new FieldChange(name, was.map(Value::shown), is.map(Value::shown)));
    }
    if (before.tooMuch || after.tooMuch)
      changes.add(
          new FieldChange("(the rest is too much to compare)", Optional.empty(), Optional.empty()));
    return List.copyOf(changes);
  }
}
