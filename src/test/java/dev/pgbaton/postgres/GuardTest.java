package dev.pgbaton.postgres;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The script alone: it must end the right process, at the right moment. */
class GuardTest {
  /** Longer than it waits for a line. */
  private static final long PAUSE_MILLIS = 450;

  private Process guard;
  private Process guarded;

  @BeforeEach
  void start() throws IOException {
    guard = new ProcessBuilder("/bin/bash", "-c", Guard.SCRIPT).start();
    guarded = new ProcessBuilder("/bin/sleep", "60").start();
  }

  @AfterEach
  void end() {
    guard.destroyForcibly();
    guarded.destroyForcibly();
  }

  private void write(String piece) throws IOException {
    guard.getOutputStream().write(piece.getBytes(US_ASCII));
    guard.getOutputStream().flush();
  }

  @Test
  void itEndsTheProcessAtTheDeadline() throws Exception {
    write(guarded.pid() + " 300\n");

    assertThat(guarded.waitFor(20, TimeUnit.SECONDS)).isTrue();
  }

  /** The rest of such a line may be the number of the program itself. */
  @Test
  void whatComesInPiecesIsOneLine() throws Exception {
    var other = new ProcessBuilder("/bin/sleep", "60").start();
    try {
      write(guarded.pid() + " 60000" + other.pid());
      Thread.sleep(PAUSE_MILLIS);
      write("\n");
      Thread.sleep(PAUSE_MILLIS);
      write(guarded.pid() + " 6000");
      Thread.sleep(PAUSE_MILLIS);
      write(other.pid() + "\n");

      assertThat(other.waitFor(PAUSE_MILLIS, TimeUnit.MILLISECONDS)).isFalse();
      assertThat(guarded.isAlive()).isTrue();
      write(guarded.pid() + " 30");
      Thread.sleep(PAUSE_MILLIS);
      write("0\n");
      assertThat(guarded.waitFor(20, TimeUnit.SECONDS)).isTrue();
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void whoeverWroteIsGone() throws Exception {
    write(guarded.pid() + " 60000\n");
    guard.getOutputStream().close();

    assertThat(guarded.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(guard.waitFor(20, TimeUnit.SECONDS)).isTrue();
  }
}
