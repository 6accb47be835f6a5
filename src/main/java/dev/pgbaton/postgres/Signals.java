package dev.pgbaton.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What Java's own {@link Process} can't send, and whom it doesn't know. */
final class Signals {
  private Signals() {}

  /** PostgreSQL's fast shutdown. */
  static void interrupt(long pid) {
    send("INT", pid);
  }

  /** PostgreSQL's immediate shutdown. */
  static void quit(long pid) {
    send("QUIT", pid);
  }

  private static void send(String signal, long pid) {
    try {
      // The shell's own kill: the image has no other.
      new ProcessBuilder("/bin/sh", "-c", "kill -" + signal + " " + pid)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Ends every process that works in this data directory, also those whose postmaster is already
   * gone: they would keep the next one from starting.
   */
  static void kill(Path data) {
    for (var pid : processesIn(data))
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
  }

  static List<Long> processesIn(Path data) {
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      var real = data.toRealPath();
      return processes
          .filter(p -> Character.isDigit(p.getFileName().toString().charAt(0)))
          .filter(p -> worksIn(p, real))
          .map(p -> Long.parseLong(p.getFileName().toString()))
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static boolean worksIn(Path process, Path data) {
    try {
      return Files.readSymbolicLink(process.resolve("cwd")).equals(data)
          && Files.readSymbolicLink(process.resolve("exe")).endsWith("postgres");
    } catch (IOException e) {
      return false; // ended meanwhile, or somebody else's
    }
  }
}
