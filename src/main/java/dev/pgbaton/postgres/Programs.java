package dev.pgbaton.postgres;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Runs PostgreSQL's own programs to their end. */
final class Programs {
  private Programs() {}

  /** How a program ended, with the last lines that it printed. */
  record Ended(int code, String output) {
    boolean well() {
      return code == 0;
    }

    String lastLine() {
      return output.lines().reduce((_, last) -> last).orElse("exit code " + code);
    }
  }

  static Ended run(List<String> command, Map<String, String> environment, String input) {
    return run(command, environment, input, _ -> {});
  }

  /**
   * @param started told of the process, so that it can be ended from elsewhere
   */
  static Ended run(
      List<String> command,
      Map<String, String> environment,
      String input,
      Consumer<Process> started) {
    try {
      var builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().put("LC_ALL", "C");
      builder.environment().putAll(environment);
      var process = builder.start();
      started.accept(process);
      try (var stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        // It ended before it read everything; its exit code tells.
      }
      var last = new ArrayDeque<String>();
      try (var lines = reader(process)) {
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
          if (last.size() == 100) last.removeFirst();
          last.add(line);
        }
      }
      return new Ended(process.waitFor(), String.join("\n", last));
    } catch (IOException e) {
      throw new UncheckedIOException(command.getFirst() + " can't be run", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Ended(-1, "interrupted");
    }
  }

  static BufferedReader reader(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }
}
