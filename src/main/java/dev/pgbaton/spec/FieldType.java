package dev.pgbaton.spec;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * How a value is written in YAML: read with its problems reported, and described for the JSON
 * schema.
 */
interface FieldType<T> {
  /** The value, or after a reported problem {@link #example}. */
  T read(Node node, String path, Reading reading);

  /** A valid value, to go on with where none could be read. */
  T example();

  /** For "put …". */
  String expected();

  ObjectNode schema();

  static <T> FieldType<T> object(Function<Fields, T> record) {
    return new ObjectType<>(record);
  }

  static <T> FieldType<List<T>> list(FieldType<T> element) {
    return new ListType<>(element);
  }

  static <T> FieldType<Map<String, T>> map(FieldType<T> value) {
    return new MapType<>(FieldTypes.KEY, value);
  }

  static FieldType<Integer> integer(int min, int max) {
    return new IntegerType(min, max);
  }

  static <E extends Enum<E>> FieldType<E> oneOf(Class<E> constants) {
    return new OneOfType<>(List.of(constants.getEnumConstants()));
  }

  static FieldType<String> constant(String value) {
    return new OneOfType<>(List.of(value));
  }

  static ObjectNode schema(String type) {
    return JsonNodeFactory.instance.objectNode().put("type", type);
  }

  /** How a node of the wrong kind is called in a message. */
  static String found(Node node) {
    return switch (node.getNodeType()) {
      case MAPPING -> "a mapping";
      case SEQUENCE -> "a list";
      case SCALAR -> shown(((ScalarNode) node).getValue());
      case ANCHOR -> "an alias";
    };
  }

  /** A text as a message repeats it: on one line, and not all of a long one. */
  static String shown(String text) {
    if (text.isEmpty()) return "an empty text";
    var line = text.replaceAll("\\p{Cntrl}+", " ");
    return line.length() <= 80 ? line : line.substring(0, 79) + "…";
  }
}
