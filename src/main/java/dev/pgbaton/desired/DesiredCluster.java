package dev.pgbaton.desired;

import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.ObjectKey;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * A cluster as it shall be.
 *
 * @param objects in the order in which they are applied
 * @param settings PostgreSQL's settings by name, as {@code pg_settings} will show them once they
 *     are in force
 * @param reloadHash identifies the settings that a reload changes; empty where there are none
 * @param synchronousStandbys how many standbys confirm a commit
 */
public record DesiredCluster(
    ClusterLayout layout,
    List<DesiredObject> objects,
    RolloutPolicy rollout,
    Map<String, String> settings,
    String reloadHash,
    int synchronousStandbys) {

  public DesiredCluster {
    objects =
        objects.stream()
            .sorted(Comparator.comparing(DesiredObject::role).thenComparing(DesiredObject::key))
            .toList();
  }

  public DesiredObject get(ObjectKey key) {
    return objects.stream().filter(o -> o.key().equals(key)).findFirst().orElseThrow();
  }

  /** What is allowed to be done to it; {@link Mode#APPLY} where nobody says otherwise. */
  public Mode mode() {
    return Mode.of(statefulSet()).orElse(Mode.APPLY);
  }

  public StatefulSet statefulSet() {
    return (StatefulSet) get(layout.statefulSetKey()).object();
  }
}
