package dev.pgbaton.instance;

import dev.pgbaton.cluster.WalPosition;

/**
 * What the log here holds beyond the point at which it left the primary's history.
 *
 * @param fork that point
 * @param bytes of log beyond it
 * @param commits that are in it; -1 = it could not be read, so there may be some
 * @param room whether the volume has room for this data and a new copy
 */
public record Divergence(WalPosition fork, long bytes, long commits, boolean room) {
  /** Shutdown checkpoints, vacuum's work and what was never committed are worth nothing. */
  boolean nothingCommitted() {
    return commits == 0;
  }

  public String text() {
    return commits < 0
        ? "left the primary's history at %s; what is in its log after that can't be read"
            .formatted(fork)
        : "left the primary's history at %s, with %d commits in %s of log after that"
            .formatted(fork, commits, size(bytes));
  }

  /** As people say it. */
  public static String size(long bytes) {
    return bytes < 1L << 10
        ? bytes + " bytes"
        : bytes < 10L << 20 ? (bytes >> 10) + " kB" : (bytes >> 20) + " MB";
  }
}
