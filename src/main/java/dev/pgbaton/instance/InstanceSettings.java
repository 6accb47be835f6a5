package dev.pgbaton.instance;

import java.time.Duration;

/**
 * The times an instance goes by.
 *
 * @param renewEvery how often the holder renews the Lease
 * @param fenceAfter how long after the sending of its last successful renewal the holder stops
 *     PostgreSQL
 * @param takeAfter how long a Lease must not have changed before it counts as lapsed; more than
 *     {@code fenceAfter}
 * @param patience how long an instance that did not see the last holder's end waits for it to come
 *     back
 * @param checkpointBudget how long a handoff's checkpoint may take while clients still write
 * @param catchUpBudget how long the candidate of a handoff may take to receive the shutdown
 *     checkpoint
 * @param stopBudget how long a fast stop may take before it becomes an immediate one
 * @param candidateBudget how long a terminating primary waits for a replica that can take over
 * @param synchronousStandbys how many standbys confirm each commit
 */
public record InstanceSettings(
    Duration renewEvery,
    Duration fenceAfter,
    Duration takeAfter,
    Duration patience,
    Duration checkpointBudget,
    Duration catchUpBudget,
    Duration stopBudget,
    Duration candidateBudget,
    int synchronousStandbys) {

  public InstanceSettings {
    if (fenceAfter.compareTo(takeAfter) >= 0)
      throw new IllegalArgumentException(
          "a holder must stop (%s) before others may take its Lease (%s)"
              .formatted(fenceAfter, takeAfter));
  }

  /** Two, eight and ten seconds: what {@code failover: fast} means. */
  public static InstanceSettings fast(int synchronousStandbys) {
    return new InstanceSettings(
        Duration.ofSeconds(2),
        Duration.ofSeconds(8),
        Duration.ofSeconds(10),
        Duration.ofSeconds(60),
        Duration.ofSeconds(10),
        Duration.ofSeconds(3),
        Duration.ofSeconds(10),
        Duration.ofSeconds(5),
        synchronousStandbys);
  }

  public InstanceSettings withSynchronousStandbys(int count) {
    return new InstanceSettings(
        renewEvery,
        fenceAfter,
        takeAfter,
        patience,
        checkpointBudget,
        catchUpBudget,
        stopBudget,
        candidateBudget,
        count);
  }

  public InstanceSettings with(
      Duration renewEvery, Duration fenceAfter, Duration takeAfter, Duration patience) {
    return new InstanceSettings(
        renewEvery,
        fenceAfter,
        takeAfter,
        patience,
        checkpointBudget,
        catchUpBudget,
        stopBudget,
        candidateBudget,
        synchronousStandbys);
  }
}
