package dev.pgbaton.reconcile;

import dev.pgbaton.apply.Outcome;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Plan;
import dev.pgbaton.report.ClusterHealth;
import dev.pgbaton.spec.Problem;
import java.util.List;

/** What came of one look at one cluster. */
public sealed interface Pass {
  ClusterId id();

  ClusterHealth health();

  /**
   * @param untouchable whether nothing of the cluster may be written, not even an Event
   */
  record Done(
      ClusterId id,
      ObservedCluster observed,
      Plan plan,
      Outcome outcome,
      ClusterHealth health,
      boolean untouchable)
      implements Pass {}

  /** The repository asks for something that can't be: nothing is touched. */
  record Refused(ClusterId id, List<Problem> problems, ClusterHealth health) implements Pass {}

  /** The repository says nothing of it any more: it is left as it is. */
  record Removed(ClusterId id, ClusterHealth health) implements Pass {}

  /** The caches don't show our own last writes yet: this look says nothing. */
  record TooEarly(ClusterId id, ClusterHealth health) implements Pass {}

  /** The look itself failed; tried again. */
  record Failed(ClusterId id, ClusterHealth health) implements Pass {}
}
