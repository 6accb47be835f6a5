package dev.pgbaton.e2e;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * Copies the containers' logs from the nodes every second: those of a pod that was replaced are
 * gone otherwise, and they are what tells why.
 */
final class LogKeeper implements AutoCloseable {
  private final Path nodes;
  private final String namespacePrefix;
  private final Path target;
  private final Map<Path, Long> copied = new HashMap<>();
  private final Thread thread;
  private volatile boolean ended;

  /**
   * @param nodes the folder with one folder a node
   * @param namespacePrefix whose pods' logs are kept
   */
  LogKeeper(Path nodes, String namespacePrefix, Path target) throws IOException {
    this.nodes = nodes;
    this.namespacePrefix = namespacePrefix;
    this.target = Files.createDirectories(target);
    this.thread = Thread.ofPlatform().name("logs").daemon().start(this::work);
  }

  @Override
  public void close() {
    ended = true;
    Threads.join(thread);
    copyAll();
  }

  private void work() {
    while (!ended) {
      copyAll();
      try {
        Thread.sleep(1000);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void copyAll() {
    try (var folders = Files.list(nodes)) {
      for (var folder : folders.map(node -> node.resolve("pod-logs")).toList()) {
        try (var files = Files.walk(folder, 3)) {
          files
              .filter(file -> file.toString().contains("/pod-logs/" + namespacePrefix))
              .filter(file -> file.toString().endsWith(".log"))
              .forEach(this::copy);
        }
      }
    } catch (IOException | java.io.UncheckedIOException e) {
      // A folder that vanishes while it is read; the next look finds the others.
    }
  }

  private void copy(Path file) {
    try (var in = new RandomAccessFile(file.toFile(), "r")) {
      // The kubelet begins a large one anew.
      var from = Math.min(copied.getOrDefault(file, 0L), in.length());
      var bytes = new byte[(int) Math.min(in.length() - from, 1 << 22)];
      if (bytes.length == 0) return;
      in.seek(from);
      in.readFully(bytes);
      var pod = file.getParent().getParent().getFileName().toString().split("_");
      var name =
          "%s_%s_%s_%s"
              .formatted(
                  pod[1],
                  pod[2].substring(0, 8),
                  file.getParent().getFileName(),
                  file.getFileName());
      Files.write(
          target.resolve(name), bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      copied.put(file, from + bytes.length);
    } catch (IOException e) {
      // Gone meanwhile.
    }
  }
}
