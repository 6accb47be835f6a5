package dev.pgbaton.apply;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import java.time.Duration;
import java.util.Optional;

/**
 * Measures from the clients' side how long nobody can write: upserts one row every 20 ms through
 * the clients' route.
 */
public interface WriteProbe {
  /** Begins to measure, unless it already does. Returns at once. */
  void start(ClusterLayout layout);

  /**
   * The longest gap between two acknowledged writes so far, an open one included; empty if it does
   * not measure this cluster.
   */
  Optional<Duration> longestGap(ClusterId id);

  void stop(ClusterId id);
}
