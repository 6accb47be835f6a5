package dev.pgbaton.kube;

import dev.pgbaton.cluster.Names;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.util.List;
import java.util.Optional;

/** The kinds that clusters are made of, as the API server serves them to us. */
final class Kinds {
  /** Watched in every namespace, by the cluster's label. */
  static final List<Class<? extends HasMetadata>> OF_CLUSTERS =
      List.of(
          StatefulSet.class,
          Deployment.class,
          Pod.class,
          Service.class,
          EndpointSlice.class,
          ConfigMap.class,
          Secret.class,
          PodDisruptionBudget.class,
          NetworkPolicy.class,
          ServiceAccount.class,
          Role.class,
          RoleBinding.class,
          Lease.class,
          Job.class);

  /** Watched whole: they carry no cluster's label, and next to nothing of them is kept. */
  static final List<Class<? extends HasMetadata>> OF_MACHINES =
      List.of(Namespace.class, Node.class);

  private Kinds() {}

  /**
   * @throws IllegalArgumentException for a kind that pgbaton does not handle
   */
  static Class<? extends HasMetadata> named(String kind) {
    return OF_CLUSTERS.stream()
        .filter(type -> HasMetadata.getKind(type).equals(kind))
        .findFirst()
        .or(() -> OF_MACHINES.stream().filter(t -> HasMetadata.getKind(t).equals(kind)).findFirst())
        .orElseThrow(() -> new IllegalArgumentException("pgbaton does not handle a " + kind));
  }

  /** What is selected of a kind; empty for all of it. */
  static Optional<String> selector(Class<? extends HasMetadata> type) {
    // Somebody else's budget may select an instance, and then nothing evicts it.
    if (type == PodDisruptionBudget.class) return Optional.empty();
    // A Service with a selector passes its labels on to slices that Kubernetes writes itself.
    return Optional.of(
        type == EndpointSlice.class
            ? Names.CLUSTER_LABEL
                + ",endpointslice.kubernetes.io/managed-by!=endpointslice-controller.k8s.io"
            : Names.CLUSTER_LABEL);
  }
}
