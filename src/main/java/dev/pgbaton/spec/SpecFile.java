package dev.pgbaton.spec;

import dev.pgbaton.cluster.SourceRef;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A file of the repository as it is in a commit.
 *
 * @param blob the content's Git object id: the same blob is the same content
 */
public record SpecFile(String path, String blob, byte[] content) {
  public String text() {
    return new String(content, StandardCharsets.UTF_8);
  }

  /** Where the first byte stands that is no UTF-8; empty for text. */
  public Optional<SourceRef> firstNoText() {
    var bytes = ByteBuffer.wrap(content);
    var result =
        StandardCharsets.UTF_8
            .newDecoder()
            .decode(bytes, CharBuffer.allocate(content.length + 1), true);
    if (!result.isError()) return Optional.empty();
    var before = new String(content, 0, bytes.position(), StandardCharsets.UTF_8);
    var line = 1 + (int) before.chars().filter(c -> c == '\n').count();
    var column = before.length() - before.lastIndexOf('\n');
    return Optional.of(new SourceRef(path, line, column));
  }
}
