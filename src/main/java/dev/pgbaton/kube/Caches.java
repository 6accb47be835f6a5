package dev.pgbaton.kube;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.observed.PrimaryMove;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** One informer a kind (and namespace, where only some are watched), trimmed. */
final class Caches implements AutoCloseable {
  private static final String BY_CLUSTER = "cluster";

  /**
   * A list of this size at a time; with a limit the first list is read from etcd, not from a cache.
   */
  private static final long PAGE = 500;

  private record Watched<T extends HasMetadata>(
      Class<T> type, Optional<String> namespace, SharedIndexInformer<T> informer) {
    boolean holds(String kind, String inNamespace) {
      return HasMetadata.getKind(type).equals(kind)
          && namespace.map(n -> n.equals(inNamespace)).orElse(true);
    }
  }

  private final List<Watched<?>> watched = new ArrayList<>();
  private final List<String> namespaces;
  private final Consumer<ClusterId> changed;
  private final Consumer<PrimaryMove> moved;

  /**
   * @param namespaces the only ones to watch; empty for all. The ones named are taken to exist.
   * @param changed told of each change that is worth another look at the cluster
   * @param moved told of each primary that moved
   */
  Caches(
      KubernetesClient client,
      List<String> namespaces,
      Consumer<ClusterId> changed,
      Consumer<PrimaryMove> moved) {
    this.moved = moved;
    this.namespaces = List.copyOf(namespaces);
    this.changed = changed;
    for (var type : Kinds.OF_CLUSTERS) {
      if (namespaces.isEmpty()) watched.add(ofClusters(client, type, Optional.empty()));
      else namespaces.forEach(n -> watched.add(ofClusters(client, type, Optional.of(n))));
    }
    watched.add(ofMachines(client, Node.class));
    if (namespaces.isEmpty()) watched.add(ofMachines(client, Namespace.class));
  }

  /**
   * Returns at once; what is not there yet comes by itself, however long the API server is away.
   */
  void start() {
    watched.forEach(w -> w.informer().start());
  }

  private <T extends HasMetadata> Watched<T> ofClusters(
      KubernetesClient client, Class<T> type, Optional<String> namespace) {
    var resources = client.resources(type);
    var everywhere =
        namespace
            .<FilterWatchListDeletable<T, ? extends KubernetesResourceList<T>, Resource<T>>>map(
                resources::inNamespace)
            .orElseGet(resources::inAnyNamespace);
    var selected =
        Kinds.selector(type)
            .<FilterWatchListDeletable<T, ? extends KubernetesResourceList<T>, Resource<T>>>map(
                everywhere::withLabelSelector)
            .orElse(everywhere);
    var informer = prepared(selected.withLimit(PAGE).runnableInformer(0));
    informer.addIndexers(
        java.util.Map.of(
            BY_CLUSTER, o -> Trim.cluster(o).map(id -> List.of(id.toString())).orElse(List.of())));
    informer.addEventHandler(new Wake<>());
    return new Watched<>(type, namespace, informer);
  }

  private <T extends HasMetadata> Watched<T> ofMachines(KubernetesClient client, Class<T> type) {
    var informer = prepared(client.resources(type).withLimit(PAGE).runnableInformer(0));
    if (type == Node.class) informer.addEventHandler(new NodeWake<>());
    return new Watched<>(type, Optional.empty(), informer);
  }

  private static <T extends HasMetadata> SharedIndexInformer<T> prepared(
      SharedIndexInformer<T> informer) {
    return informer
        .itemStore(new TrimmedStore<>(Cache::metaNamespaceKeyFunc))
        .exceptionHandler(new Retry(HasMetadata.getKind(informer.getApiTypeClass())));
  }

  boolean ready() {
    return watched.stream().allMatch(w -> w.informer().isRunning() && w.informer().hasSynced());
  }

  /** Kinds that have no open watch now, for a health check. */
  List<String> notWatching() {
    return watched.stream()
        .filter(w -> !w.informer().isWatching())
        .map(w -> HasMetadata.getKind(w.type()))
        .distinct()
        .toList();
  }

