package dev.pgbaton.sandbox;

import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.observed.ClusterReader;
import dev.pgbaton.observed.ClusterSnapshot;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

final class SandboxReader implements ClusterReader {
  private final ObjectStore store;
  private final DaemonCache cache;
  private final ApiServer api;

  SandboxReader(ObjectStore store, DaemonCache cache, ApiServer api) {
    this.store = store;
    this.cache = cache;
    this.api = api;
  }

  @Override
  public ClusterSnapshot cached(ClusterLayout layout, Set<ObjectKey> wanted) {
    return snapshot(cache.objects(), layout, wanted, cache.current());
  }

  @Override
  public ClusterSnapshot live(ClusterLayout layout, Set<ObjectKey> wanted) {
    if (api.away()) throw new ReadFailed("the API server does not answer", null);
    var objects = new LinkedHashMap<>(cache.objects());
    objects.keySet().removeIf(SandboxReader::readLive);
    store
        .all()
        .forEach(
            (key, object) -> {
              if (readLive(key)) objects.put(key, object);
            });
    return snapshot(objects, layout, wanted, cache.current());
  }

  private static boolean readLive(ObjectKey key) {
    return switch (key.kind()) {
      case "StatefulSet", "Pod", "Lease", "Node" -> true;
      default -> false;
    };
  }

  private static ClusterSnapshot snapshot(
      Map<ObjectKey, HasMetadata> all,
      ClusterLayout layout,
      Set<ObjectKey> wanted,
      boolean current) {
    var objects = new LinkedHashMap<ObjectKey, HasMetadata>();
    var pods = new TreeMap<Integer, Pod>();
    var cordoned = new TreeSet<String>();
    all.forEach(
        (key, object) -> {
          switch (object) {
            case Pod pod -> {
              if (isInstance(layout, pod)) pods.put(StatefulSetController.ordinal(pod), pod);
            }
            case PersistentVolumeClaim _ -> {}
            case Node node -> {
              if (Machines.cordoned(node)) cordoned.add(key.name());
            }
            default -> {
              if (wanted.contains(key) || ofCluster(layout, key, object)) objects.put(key, object);
            }
          }
        });
    return new ClusterSnapshot(objects, java.util.List.copyOf(pods.values()), cordoned, current);
  }

  private static boolean isInstance(ClusterLayout layout, Pod pod) {
    return pod.getMetadata().getNamespace().equals(layout.id().namespace())
        && pod.getMetadata().getOwnerReferences().stream()
            .anyMatch(o -> o.getName().equals(layout.statefulSet()));
  }

  private static boolean ofCluster(ClusterLayout layout, ObjectKey key, HasMetadata object) {
    return layout.id().namespace().equals(key.namespace())
        && object.getMetadata().getLabels() != null
        && layout.id().name().equals(object.getMetadata().getLabels().get(Names.CLUSTER_LABEL));
  }
}
