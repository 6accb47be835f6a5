package dev.pgbaton.postgres;

import dev.pgbaton.cluster.Lsn;

/** Names of the files in pg_wal, with segments of 16 MB. */
final class WalSegments {
  static final long SIZE = 16L << 20;

  private WalSegments() {}

  static String name(int timeline, Lsn at) {
    var perFile = (1L << 32) / SIZE;
    var number = at.bytes() / SIZE;
    return "%08X%08X%08X".formatted(timeline, number / perFile, number % perFile);
  }

  static Lsn start(String name) {
    return new Lsn(
        Long.parseLong(name.substring(8, 16), 16) << 32
            | Long.parseLong(name.substring(16), 16) * SIZE);
  }

  static boolean isSegment(String name) {
    return name.length() == 24 && name.chars().allMatch(c -> Character.digit(c, 16) >= 0);
  }
}
