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
 * @param checkpointBudget how long the checkpoint of a handoff may take, while clients still write,
 *     where the pod is about to end
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

  /** How long a request to the API server or to all peers may take. */
  private static final Duration REQUEST = Duration.ofSeconds(2);

  /**
   * What a holder's clock and another's may differ by over {@code takeAfter}, and what stopping
   * takes: a tenth of it, a second at least.
   */
  private static Duration margin(Duration takeAfter) {
    var tenth = takeAfter.dividedBy(10);
    return tenth.compareTo(Duration.ofSeconds(1)) > 0 ? tenth : Duration.ofSeconds(1);
  }

  public InstanceSettings {
    if (fenceAfter.plus(margin(takeAfter)).compareTo(takeAfter) > 0)
      throw new IllegalArgumentException(
          "a holder must stop (after %s) a margin of %s before others may take its Lease (after %s)"
              .formatted(fenceAfter, margin(takeAfter), takeAfter));
    if (renewEvery.multipliedBy(2).plus(REQUEST).compareTo(fenceAfter) > 0)
      throw new IllegalArgumentException(
          "a renewal every %s that fails once must be repeated before the holder stops (after %s)"
              .formatted(renewEvery, fenceAfter));
  }

  /** The three times that have to fit together, see docs/promises.md for what each costs. */
  public enum Failover {
    FAST(2, 8, 10),
    RELAXED(5, 20, 25);

    private final Duration renewEvery;
    private final Duration fenceAfter;
    private final Duration takeAfter;

    Failover(int renewEvery, int fenceAfter, int takeAfter) {
      this.renewEvery = Duration.ofSeconds(renewEvery);
      this.fenceAfter = Duration.ofSeconds(fenceAfter);
      this.takeAfter = Duration.ofSeconds(takeAfter);
    }
  }

  public static InstanceSettings of(Failover failover, Duration patience, int synchronousStandbys) {
    return new InstanceSettings(
        failover.renewEvery,
        failover.fenceAfter,
        failover.takeAfter,
        patience,
        Duration.ofSeconds(25),
        Duration.ofSeconds(3),
        Duration.ofSeconds(10),
        Duration.ofSeconds(5),
        synchronousStandbys);
  }

  public static InstanceSettings fast(int synchronousStandbys) {
    return of(Failover.FAST, Duration.ofSeconds(60), synchronousStandbys);
  }
}
