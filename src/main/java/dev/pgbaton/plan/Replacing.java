package dev.pgbaton.plan;

import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.desired.AppliedHash;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Plan.Await;
import dev.pgbaton.plan.Plan.Blocked;
import dev.pgbaton.plan.Plan.Proceed;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A person's bare Pods and Jobs, which Kubernetes lets nobody change. */
final class Replacing {
  private Replacing() {}

  static Optional<Plan> next(DesiredCluster desired, ObservedCluster observed) {
    for (var object : desired.objects()) {
      var live = observed.snapshot().find(object.key());
      if (live.isEmpty() || !differs(object, live.get()) || !isAsked(object)) continue;
      return Optional.of(
          live.get().getMetadata().getDeletionTimestamp() != null
              ? new Await("the end of " + object.key(), Instant.MAX)
              : new Proceed(
                  new Step.Prune(
                      List.of(
                          new Step.Leftover(object.key(), live.get().getMetadata().getUid())))));
    }
    return Optional.empty();
  }

  /** Everything else is done: this is all that is left of the commit. */
  static Optional<Plan> refuse(DesiredCluster desired, ObservedCluster observed) {
    return desired.objects().stream()
        .filter(
            object ->
                !isAsked(object)
                    && observed
                        .snapshot()
                        .find(object.key())
                        .filter(live -> differs(object, live))
                        .isPresent())
        .findFirst()
        .map(
            object ->
                new Blocked(
                    Refusal.NEEDS_REPLACING,
                    "%s differs from Git, and can only be made anew: put %s: \"true\" on it there, or give it another name. Kubernetes lets nobody change it. All else is done."
                        .formatted(object.key(), Names.REPLACE)));
  }

  /** One that others made has no note of what it was made from: it is taken for the same. */
  private static boolean differs(DesiredObject desired, HasMetadata live) {
    if (!(desired.object() instanceof Pod || desired.object() instanceof Job)) return false;
    return Annotations.of(live, Names.APPLIED)
        .filter(applied -> !applied.equals(AppliedHash.of(desired.object())))
        .isPresent();
  }

  private static boolean isAsked(DesiredObject object) {
    return Annotations.of(object.object(), Names.REPLACE).equals(Optional.of("true"));
  }
}
