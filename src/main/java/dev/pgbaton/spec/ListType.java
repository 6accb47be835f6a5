package dev.pgbaton.spec;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

record ListType<T>(FieldType<T> element) implements FieldType<List<T>> {
  @Override
  public List<T> read(Node node, String path, Reading reading) {
    if (!(node instanceof SequenceNode sequence)) {
      reading.problem(path, node, "%s is not %s.".formatted(FieldType.found(node), expected()));
      return example();
    }
    var values = new ArrayList<T>();
    for (var child : sequence.getValue()) {
      values.add(element.read(child, "%s[%d]".formatted(path, values.size()), reading));
    }
    return List.copyOf(values);
  }

  @Override
  public List<T> example() {
    return List.of();
  }

  @Override
  public String expected() {
    return "a list, each entry " + element.expected();
  }

  @Override
  public ObjectNode schema() {
    var schema = FieldType.schema("array");
    schema.set("items", element.schema());
    return schema;
  }
}
