package dev.pgbaton.observed;

import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What Kubernetes holds of one cluster, read together.
 *
 * @param objects all that carry the cluster's label, instances' pods and claims excepted, and all
 *     that were asked for by key
 * @param pods the instances' pods, in ordinal order
 * @param cordonedNodes nodes that take no new pods
 * @param current whether all our own writes show; while they don't, nothing may be decided
 */
public record ClusterSnapshot(
    Map<ObjectKey, HasMetadata> objects,
    List<Pod> pods,
    Set<String> cordonedNodes,
    boolean current) {

  /** pgpool's, by name; they are among the objects. */
  public List<Pod> pgpoolPods() {
    return objects.values().stream()
        .filter(Pod.class::isInstance)
        .map(Pod.class::cast)
        .filter(p -> p.getMetadata().getLabels() != null)
        .filter(p -> "pgpool".equals(p.getMetadata().getLabels().get(Names.COMPONENT_LABEL)))
        .sorted(Comparator.comparing(p -> p.getMetadata().getName()))
        .toList();
  }

  public Optional<HasMetadata> find(ObjectKey key) {
    return Optional.ofNullable(objects.get(key));
  }

  public Optional<StatefulSet> statefulSet(ClusterLayout layout) {
    return find(layout.statefulSetKey()).map(StatefulSet.class::cast);
  }

  public Optional<Lease> lease(ClusterLayout layout) {
    return find(layout.key("Lease", layout.lease())).map(Lease.class::cast);
  }
}
