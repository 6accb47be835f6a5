package dev.pgbaton.spec;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** PostgreSQL's parameters: each is checked against the catalogue, before any server sees it. */
record ParametersType() implements FieldType<Map<String, String>> {
  private static final String EXTENSION_NAME =
      "[a-zA-Z_][a-zA-Z0-9_$]*(\\.[a-zA-Z_][a-zA-Z0-9_$]*)+";

  @Override
  public Map<String, String> read(Node node, String path, Reading reading) {
    if (!(node instanceof MappingNode mapping)) {
      reading.problem(path, node, "%s is not %s.".formatted(FieldType.found(node), expected()));
      return example();
    }
    var values = new TreeMap<String, String>();
    for (var tuple : mapping.getValue()) {
      if (reading.full()) break;
      var name = tuple.getKeyNode() instanceof ScalarNode key ? key.getValue() : "";
      var at = path + "." + name;
      // PostgreSQL does not care for the case of a name.
      var known = SettingsCatalogue.get(name).map(Setting::name).orElse(name);
      reading.at(at, tuple.getValueNode());
      var aboutName = wrongName(name);
      if (aboutName.isPresent()) {
        reading.problem(at, tuple.getKeyNode(), aboutName.get());
      } else if (values.containsKey(known)) {
        reading.problem(at, tuple.getKeyNode(), "is here a second time. Remove one of them.");
      } else {
        var value = value(tuple.getValueNode());
        value
            .flatMap(text -> wrongValue(known, text))
            .or(
                () ->
                    value.isPresent()
                        ? Optional.empty()
                        : Optional.of(noValue(tuple.getValueNode())))
            .ifPresent(message -> reading.problem(at, tuple.getValueNode(), message));
        values.put(known, value.orElse(""));
      }
    }
    return Collections.unmodifiableMap(values);
  }

  private Optional<String> value(Node node) {
    return node instanceof ScalarNode scalar && !scalar.getTag().equals(Tag.NULL)
        ? Optional.of(scalar.getValue())
        : Optional.empty();
  }

  private static String noValue(Node node) {
    return node instanceof ScalarNode
        ? "has no value. Put one, or remove it."
        : "%s is not a value. Put one word, or a text in quotes.".formatted(FieldType.found(node));
  }

  Optional<String> wrong(String name, String value) {
    return wrongName(name)
        .or(() -> wrongValue(SettingsCatalogue.get(name).map(Setting::name).orElse(name), value));
  }

  private Optional<String> wrongName(String name) {
    var owned = OwnedParameters.reason(name);
    if (owned.isPresent()) return owned;
    if (SettingsCatalogue.get(name).isPresent()) return Optional.empty();
    if (name.matches(EXTENSION_NAME)) return Optional.empty();
    return Optional.of(
        "is not a setting of PostgreSQL 17."
            + Suggestion.nearest(name, SettingsCatalogue.all().stream().map(Setting::name).toList())
                .map(" Did you mean %s?"::formatted)
                .orElse(" Remove it, or write extension.setting if it belongs to an extension."));
  }

  private Optional<String> wrongValue(String name, String value) {
    if (value.indexOf('\0') >= 0 || value.indexOf('\n') >= 0)
      return Optional.of("a value has one line.");
    return SettingsCatalogue.get(name)
        .flatMap(
            setting ->
                switch (SettingValue.parse(setting, value)) {
                  case SettingValue.Good _ -> OwnedParameters.narrowed(name, value);
                  case SettingValue.Bad(var why) ->
                      Optional.of("%s %s%s".formatted(value, why, why.endsWith("?") ? "" : "."));
                });
  }

  @Override
  public Map<String, String> example() {
    return Map.of();
  }

  @Override
  public String expected() {
    return "a mapping of PostgreSQL's settings";
  }

  @Override
  public ObjectNode schema() {
    return ParametersSchema.of();
  }
}
