package dev.pgbaton.kube;

import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.observed.ClusterReader;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.ComparedSecrets;
import dev.pgbaton.observed.LookedUp;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads clusters from the informers' caches, and what a disruptive step depends on live. */
final class KubeClusterReader implements ClusterReader {
  private final KubernetesClient client;
  private final Caches caches;
  private final OwnWrites ownWrites;
  private final LookedUpPasswords passwords;

  KubeClusterReader(
      KubernetesClient client, Caches caches, OwnWrites ownWrites, DecryptedPasswords decrypted) {
    this.client = client;
    this.caches = caches;
    this.ownWrites = ownWrites;
    this.passwords = new LookedUpPasswords(ComposedSecrets.in(client), decrypted, this::secret);
  }

  @Override
  public ClusterSnapshot cached(ClusterLayout layout, Set<ObjectKey> wanted) {
    // Asked before the caches are read: they only get newer meanwhile.
    var current = current(layout);
    var objects = new TreeMap<ObjectKey, HasMetadata>();
    var pods = new TreeMap<Integer, Pod>();
    caches
        .ofCluster(layout.id())
        .forEach(
            object -> {
              if (!(object instanceof Pod pod && addInstance(layout, pod, pods)))
                objects.put(Trim.key(object), object);
            });
    caches.foreignBudgets(layout.id().namespace()).forEach(b -> objects.put(Trim.key(b), b));
    for (var key : wanted) {
      if (!objects.containsKey(key))
        caches.find(key).or(() -> ownWrites.unlabelled(key)).ifPresent(o -> objects.put(key, o));
    }
    if (current && (layout.isTakenOver() || !layout.isGenerated()))
      addUnlabelled(layout, wanted, objects, pods);
    return new ClusterSnapshot(
        objects, List.copyOf(pods.values()), cordoned(caches.nodes()), current);
  }

  private boolean current(ClusterLayout layout) {
    var namespace = layout.id().namespace();
    return caches.ready()
        && ownWrites.shown(
            key ->
                key.namespace() == null
                    ? key.name().equals(namespace)
                    : key.namespace().equals(namespace),
            caches);
  }

  @Override
  public ClusterSnapshot live(ClusterLayout layout, Set<ObjectKey> wanted) {
    var cached = cached(layout, wanted);
    var namespace = layout.id().namespace();
    try {
      var objects = new TreeMap<>(cached.objects());
      replace(objects, layout.statefulSetKey(), StatefulSet.class);
      replace(objects, layout.key("Lease", layout.lease()), Lease.class);
      client.resources(PodDisruptionBudget.class).inNamespace(namespace).list().getItems().stream()
          .filter(b -> Trim.cluster(b).map(layout.id()::equals).orElse(true))
          .forEach(budget -> objects.put(Trim.key(budget), Trim.inPlace(budget)));
      var pods = new TreeMap<Integer, Pod>();
      client
          .pods()
          .inNamespace(namespace)
          .withLabel(Names.CLUSTER_LABEL, layout.id().name())
          .list()
          .getItems()
          .forEach(pod -> addInstance(layout, Trim.inPlace(pod), pods));
      if (!layout.isGenerated()) addUnlabelled(layout, objects, pods);
      return new ClusterSnapshot(
          objects, List.copyOf(pods.values()), cordoned(nodesOf(pods.values())), cached.current());
    } catch (KubernetesClientException e) {
      throw new ReadFailed("the API server can't be read: " + e.getMessage(), e);
    }
  }

  /**
   * What others made has no label of ours, so no informer shows it: asked for by name, only while
   * it is missing.
   */
  private void addUnlabelled(
      ClusterLayout layout,
      Set<ObjectKey> wanted,
      Map<ObjectKey, HasMetadata> objects,
      Map<Integer, Pod> pods) {
    try {
      for (var key : wanted) {
        if (objects.containsKey(key) || key.namespace() == null) continue;
        // The manifests' Secrets are no object of the spec.
        if (layout.isGenerated() && key.kind().equals("Secret")) continue;
        var live =
            client
                .resources(Kinds.named(key.kind()))
                .inNamespace(key.namespace())
                .withName(key.name())
                .get();
        if (live != null) objects.put(key, Trim.inPlace(live));
      }
      if (!layout.isGenerated()) addUnlabelled(layout, objects, pods);
    } catch (KubernetesClientException e) {
      throw new ReadFailed("the API server can't be read: " + e.getMessage(), e);
    }
  }

