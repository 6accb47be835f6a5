package dev.pgbaton.postgres;

import dev.pgbaton.cluster.Lsn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Names of the files in pg_wal.
 *
 * @param size of each, in bytes: 4 MB where pgbaton made the cluster, 16 MB where initdb was not
 *     told a size
 */
record WalSegments(long size) {
  private static final long USUAL = 16L << 20;

  /** PostgreSQL makes each segment at its full size before it writes. */
  static WalSegments in(Path wal) throws IOException {
    if (!Files.isDirectory(wal)) return new WalSegments(USUAL);
    try (var files = Files.list(wal)) {
      return new WalSegments(
          files
              .filter(f -> isSegment(f.getFileName().toString()))
              .mapToLong(f -> f.toFile().length())
              .filter(length -> Long.bitCount(length) == 1 && length >= 1 << 20)
              .max()
              .orElse(USUAL));
    }
  }

  String name(int timeline, Lsn at) {
    var perFile = (1L << 32) / size;
    var number = at.bytes() / size;
    return "%08X%08X%08X".formatted(timeline, number / perFile, number % perFile);
  }

  Lsn start(String name) {
    return new Lsn(
        Long.parseLong(name.substring(8, 16), 16) << 32
            | Long.parseLong(name.substring(16), 16) * size);
  }

  static boolean isSegment(String name) {
    return name.length() == 24 && name.chars().allMatch(c -> Character.digit(c, 16) >= 0);
  }
}
