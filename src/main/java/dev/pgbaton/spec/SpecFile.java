package dev.pgbaton.spec;

import java.nio.charset.StandardCharsets;

/**
 * A file of the repository as it is in a commit.
 *
 * @param blob the content's Git object id: the same blob is the same content
 */
public record SpecFile(String path, String blob, byte[] content) {
  public String text() {
    return new String(content, StandardCharsets.UTF_8);
  }
}
