package dev.pgbaton.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** Commands of the machine that the tests run on. */
final class Shell {
  private Shell() {}

  static String run(List<String> command, String... arguments) {
    var all = Stream.concat(command.stream(), Stream.of(arguments)).toList();
    try {
      var builder = new ProcessBuilder(all).redirectErrorStream(true);
      // Over WebSockets kubectl was seen to complain of a stream that it had not opened yet.
      builder.environment().put("KUBECTL_REMOTE_COMMAND_WEBSOCKETS", "false");
      var process = builder.start();
      process.getOutputStream().close();
      var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) throw new Failed(String.join(" ", all) + " failed:\n" + output);
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(String.join(" ", all), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The command ended with another code than 0; with all that it printed. */
  static final class Failed extends IllegalStateException {
    private static final long serialVersionUID = 1;

    Failed(String message) {
      super(message);
    }
  }
}
