package dev.pgbaton.plan;

import dev.pgbaton.cluster.Role;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.observed.Instance;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.observed.Replication;
import java.util.Optional;
import java.util.function.Predicate;

/** Who may be the next primary. */
final class HandOff {
  private HandOff() {}

  /**
   * The first replica, in ordinal order, that is updated, streams within the lag bound, stays, and
   * confirms commits when commits are confirmed.
   */
  static Optional<Instance> candidate(
      DesiredCluster desired, ObservedCluster observed, Predicate<Instance> eligible) {
    return candidate(
        observed, desired.rollout().maxReplicaLag(), desired.synchronousStandbys(), eligible);
  }

  static Optional<Instance> candidate(
      ObservedCluster observed,
      long maxReplicaLag,
      int synchronousStandbys,
      Predicate<Instance> eligible) {
    return observed.instances().stream()
        .filter(i -> i.role() == Role.REPLICA)
        .filter(i -> i.settled(maxReplicaLag))
        .filter(i -> !i.cordoned())
        .filter(i -> synchronousStandbys == 0 || synchronous(i))
        .filter(eligible)
        .findFirst();
  }

  private static boolean synchronous(Instance instance) {
    return instance.replication() instanceof Replication.Streaming(_, var synchronous)
        && synchronous;
  }
}
