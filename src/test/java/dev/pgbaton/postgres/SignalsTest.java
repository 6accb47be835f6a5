package dev.pgbaton.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SignalsTest {
  @Test
  void aProcessHearsWhatItIsSent() throws Exception {
    // What was started in the background ignores it, and so would its children.
    var shell =
        new ProcessBuilder(
                "env",
                "--default-signal=INT",
                "/bin/sh",
                "-c",
                "trap 'exit 7' INT; echo; while :; do sleep 0.02; done")
            .start();
    shell.inputReader().readLine();

    Signals.interrupt(shell.pid());

    assertThat(shell.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(shell.exitValue()).isEqualTo(7);
  }

  @Test
  void aProcessThatIsGoneIsNoError() throws Exception {
    var gone = new ProcessBuilder("/bin/true").start();
    gone.waitFor();

    assertThatCode(() -> Signals.quit(gone.pid())).doesNotThrowAnyException();
  }
}
