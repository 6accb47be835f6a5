package dev.pgbaton.plan;

import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.OwnersClusters;
import dev.pgbaton.observed.Instance;
import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.spec.SettingsCatalogue;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Optional;
import java.util.TreeMap;

/** Why an instance is outdated, with before and after. */
final class Reasons {
  private Reasons() {}

  static RestartReason of(
      DesiredCluster wanted,
      DesiredCluster desired,
      ObservedCluster observed,
      Instance instance,
      String target) {
    var quarantine = LastGood.quarantine(observed.journal());
    if (quarantine.isPresent() && wanted != desired)
      return new RestartReason.TakenBack(quarantine.get().reason());
    return image(desired, observed, instance)
        .or(() -> setting(desired, instance))
        .orElseGet(() -> new RestartReason.RevisionChanged(instance.revision(), target));
  }

  private static Optional<RestartReason> image(
      DesiredCluster desired, ObservedCluster observed, Instance instance) {
    var container = OwnersClusters.postgresql(desired.statefulSet());
    return observed.snapshot().pods().stream()
        .filter(p -> p.getMetadata().getName().equals(instance.pod().name()))
        .map(p -> image(p, container.getName()))
        .filter(from -> !from.isEmpty() && !from.equals(container.getImage()))
        .findFirst()
        .map(from -> new RestartReason.ImageChanged(from, container.getImage()));
  }

  private static String image(Pod pod, String container) {
    return pod.getSpec().getContainers().stream()
        .filter(c -> c.getName().equals(container))
        .map(c -> c.getImage())
        .findFirst()
        .orElse("");
  }

  private static Optional<RestartReason> setting(DesiredCluster desired, Instance instance) {
    if (!(instance.answer() instanceof Answer.Known known)) return Optional.empty();
    for (var wanted : new TreeMap<>(desired.settings()).entrySet()) {
      var name = wanted.getKey();
      var shown = known.settings().get(name);
      if (shown == null || !SettingsCatalogue.needsRestart(name)) continue;
      if (SettingsCatalogue.sameValue(name, wanted.getValue(), shown.value(), shown.unit()))
        continue;
      return Optional.of(
          new RestartReason.SettingNeedsRestart(
              name, shown.value() + shown.unit(), wanted.getValue()));
    }
    return Optional.empty();
  }
}
