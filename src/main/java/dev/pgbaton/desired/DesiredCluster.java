package dev.pgbaton.desired;

import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.ObjectKey;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A cluster as it shall be.
 *
 * @param objects in the order in which they are applied
 * @param settings PostgreSQL's settings by name, as {@code pg_settings} will show them once they
 *     are in force
 * @param reloadHash identifies the settings that a reload changes; empty where there are none
 * @param synchronousStandbys how many standbys confirm a commit
 * @param mode how far pgbaton may go with it
 */
public record DesiredCluster(
    ClusterLayout layout,
    List<DesiredObject> objects,
    RolloutPolicy rollout,
    Map<String, String> settings,
    String reloadHash,
    int synchronousStandbys,
    Mode mode) {

  public DesiredCluster {
    objects =
        objects.stream()
            .sorted(Comparator.comparing(DesiredObject::role).thenComparing(DesiredObject::key))
            .toList();
  }

  public DesiredObject get(ObjectKey key) {
    return objects.stream().filter(o -> o.key().equals(key)).findFirst().orElseThrow();
  }

  /** What the owner's Secrets say, each value in base64. A generated one says nothing. */
  public SortedMap<ObjectKey, SortedMap<String, String>> ownersSecrets() {
    var secrets = new TreeMap<ObjectKey, SortedMap<String, String>>();
    for (var object : objects) {
      if (object.object() instanceof Secret secret && object.policy() == ApplyPolicy.CREATE_ONCE)
        secrets.put(object.key(), encoded(secret));
    }
    return secrets;
  }

  private static SortedMap<String, String> encoded(Secret secret) {
    var values = new TreeMap<String, String>();
    if (secret.getData() != null) values.putAll(secret.getData());
    if (secret.getStringData() != null)
      secret
          .getStringData()
          .forEach(
              (key, value) ->
                  values.put(
                      key,
                      Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))));
    return values;
  }

  public StatefulSet statefulSet() {
    return (StatefulSet) get(layout.statefulSetKey()).object();
  }
}
