package dev.pgbaton.desired;

import dev.pgbaton.cluster.ClusterLayout;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;

/** One at a time: so a node drain and pgbaton exclude each other, since both evict. */
final class DisruptionBudgets {
  private DisruptionBudgets() {}

  /**
   * Not by the bare name: that of a cluster orders-pgpool would be that of the pgpool of orders.
   */
  static PodDisruptionBudget postgresql(ClusterLayout layout, Labels labels) {
    return budget(
        layout, layout.statefulSet() + "-postgresql", labels, Labels.Component.postgresql);
  }

  static PodDisruptionBudget pgpool(ClusterLayout layout, Labels labels) {
    return budget(layout, layout.pgpoolDeployment().orElseThrow(), labels, Labels.Component.pgpool);
  }

  private static PodDisruptionBudget budget(
      ClusterLayout layout, String name, Labels labels, Labels.Component component) {
    return new PodDisruptionBudgetBuilder()
        .withMetadata(Metadata.of(layout, name, labels.object(component)))
        .withNewSpec()
        .withMaxUnavailable(new IntOrString(1))
        .withNewSelector()
        .withMatchLabels(labels.selector(component))
        .endSelector()
        // What is not Ready serves nobody: replacing it takes nothing away, and a bad first push
        // does not lock
        // itself in.
        .withUnhealthyPodEvictionPolicy("AlwaysAllow")
        .endSpec()
        .build();
  }
}
