package dev.pgbaton.spec;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * The fields of a YAML mapping. Goes on after a problem, with an example in the value's place, so
 * that a person sees them all.
 */
final class MappingFields implements Fields {
  private final Reading reading;
  private final String path;
  private final MappingNode node;
  private final Map<String, NodeTuple> present = new LinkedHashMap<>();
  private final TreeSet<String> known = new TreeSet<>();
  private final TreeMap<String, String> missing = new TreeMap<>();

  MappingFields(Reading reading, String path, MappingNode node) {
    this.reading = reading;
    this.path = path;
    this.node = node;
    for (var tuple : node.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        reading.problem(path, tuple.getKeyNode(), "a field's name must be a plain word.");
      } else if (present.putIfAbsent(key.getValue(), tuple) != null) {
        var first = reading.place(present.get(key.getValue()).getKeyNode());
        reading.problem(
            at(key.getValue()),
            key,
            "is here a second time; the first is on line %d. Remove one of them."
                .formatted(first.line()));
      }
    }
  }

  @Override
  public <T> T required(String name, FieldType<T> type, String description) {
    var value = value(name);
    if (value.isPresent()) return type.read(value.get(), at(name), reading);
    missing.put(name, type.expected());
    return type.example();
  }

  @Override
  public <T> Optional<T> optional(String name, FieldType<T> type, String description) {
    return value(name).map(value -> type.read(value, at(name), reading));
  }

  /** To be called when every known field has been asked for. */
  void finish() {
    for (var unknown : present.entrySet()) {
      var name = unknown.getKey();
      if (known.contains(name) || reading.full()) continue;
      var nearest = Suggestion.nearest(name, known);
      // One mistake is one problem: a misspelt field is not missing too.
      nearest
          .filter(field -> missing.remove(field) != null)
          .ifPresent(field -> reading.unsound(at(field)));
      reading.problem(
          at(name),
          unknown.getValue().getKeyNode(),
          nearest
              .map("is not a field here. Did you mean %s?"::formatted)
              .orElseGet(
                  () ->
                      "is not a field here. Fields are: %s.".formatted(String.join(", ", known))));
    }
    missing.forEach(
        (name, expected) -> {
          var place =
              Optional.ofNullable(present.get(name)).map(NodeTuple::getKeyNode).orElse(node);
          reading.problem(at(name), place, "is missing. Put %s.".formatted(expected));
        });
  }

  /** An empty value means the field is absent, as Kubernetes reads it. */
  private Optional<Node> value(String name) {
    known.add(name);
    var tuple = present.get(name);
    if (tuple == null || tuple.getValueNode().getTag().equals(Tag.NULL)) return Optional.empty();
    reading.at(at(name), tuple.getValueNode());
    return Optional.of(tuple.getValueNode());
  }

  private String at(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }
}
