package dev.pgbaton.spec;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Function;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/** A mapping with known fields. */
record ObjectType<T>(Function<Fields, T> record) implements FieldType<T> {
  @Override
  public T read(Node node, String path, Reading reading) {
    if (!(node instanceof MappingNode mapping)) {
      reading.problem(path, node, "%s is not %s.".formatted(FieldType.found(node), expected()));
      return example();
    }
    var fields = new MappingFields(reading, path, mapping);
    var value = record.apply(fields);
    fields.finish();
    return value;
  }

  @Override
  public T example() {
    return record.apply(new DescribedFields());
  }

  @Override
  public String expected() {
    var fields = new DescribedFields();
    record.apply(fields);
    var names = fields.names();
    return (names.size() == 1 ? "a mapping with the field " : "a mapping with the fields ")
        + String.join(", ", names);
  }

  @Override
  public ObjectNode schema() {
    var fields = new DescribedFields();
    record.apply(fields);
    return fields.schema();
  }
}
