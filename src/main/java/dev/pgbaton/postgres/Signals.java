package dev.pgbaton.postgres;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What Java's own {@link Process} can't send, and whom it doesn't know. */
final class Signals {
  private static final int INT = 2;
  private static final int QUIT = 3;

  /** kill(2): a process that is made to send a signal takes 10 to 20 ms, while clients wait. */
  private static final Optional<MethodHandle> KILL = kill();

  private Signals() {}

  /** Looks up what is called later, while clients wait. */
  static void rehearse() {
    send(0, ProcessHandle.current().pid());
  }

  /** PostgreSQL's fast shutdown. */
  static void interrupt(long pid) {
    send(INT, pid);
  }

  /** PostgreSQL's immediate shutdown. */
  static void quit(long pid) {
    send(QUIT, pid);
  }

  private static void send(int signal, long pid) {
    if (KILL.isEmpty()) {
      sendByShell(signal, pid);
      return;
    }
    try {
      // It only fails where the process is gone.
      var _ = (int) KILL.get().invokeExact((int) pid, signal);
    } catch (Throwable e) {
      throw new IllegalStateException("kill(2) throws nothing", e);
    }
  }

  /** Empty in a native binary in which the call isn't registered. */
  @SuppressWarnings("restricted")
  private static Optional<MethodHandle> kill() {
    try {
      var linker = Linker.nativeLinker();
      return linker
          .defaultLookup()
          .find("kill")
          .map(
              kill ->
                  linker.downcallHandle(kill, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT)));
    } catch (UnsupportedOperationException | LinkageError e) {
      return Optional.empty();
    }
  }

  private static void sendByShell(int signal, long pid) {
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
