package dev.pgbaton.reconcile;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Twice as long after each failure, up to a limit, with a fifth of jitter: many daemons don't come
 * back at once.
 */
record Backoff(Duration first, Duration limit) {
  /**
   * @param failures in a row, at least 1
   */
  Duration after(int failures, RandomGenerator random) {
    var factor = 1L << Math.min(failures - 1, 20);
    var whole = Math.min(limit.toMillis(), first.toMillis() * factor);
    return Duration.ofMillis(Math.max(1, jitter(whole, random)));
  }

  static long jitter(long millis, RandomGenerator random) {
    return Math.round(millis * (0.8 + 0.4 * random.nextDouble()));
  }
}
