package dev.pgbaton.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * A program's output, passed on as it comes. Of each line only the beginning is looked at: a
 * statement that PostgreSQL logs may be larger than all the memory here.
 */
final class LogLines {
  private static final int LOOKED_AT = 4096;

  private LogLines() {}

  /**
   * @param line told the first 4096 bytes of each line
   */
  static void read(InputStream from, OutputStream to, Consumer<String> line) throws IOException {
    var buffer = new byte[8192];
    var begin = new byte[LOOKED_AT];
    var kept = 0;
    for (var read = from.read(buffer); read >= 0; read = from.read(buffer)) {
      to.write(buffer, 0, read);
      for (int i = 0; i < read; i++) {
        if (buffer[i] != '\n') {
          if (kept < LOOKED_AT) begin[kept++] = buffer[i];
          continue;
        }
        line.accept(new String(begin, 0, kept, StandardCharsets.UTF_8));
        kept = 0;
      }
      to.flush();
    }
    if (kept > 0) line.accept(new String(begin, 0, kept, StandardCharsets.UTF_8));
  }
}
