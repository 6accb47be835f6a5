package dev.pgbaton.plan;

import dev.pgbaton.desired.AppliedHash;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Change.Cause;
import dev.pgbaton.plan.Plan.Await;
import dev.pgbaton.plan.Plan.Blocked;
import dev.pgbaton.plan.Plan.InSync;
import dev.pgbaton.plan.Plan.Proceed;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * The owner takes the cluster back: its StatefulSet gets the update strategy that Git says. With it
 * Kubernetes restarts whatever is outdated, by ordinals, at once: so nothing may be.
 */
final class Leaving {
  private static final String ON_DELETE = "OnDelete";

  private Leaving() {}

  static Plan plan(DesiredCluster desired, ObservedCluster observed) {
    if (!observed.snapshot().current()) return new Await("our own writes to show", Instant.MAX);
    var live = observed.statefulSet();
    // What was never taken, or was given back, is nobody's here.
    if (live.isEmpty() || !AppliedHash.isOn(live.get()) || !isOnDelete(live.get()))
      return new InSync();
    if (isOnDelete(desired.statefulSet())) return new InSync();
    if (!isWhatWorked(desired, observed, live.get()) || isOutdated(live.get(), observed))
      return new Blocked(
          Refusal.NOT_TO_BE_LEFT,
          "the StatefulSet's own update strategy comes back once every instance runs what Git says, or Kubernetes would restart them in its own order. Push it without the annotation first.");
    return new Proceed(
        new Step.Apply(
            List.of(
                new Change(
                    desired.get(desired.layout().statefulSetKey()),
                    new Cause.Changed("its owner's update strategy comes back")))));
  }

  private static boolean isOnDelete(StatefulSet set) {
    var strategy = set.getSpec().getUpdateStrategy();
    return strategy != null && ON_DELETE.equals(strategy.getType());
  }

  /** Also what Git no longer says: with the strategy it would go from the template. */
  private static boolean isWhatWorked(
      DesiredCluster desired, ObservedCluster observed, StatefulSet live) {
    var template = desired.statefulSet().getSpec().getTemplate();
    var same =
        LastGood.statefulSet(observed.journal())
            .filter(worked -> Objects.equals(worked.getSpec().getTemplate(), template))
            .isPresent();
    return same
        && Drift.felt(desired.statefulSet(), live)
            .map(difference -> difference.startsWith("spec.updateStrategy"))
            .orElse(true);
  }

  private static boolean isOutdated(StatefulSet live, ObservedCluster observed) {
    var status = live.getStatus();
    var seen = status == null ? null : status.getObservedGeneration();
    return seen == null
        || seen < live.getMetadata().getGeneration()
        || observed.instances().stream()
            .anyMatch(i -> !i.revision().equals(status.getUpdateRevision()));
  }
}
