package dev.pgbaton.postgres;

import dev.pgbaton.cluster.VolumeSpace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * How full the volume is. What was set aside does not change any more: each directory is measured
 * once.
 */
public final class VolumeGauge implements Supplier<Optional<VolumeSpace>> {
  private static final long LOOK_AGAIN = Duration.ofSeconds(10).toNanos();

  private final Path volume;
  private final String setAside;
  private Map<Path, Long> measured = Map.of();
  private long lookedAt = System.nanoTime() - LOOK_AGAIN;

  public VolumeGauge(InstancePaths paths) {
    this.volume = paths.data().getParent();
    this.setAside = paths.data().getFileName() + ".aside-*";
  }

  /** Empty while the volume can't be read. */
  @Override
  public synchronized Optional<VolumeSpace> get() {
    try {
      var store = Files.getFileStore(volume);
      return Optional.of(
          new VolumeSpace(store.getTotalSpace(), store.getUsableSpace(), setAsideBytes()));
    } catch (IOException | UncheckedIOException e) {
      return Optional.empty();
    }
  }

  private long setAsideBytes() throws IOException {
    if (System.nanoTime() - lookedAt >= LOOK_AGAIN) {
      lookedAt = System.nanoTime();
      var found = new TreeMap<Path, Long>();
      try (var directories = Files.newDirectoryStream(volume, setAside)) {
        for (var directory : directories) {
          var known = measured.get(directory);
          found.put(directory, known == null ? size(directory) : known);
        }
      }
      measured = found;
    }
    return measured.values().stream().mapToLong(Long::longValue).sum();
  }

  private static long size(Path directory) throws IOException {
    var bytes = new long[1];
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            bytes[0] += attributes.size();
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE;
          }
        });
    return bytes[0];
  }
}
