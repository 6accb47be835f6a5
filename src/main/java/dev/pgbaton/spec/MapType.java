package dev.pgbaton.spec;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * A mapping whose keys the person chooses; kept in the order of its keys, so that the same content
 * gives the same bytes.
 */
record MapType<T>(FieldType<String> key, FieldType<T> value) implements FieldType<Map<String, T>> {
  @Override
  public Map<String, T> read(Node node, String path, Reading reading) {
    if (!(node instanceof MappingNode mapping)) {
      reading.problem(path, node, "%s is not %s.".formatted(FieldType.found(node), expected()));
      return example();
    }
    var values = new TreeMap<String, T>();
    for (var tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode name)) {
        reading.problem(path, tuple.getKeyNode(), "a key must be a plain word.");
        continue;
      }
      var at = path + "." + name.getValue();
      key.read(name, at, reading);
      reading.at(at, tuple.getValueNode());
      if (values.put(name.getValue(), value.read(tuple.getValueNode(), at, reading)) != null) {
        reading.problem(at, name, "is here a second time. Remove one of them.");
      }
    }
    return Collections.unmodifiableMap(values);
  }

  @Override
  public Map<String, T> example() {
    return Map.of();
  }

  @Override
  public String expected() {
    return "a mapping, each value " + value.expected();
  }

  @Override
  public ObjectNode schema() {
    var schema = FieldType.schema("object");
    var names = key.schema();
    names.remove("type");
    if (!names.isEmpty()) schema.set("propertyNames", names);
    schema.set("additionalProperties", value.schema());
    return schema;
  }
}
