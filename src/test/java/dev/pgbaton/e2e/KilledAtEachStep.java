package dev.pgbaton.e2e;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Kills the daemon as soon as its log says that a step was carried out, each step once. The log is
 * read where its node writes it: the next step follows within a moment.
 */
final class KilledAtEachStep implements AutoCloseable {
  private static final long LOOKS_EVERY = 1_000_000;

  private final Path nodes;
  private final String namespace;
  private final Daemon daemon;
  private final Function<String, Optional<String>> stepOf;
  private final Map<Path, Long> read = new HashMap<>();
  private final Set<Path> over = new HashSet<>();
  private final List<String> killedAfter = Collections.synchronizedList(new ArrayList<>());
  private final Thread thread;
  private volatile boolean ended;

  private record Alive(Path log, ProcessHandle process) {}

  private Optional<Alive> alive = Optional.empty();

  /**
   * @param nodes the folder with one folder a node
   * @param namespace the daemon's
   * @param stepOf which step a line of the log says was carried out
   */
  KilledAtEachStep(
      Path nodes, String namespace, Daemon daemon, Function<String, Optional<String>> stepOf) {
    this.nodes = nodes;
    this.namespace = namespace;
    this.daemon = daemon;
    this.stepOf = stepOf;
    // What was written before is not its own.
    for (var log : logs()) lines(log, _ -> {});
    this.thread = Thread.ofPlatform().name("kills").daemon().start(this::work);
  }

  private void work() {
    while (!ended) {
      for (var log : logs()) {
        if (!over.contains(log) && alive.filter(a -> a.log().equals(log)).isEmpty())
          alive = process(log).map(process -> new Alive(log, process)).or(() -> alive);
        lines(log, line -> look(log, line));
      }
      LockSupport.parkNanos(LOOKS_EVERY);
    }
  }

  private void look(Path log, String line) {
    var step = stepOf.apply(line);
    if (step.isEmpty() || over.contains(log) || killedAfter.contains(step.get())) return;
    alive.filter(a -> a.log().equals(log)).ifPresent(a -> a.process().destroyForcibly());
    over.add(log);
    killedAfter.add(step.get());
    // The kubelet would start it later each time.
    daemon.replace();
  }

  /** Whose log it is; the folder's name ends with its pod's UID. */
  private static Optional<ProcessHandle> process(Path log) {
    var pod = log.getParent().getParent().getFileName().toString();
    return Daemon.process(pod.substring(pod.lastIndexOf('_') + 1));
  }

  private List<Path> logs() {
    try (var folders = Files.list(nodes)) {
      var logs = new ArrayList<Path>();
      for (var folder : folders.map(node -> node.resolve("pod-logs")).toList()) {
        try (var pods = Files.newDirectoryStream(folder, namespace + "_pgbaton-*")) {
          for (var pod : pods)
            try (var files = Files.newDirectoryStream(pod.resolve("pgbaton"), "*.log")) {
              files.forEach(logs::add);
            } catch (IOException e) {
              // Not begun, or gone.
            }
        }
      }
      return logs;
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      return List.of();
    }
  }

  /** Whole lines that were not read before. */
  private void lines(Path log, Consumer<String> each) {
    try (var in = new RandomAccessFile(log.toFile(), "r")) {
      var from = read.getOrDefault(log, 0L);
      if (in.length() <= from) return;
      var bytes = new byte[(int) (in.length() - from)];
      in.seek(from);
      in.readFully(bytes);
      var text = new String(bytes, StandardCharsets.ISO_8859_1);
      var whole = text.lastIndexOf('\n') + 1;
      read.put(log, from + whole);
      text.substring(0, whole).lines().forEach(each);
    } catch (IOException e) {
      // Gone meanwhile.
    }
  }

  /** In their order. */
  List<String> killedAfter() {
    return List.copyOf(killedAfter);
  }

  @Override
  public void close() {
    ended = true;
    Threads.join(thread);
  }
}
