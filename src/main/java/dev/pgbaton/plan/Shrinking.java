package dev.pgbaton.plan;

import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.desired.ReloadedSettings;
import dev.pgbaton.observed.ObservedCluster;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import java.util.Optional;
import java.util.TreeMap;

/** A cluster that becomes smaller. */
final class Shrinking {
  private Shrinking() {}

  /** How many instances there are, if that is more than there shall be, and they hold data. */
  static Optional<Integer> from(DesiredCluster desired, ObservedCluster observed) {
    return observed
        .statefulSet()
        .map(set -> set.getSpec().getReplicas())
        .filter(replicas -> observed.hasData() && replicas > desired.layout().instances());
  }

  /**
   * While one of those that stay was never Ready, or can't go on without a restart, nobody leaves,
   * but all else is brought about: it may be what that one needs.
   */
  static DesiredCluster heldBack(DesiredCluster desired, ObservedCluster observed) {
    var has = from(desired, observed);
    var maxLag = desired.rollout().maxReplicaLag();
    var waits =
        observed.instances().stream()
            .filter(i -> i.ordinal() < desired.layout().instances() && !i.settled(maxLag))
            .anyMatch(i -> i.neverReady() || Replay.pausedUntilRestart(i, observed));
    if (has.isEmpty() || !waits) return desired;
    var objects = desired.objects().stream().map(o -> asMany(o, has.get(), observed)).toList();
    var reload = objects.stream().filter(ReloadedSettings::is).map(o -> (ConfigMap) o.object());
    var settings = reload.findFirst();
    var values = new TreeMap<>(desired.settings());
    // Who confirms a commit is told by how many there are.
    values.remove(ReloadedSettings.NAMES);
    return new DesiredCluster(
        desired.layout().withInstances(has.get()),
        objects,
        desired.rollout(),
        values,
        settings.map(ReloadedSettings::hash).orElse(desired.reloadHash()),
        settings.map(ReloadedSettings::synchronousStandbys).orElse(desired.synchronousStandbys()),
        desired.mode(),
        desired.passwords(),
        desired.advice());
  }

  private static DesiredObject asMany(DesiredObject object, int count, ObservedCluster observed) {
    return switch (object.object()) {
      case StatefulSet set ->
          with(
              object, new StatefulSetBuilder(set).editSpec().withReplicas(count).endSpec().build());
      case ConfigMap map when ReloadedSettings.is(object) ->
          observed
              .snapshot()
              .find(object.key())
              .map(live -> with(object, ReloadedSettings.resized(map, (ConfigMap) live)))
              .orElse(object);
      default -> object;
    };
  }

  private static DesiredObject with(DesiredObject object, HasMetadata instead) {
    return new DesiredObject(instead, object.role(), object.policy(), object.source());
  }
}