  Stream<HasMetadata> ofCluster(ClusterId id) {
    return watched.stream()
        .filter(w -> Kinds.OF_CLUSTERS.contains(w.type()))
        .filter(w -> w.namespace().map(n -> n.equals(id.namespace())).orElse(true))
        .flatMap(w -> w.informer().getIndexer().byIndex(BY_CLUSTER, id.toString()).stream());
  }

  /** Others' budgets: one of them may select an instance. */
  Stream<PodDisruptionBudget> foreignBudgets(String namespace) {
    return watched.stream()
        .filter(w -> w.type() == PodDisruptionBudget.class)
        .filter(w -> w.namespace().map(n -> n.equals(namespace)).orElse(true))
        .flatMap(w -> w.informer().getIndexer().byIndex(Cache.NAMESPACE_INDEX, namespace).stream())
        .map(PodDisruptionBudget.class::cast)
        .filter(budget -> Trim.cluster(budget).isEmpty());
  }

  Optional<HasMetadata> find(ObjectKey key) {
    if (key.kind().equals("Namespace") && namespaces.contains(key.name()))
      return Optional.of(
          new NamespaceBuilder().withNewMetadata().withName(key.name()).endMetadata().build());
    var name = key.namespace() == null ? key.name() : key.namespace() + "/" + key.name();
    return watched.stream()
        .filter(w -> w.holds(key.kind(), key.namespace()))
        .map(w -> (HasMetadata) w.informer().getStore().getByKey(name))
        .filter(java.util.Objects::nonNull)
        .findFirst();
  }

  Stream<Node> nodes() {
    return watched.stream()
        .filter(w -> w.type() == Node.class)
        .flatMap(w -> w.informer().getStore().list().stream())
        .map(Node.class::cast);
  }

  /** The version up to which everything of this kind has been seen. */
  long seenUpTo(String kind, String namespace) {
    return watched.stream()
        .filter(w -> w.holds(kind, namespace))
        .mapToLong(w -> Trim.version(w.informer().lastSyncResourceVersion()))
        .findFirst()
        .orElse(0);
  }

  @Override
  public void close() {
    watched.forEach(w -> w.informer().close());
  }

  private final class Wake<T extends HasMetadata> implements ResourceEventHandler<T> {
    @Override
    public void onAdd(T object) {
      Trim.cluster(object).ifPresent(changed);
    }

    @Override
    public void onUpdate(T before, T after) {
      if (!Relevance.worthALook(before, after)) return;
      if (before instanceof Lease was && after instanceof Lease is)
        Trim.cluster(after)
            .flatMap(id -> PrimaryMove.between(id, was, is, Instant.now()))
            .ifPresent(moved);
      Trim.cluster(before).ifPresent(changed);
      var now = Trim.cluster(after);
      if (!now.equals(Trim.cluster(before))) now.ifPresent(changed);
    }

    @Override
    public void onDelete(T object, boolean finalStateUnknown) {
      Trim.cluster(object).ifPresent(changed);
    }
  }

  /** A cordoned node changes who may be the next primary. */
  private final class NodeWake<T extends HasMetadata> implements ResourceEventHandler<T> {
    @Override
    public void onAdd(T node) {}

    @Override
    public void onUpdate(T before, T after) {
      if (Trim.cordoned((Node) before) != Trim.cordoned((Node) after)) wake(after);
    }

    @Override
    public void onDelete(T node, boolean finalStateUnknown) {
      wake(node);
    }

    private void wake(HasMetadata node) {
      watched.stream()
          .filter(w -> w.type() == Pod.class)
          .flatMap(w -> w.informer().getStore().list().stream())
          .map(Pod.class::cast)
          .filter(p -> node.getMetadata().getName().equals(p.getSpec().getNodeName()))
          .flatMap(p -> Trim.cluster(p).stream())
          .distinct()
          .forEach(changed);
    }
  }
}
