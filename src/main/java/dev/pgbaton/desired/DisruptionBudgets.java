package dev.pgbaton.desired;

import dev.pgbaton.cluster.ClusterLayout;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import java.util.Map;
import java.util.Optional;

/** One at a time: so a node drain and pgbaton exclude each other, since both evict. */
final class DisruptionBudgets {
  private DisruptionBudgets() {}

  /**
   * Not by the bare name: that of a cluster orders-pgpool would be that of the pgpool of orders.
   */
  static PodDisruptionBudget postgresql(
      ClusterLayout layout, Labels labels, Optional<String> keptName) {
    return budget(
        layout,
        keptName.orElse(layout.statefulSet() + "-postgresql"),
        labels,
        Labels.Component.postgresql);
  }

  static PodDisruptionBudget pgpool(ClusterLayout layout, Labels labels) {
    return budget(layout, layout.pgpoolDeployment().orElseThrow(), labels, Labels.Component.pgpool);
  }

  /** For pods of somebody else's manifests, as their StatefulSet selects them. */
  static PodDisruptionBudget beside(
      ClusterLayout layout, Labels labels, Map<String, String> selector) {
    var component = Labels.Component.postgresql;
    return budget(Metadata.of(layout, layout.besideName(), labels.object(component)), selector);
  }

  private static PodDisruptionBudget budget(
      ClusterLayout layout, String name, Labels labels, Labels.Component component) {
    return budget(Metadata.of(layout, name, labels.object(component)), labels.selector(component));
  }

  private static PodDisruptionBudget budget(ObjectMeta metadata, Map<String, String> selector) {
    return new PodDisruptionBudgetBuilder()
        .withMetadata(metadata)
        .withNewSpec()
        .withMaxUnavailable(new IntOrString(1))
        .withNewSelector()
        .withMatchLabels(selector)
        .endSelector()
        // What is not Ready serves nobody: replacing it takes nothing away, and a bad first push
        // does not lock
        // itself in.
        .withUnhealthyPodEvictionPolicy("AlwaysAllow")
        .endSpec()
        .build();
  }
}
