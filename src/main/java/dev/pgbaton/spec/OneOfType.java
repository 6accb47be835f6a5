package dev.pgbaton.spec;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** One of a few words. */
record OneOfType<T>(List<T> values) implements FieldType<T> {
  @Override
  public T read(Node node, String path, Reading reading) {
    var found = node instanceof ScalarNode scalar ? scalar.getValue() : "";
    for (var value : values) if (value.toString().equals(found)) return value;
    var nearest = Suggestion.nearest(found, values.stream().map(Object::toString).toList());
    reading.problem(
        path,
        node,
        "%s is not %s.%s"
            .formatted(
                FieldType.found(node),
                expected(),
                nearest.map(n -> " Did you mean %s?".formatted(n)).orElse("")));
    return example();
  }

  @Override
  public T example() {
    return values.getFirst();
  }

  @Override
  public String expected() {
    return values.size() == 1
        ? values.getFirst().toString()
        : "one of " + values.stream().map(Object::toString).collect(Collectors.joining(", "));
  }

  @Override
  public ObjectNode schema() {
    var schema = FieldType.schema("string");
    values.forEach(value -> schema.withArrayProperty("enum").add(value.toString()));
    return schema;
  }
}
