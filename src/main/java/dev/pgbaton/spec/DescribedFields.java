package dev.pgbaton.spec;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Notes down which fields are asked for. */
final class DescribedFields implements Fields {
  private final ObjectNode properties = JsonNodeFactory.instance.objectNode();
  private final List<String> required = new ArrayList<>();

  @Override
  public <T> T required(String name, FieldType<T> type, String description) {
    required.add(name);
    describe(name, type, description);
    return type.example();
  }

  @Override
  public <T> Optional<T> optional(String name, FieldType<T> type, String description) {
    describe(name, type, description);
    return Optional.empty();
  }

  @Override
  public <T> T optional(String name, FieldType<T> type, T absent, String description) {
    describe(name, type, description);
    if (absent instanceof Integer number && type instanceof IntegerType)
      property(name).put("default", number);
    if (absent instanceof String || absent instanceof Enum<?>)
      property(name).put("default", absent.toString());
    return absent;
  }

  List<String> names() {
    var names = new ArrayList<String>();
    properties.fieldNames().forEachRemaining(names::add);
    return names;
  }

  ObjectNode schema() {
    var schema = FieldType.schema("object");
    schema.put("additionalProperties", false);
    if (!required.isEmpty()) required.forEach(schema.putArray("required")::add);
    schema.set("properties", properties);
    return schema;
  }

  private void describe(String name, FieldType<?> type, String description) {
    var schema = JsonNodeFactory.instance.objectNode().put("description", description);
    schema.setAll(type.schema());
    properties.set(name, schema);
  }

  private ObjectNode property(String name) {
    return (ObjectNode) properties.get(name);
  }
}
