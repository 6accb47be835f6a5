package dev.pgbaton.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogLinesTest {
  private static List<String> lines(InputStream from, OutputStream to) throws IOException {
    var lines = new ArrayList<String>();
    LogLines.read(from, to, lines::add);
    return lines;
  }

  @Test
  void linesAreToldAndAllOfItIsPassedOn() throws IOException {
    var text = "one\n\ttwo\n\nlast without an end";
    var out = new ByteArrayOutputStream();

    var lines = lines(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), out);

    assertThat(lines).containsExactly("one", "\ttwo", "", "last without an end");
    assertThat(out).hasToString(text);
  }

  @Test
  void aLineLargerThanTheMemoryIsLookedAtOnlyWhereItBegins() throws IOException {
    var size = 1L << 30;
    var passed = new long[1];

    var lines =
        lines(
            new InputStream() {
              private long at;

              @Override
              public int read() {
                throw new UnsupportedOperationException();
              }

              @Override
              public int read(byte[] to, int offset, int length) {
                if (at >= size) return -1;
                var count = (int) Math.min(length, size - at);
                java.util.Arrays.fill(to, offset, offset + count, (byte) 'x');
                at += count;
                return count;
              }
            },
            new OutputStream() {
              @Override
              public void write(int one) {
                passed[0]++;
              }

              @Override
              public void write(byte[] from, int offset, int length) {
                passed[0] += length;
              }
            });

    assertThat(lines).singleElement().asString().hasSize(4096);
    assertThat(passed[0]).isEqualTo(size);
  }
}
