package dev.pgbaton.plan;

import dev.pgbaton.cluster.PodRef;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.observed.Instance;
import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Plan.Await;
import dev.pgbaton.plan.Plan.Blocked;
import dev.pgbaton.plan.Plan.Proceed;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Settings that need no restart: the pods are told, and it counts once PostgreSQL shows the values.
 */
final class Reloading {
  /** The kubelet refreshes a touched pod's volume at once, an untouched one's within about 90 s. */
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private Reloading() {}

  static Optional<Plan> tell(DesiredCluster desired, ObservedCluster observed) {
    if (desired.reloadHash().isEmpty()) return Optional.empty();
    List<PodRef> untold =
        observed.instances().stream()
            .filter(i -> !i.terminating() && !i.reloadAnnotation().equals(desired.reloadHash()))
            .filter(i -> pending(desired, i).isPresent())
            .map(Instance::pod)
            .toList();
    return untold.isEmpty()
        ? Optional.empty()
        : Optional.of(new Proceed(new Step.Reload(untold, desired.reloadHash())));
  }

  static Optional<Plan> await(DesiredCluster desired, ObservedCluster observed, Instant now) {
    for (var instance : observed.instances()) {
      var setting = pending(desired, instance);
      if (setting.isEmpty()) continue;
      var deadline =
          observed.journal().step().map(s -> s.startedAt().plus(PATIENCE)).orElse(Instant.MAX);
      if (now.isBefore(deadline))
        return Optional.of(new Await("%s to take %s".formatted(instance, setting.get()), deadline));
      var errors =
          instance.answer() instanceof Answer.Known known && !known.fileErrors().isEmpty()
              ? String.join("; ", known.fileErrors())
              : "something that weighs more than the file sets it: ALTER SYSTEM, ALTER ROLE or the command line";
      return Optional.of(
          new Blocked(
              Refusal.SETTING_NOT_TAKEN,
              "%s does not take %s: %s.".formatted(instance, setting.get(), errors)));
    }
    return Optional.empty();
  }

  /** The first reloadable setting that is not in force on an instance that answers. */
  private static Optional<String> pending(DesiredCluster desired, Instance instance) {
    if (!(instance.answer() instanceof Answer.Known known)) return Optional.empty();
    return Settings.notInForce(desired, known, false);
  }
}
