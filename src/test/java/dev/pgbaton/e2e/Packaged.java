package dev.pgbaton.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The program as it is packaged, in a process of its own with an environment of its own. */
final class Packaged {
  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
  private static final Path PROGRAM =
      Path.of(System.getProperty("pgbaton.program", "target/quarkus-app/quarkus-run.jar"));

  private Packaged() {}

  record Result(int exit, String output) {}

  /** Runs it to its end. */
  static Result run(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    var process = start(environment, arguments);
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("it does not end:\n" + output);
    }
    return new Result(process.exitValue(), output);
  }

  /** Starts it; its output and errors come as one. */
  static Process start(Map<String, String> environment, String... arguments) throws IOException {
    return builder(environment, arguments).start();
  }

  /**
   * @param output where its output and errors go, as one
   */
  static Process start(Map<String, String> environment, Path output, String... arguments)
      throws IOException {
    return builder(environment, arguments).redirectOutput(output.toFile()).start();
  }

  private static ProcessBuilder builder(Map<String, String> environment, String... arguments) {
    // What a shell runs in the background ignores SIGINT, and so do its children.
    var command =
        new ArrayList<>(
            List.of("env", "--default-signal=INT", JAVA.toString(), "-jar", PROGRAM.toString()));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("PGBATON_"));
    builder.environment().putAll(environment);
    return builder;
  }
}
