package dev.pgbaton.spec;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * The catalogue for an editor, which offers names and values; ranges and units are left to the
 * parser.
 */
final class ParametersSchema {
  private ParametersSchema() {}

  static ObjectNode of() {
    var properties = JsonNodeFactory.instance.objectNode();
    for (var setting : SettingsCatalogue.all()) {
      if (OwnedParameters.reason(setting.name()).isEmpty())
        properties.set(setting.name(), of(setting));
    }
    var schema = FieldType.schema("object");
    schema.put("additionalProperties", false);
    schema.set("properties", properties);
    schema
        .putObject("patternProperties")
        .set(
            "^[a-zA-Z_][a-zA-Z0-9_$]*(\\.[a-zA-Z_][a-zA-Z0-9_$]*)+$",
            scalar(JsonNodeFactory.instance.objectNode()));
    return schema;
  }

  private static ObjectNode of(Setting setting) {
    var schema = JsonNodeFactory.instance.objectNode().put("description", description(setting));
    return scalar(schema);
  }

  private static String description(Setting setting) {
    var text = new StringBuilder(setting.needsRestart() ? "Needs a restart." : "Reloaded.");
    if (!setting.values().isEmpty())
      text.append(" One of ").append(String.join(", ", setting.values())).append('.');
    setting.unit().ifPresent(unit -> text.append(" Counted in ").append(unit).append('.'));
    setting
        .initial()
        .filter(i -> !i.isEmpty())
        .ifPresent(i -> text.append(" Default: ").append(i).append('.'));
    return text.toString();
  }

  private static ObjectNode scalar(ObjectNode schema) {
    List.of("string", "number", "boolean").forEach(schema.putArray("type")::add);
    return schema;
  }
}
