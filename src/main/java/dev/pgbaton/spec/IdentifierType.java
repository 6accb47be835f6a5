package dev.pgbaton.spec;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * A name in PostgreSQL, which keeps 63 bytes of one and cuts off the rest without a word: it would
 * not be found again.
 */
record IdentifierType(TextType<String> text) implements FieldType<String> {
  static final int BYTES = 63;

  @Override
  public String read(Node node, String path, Reading reading) {
    if (!(node instanceof ScalarNode scalar) || !isTooLong(scalar.getValue()))
      return text.read(node, path, reading);
    reading.problem(
        path,
        node,
        "%s has %d bytes in UTF-8, and PostgreSQL keeps %d of a name. Put a shorter one."
            .formatted(FieldType.shown(scalar.getValue()), bytes(scalar.getValue()), BYTES));
    return example();
  }

  /** What has too many characters is told of those. */
  private boolean isTooLong(String name) {
    return text.accepts(name) && bytes(name) > BYTES;
  }

  private static int bytes(String name) {
    return name.getBytes(StandardCharsets.UTF_8).length;
  }

  @Override
  public String example() {
    return text.example();
  }

  @Override
  public String expected() {
    return text.expected();
  }

  @Override
  public ObjectNode schema() {
    return text.schema();
  }
}