  /** More than Git says may run: those that leave, and at first contact. */
  private static int live(HasMetadata object) {
    if (!(object instanceof StatefulSet set)) return 0;
    var wanted = set.getSpec().getReplicas();
    var there = set.getStatus() == null ? null : set.getStatus().getReplicas();
    return Math.max(wanted == null ? 0 : wanted, there == null ? 0 : there);
  }

  private void addUnlabelled(
      ClusterLayout layout, Map<ObjectKey, HasMetadata> objects, Map<Integer, Pod> pods) {
    var instances = Math.max(layout.instances(), live(objects.get(layout.statefulSetKey())));
    for (int ordinal = 0; ordinal < instances; ordinal++) {
      if (pods.containsKey(ordinal)) continue;
      var pod =
          client
              .pods()
              .inNamespace(layout.id().namespace())
              .withName(layout.podName(ordinal))
              .get();
      if (pod != null && isOf(layout, pod)) pods.put(ordinal, Trim.inPlace(pod));
    }
  }

  static boolean isOf(ClusterLayout layout, Pod pod) {
    return pod.getMetadata().getOwnerReferences().stream()
        .anyMatch(
            owner ->
                owner.getKind().equals("StatefulSet")
                    && owner.getName().equals(layout.statefulSet()));
  }

  private <T extends HasMetadata> void replace(
      Map<ObjectKey, HasMetadata> objects, ObjectKey key, Class<T> type) {
    var live = client.resources(type).inNamespace(key.namespace()).withName(key.name()).get();
    if (live == null) objects.remove(key);
    else objects.put(key, Trim.inPlace(live));
  }

  private Stream<Node> nodesOf(Collection<Pod> pods) {
    return pods.stream()
        .map(p -> p.getSpec().getNodeName())
        .filter(Objects::nonNull)
        .distinct()
        .map(name -> client.nodes().withName(name).get())
        .filter(Objects::nonNull);
  }

  private static Set<String> cordoned(Stream<Node> nodes) {
    return nodes
        .filter(Trim::cordoned)
        .map(n -> n.getMetadata().getName())
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public ComparedSecrets compare(Map<ObjectKey, ? extends Map<String, String>> secrets) {
    var changed = new ArrayList<String>();
    var added = new ArrayList<String>();
    var differing = new TreeSet<ObjectKey>();
    var renewed = new ArrayList<String>();
    try {
      secrets.forEach(
          (key, wanted) -> {
            var live = client.secrets().inNamespace(key.namespace()).withName(key.name()).get();
            if (live == null) return;
            var has = live.getData() == null ? Map.<String, String>of() : live.getData();
            for (var name : OwnersSecrets.difference(wanted, live).keySet()) {
              (has.containsKey(name) ? changed : added).add("%s key %s".formatted(key, name));
              if (differing.add(key))
                OwnersSecrets.machine(live)
                    .ifPresent(who -> renewed.add("%s (%s)".formatted(key, who)));
            }
          });
    } catch (KubernetesClientException e) {
      throw new ReadFailed("the API server can't be read: " + ApiError.words(e), e);
    }
    return new ComparedSecrets(
        List.copyOf(changed), List.copyOf(added), differing, List.copyOf(renewed));
  }

  @Override
  public LookedUp lookUp(List<Secret> composed, ClusterSnapshot snapshot) {
    try {
      return passwords.of(composed, snapshot);
    } catch (KubernetesClientException e) {
      throw new ReadFailed("the API server can't be read: " + ApiError.words(e), e);
    }
  }

  private Optional<Secret> secret(ObjectKey key) {
    return Optional.ofNullable(
        client.secrets().inNamespace(key.namespace()).withName(key.name()).get());
  }

  /** pgpool's pods carry the cluster's label too. */
  private static boolean addInstance(ClusterLayout layout, Pod pod, Map<Integer, Pod> pods) {
    var name = pod.getMetadata().getName();
    var match = Pattern.compile(Pattern.quote(layout.statefulSet()) + "-(\\d{1,9})").matcher(name);
    if (match.matches()) pods.put(Integer.parseInt(match.group(1)), pod);
    return match.matches();
  }
}
