package dev.pgbaton.desired;

import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.cluster.PasswordPlace;
import dev.pgbaton.cluster.SecretData;
import dev.pgbaton.spec.Problem;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * A cluster as it shall be.
 *
 * @param objects in the order in which they are applied
 * @param settings PostgreSQL's settings by name, as {@code pg_settings} will show them once they
 *     are in force
 * @param reloadHash identifies the settings that a reload changes; empty where there are none
 * @param synchronousStandbys how many standbys confirm a commit
 * @param mode how far pgbaton may go with it
 * @param passwords where the superuser's and repmgr's lie, in Secrets that are a person's; empty
 *     where pgbaton makes them
 * @param advice which lines of a person's manifests would make it better
 */
public record DesiredCluster(
    ClusterLayout layout,
    List<DesiredObject> objects,
    RolloutPolicy rollout,
    Map<String, String> settings,
    String reloadHash,
    int synchronousStandbys,
    Mode mode,
    List<PasswordPlace> passwords,
    List<Problem> advice) {

  /** By its type, whoever reads it. */
  private static final Set<String> NO_PASSWORDS =
      Set.of("kubernetes.io/tls", "kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg");

  public DesiredCluster {
    objects =
        objects.stream()
            .sorted(Comparator.comparing(DesiredObject::role).thenComparing(DesiredObject::key))
            .toList();
  }

  public DesiredCluster with(List<DesiredObject> others) {
    return new DesiredCluster(
        layout,
        others,
        rollout,
        settings,
        reloadHash,
        synchronousStandbys,
        mode,
        passwords,
        advice);
  }

  /** With other settings, as {@code pg_settings} will show them. */
  public DesiredCluster with(Map<String, String> others, String otherHash) {
    return new DesiredCluster(
        layout, objects, rollout, others, otherHash, synchronousStandbys, mode, passwords, advice);
  }

  public DesiredObject get(ObjectKey key) {
    return objects.stream().filter(o -> o.key().equals(key)).findFirst().orElseThrow();
  }

  /**
   * What the owner's Secrets say that the instances or pgpool read, each value in base64:
   * PostgreSQL would have to be told of a change. A generated one says nothing.
   */
  public SortedMap<ObjectKey, SortedMap<String, String>> ownersSecrets() {
    var read = readByTheDatabase();
    return secrets(secret -> read.contains(key(secret)) && !NO_PASSWORDS.contains(type(secret)));
  }

  /** The others: certificates, tokens of applications. */
  public SortedMap<ObjectKey, SortedMap<String, String>> otherSecrets() {
    var others = secrets(_ -> true);
    others.keySet().removeAll(ownersSecrets().keySet());
    return others;
  }

  /** Those whose content has to be looked up: passwords in others, in Git, or made here. */
  public List<Secret> composedSecrets() {
    return objects.stream()
        .filter(
            object ->
                switch (object.policy()) {
                  case GENERATED, COMPOSED, DECRYPTED -> true;
                  case APPLY, ADOPT, CREATE_ONCE, GENERATE_ONCE -> false;
                })
        .map(object -> (Secret) object.object())
        .toList();
  }

  private SortedMap<ObjectKey, SortedMap<String, String>> secrets(Predicate<Secret> which) {
    var secrets = new TreeMap<ObjectKey, SortedMap<String, String>>();
    for (var object : objects) {
      if (object.object() instanceof Secret secret
          && object.policy() == ApplyPolicy.CREATE_ONCE
          && which.test(secret)) secrets.put(object.key(), encoded(secret));
    }
    return secrets;
  }

  private Set<ObjectKey> readByTheDatabase() {
    var namespace = layout.id().namespace();
    var read =
        new TreeSet<>(PodReading.reads(statefulSet().getSpec().getTemplate().getSpec(), namespace));
    for (var object : objects) {
      if (object.role() == ObjectRole.PGPOOL && object.object() instanceof Deployment pgpool)
        read.addAll(PodReading.reads(pgpool.getSpec().getTemplate().getSpec(), namespace));
    }
    return read;
  }

  private static ObjectKey key(Secret secret) {
    var meta = secret.getMetadata();
    return new ObjectKey("Secret", meta.getNamespace(), meta.getName());
  }

  private static String type(Secret secret) {
    return secret.getType() == null ? "" : secret.getType();
  }

  /** What is in it, each value in base64. */
  public static SortedMap<String, String> encoded(Secret secret) {
    var values = new TreeMap<String, String>();
    if (secret.getData() != null) values.putAll(secret.getData());
    if (secret.getStringData() != null)
      secret.getStringData().forEach((key, value) -> values.put(key, SecretData.encoded(value)));
    return values;
  }

  public StatefulSet statefulSet() {
    return (StatefulSet) get(layout.statefulSetKey()).object();
  }
}
