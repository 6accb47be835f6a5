package dev.pgbaton.postgres;

import java.time.Duration;
import java.util.Optional;

/** The longest time between two acknowledged writes, on a monotonic clock in nanoseconds. */
final class WriteGaps {
  /** The first connection's own time is no outage. */
  private static final long FIRST_CONNECTION = Duration.ofSeconds(1).toNanos();

  private final long start;
  private boolean any;
  private long last;
  private long longest;

  WriteGaps(long start) {
    this.start = start;
    this.last = start;
  }

  synchronized void acknowledged(long at) {
    var firstAndQuick = !any && at - start <= FIRST_CONNECTION;
    if (!firstAndQuick) longest = Math.max(longest, at - last);
    any = true;
    last = at;
  }

  /** The open one included; empty while no write was acknowledged at all: nothing is known then. */
  synchronized Optional<Duration> longest(long now) {
    return any ? Optional.of(Duration.ofNanos(Math.max(longest, now - last))) : Optional.empty();
  }
}
