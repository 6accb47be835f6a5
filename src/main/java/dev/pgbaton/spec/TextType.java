package dev.pgbaton.spec;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A value written as a word.
 *
 * @param numbersToo whether a number without quotes is taken as its text, as Kubernetes does for
 *     quantities
 */
record TextType<T>(
    Pattern pattern,
    int maxLength,
    boolean numbersToo,
    String expected,
    T example,
    Function<String, T> convert)
    implements FieldType<T> {

  @Override
  public T read(Node node, String path, Reading reading) {
    if (!(node instanceof ScalarNode scalar)) {
      reading.problem(path, node, "%s is not %s.".formatted(FieldType.found(node), expected));
      return example;
    }
    var text = scalar.getValue();
    var isText = scalar.getTag().equals(Tag.STR);
    if (text.length() > maxLength) {
      reading.problem(
          path,
          node,
          "%s has %d characters; %d are possible."
              .formatted(FieldType.shown(text), text.length(), maxLength));
      return example;
    }
    if (!pattern.matcher(text).matches()) {
      reading.problem(path, node, "%s is not %s.".formatted(FieldType.shown(text), expected));
      return example;
    }
    if (!isText && !numbersToo) {
      reading.problem(
          path,
          node,
          "%s is not text unless it is in quotes. Put \"%s\"."
              .formatted(FieldType.shown(text), FieldType.shown(text)));
      return example;
    }
    return convert.apply(text);
  }

  boolean accepts(String word) {
    return word.length() <= maxLength && pattern.matcher(word).matches();
  }

  @Override
  public ObjectNode schema() {
    var schema = FieldType.schema("string");
    if (numbersToo) schema.putArray("type").add("string").add("number");
    if (!pattern.pattern().startsWith("(?s)"))
      schema.put("pattern", "^(" + pattern.pattern() + ")$");
    if (maxLength != Integer.MAX_VALUE) schema.put("maxLength", maxLength);
    return schema;
  }
}
