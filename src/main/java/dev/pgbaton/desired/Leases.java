package dev.pgbaton.desired;

import dev.pgbaton.cluster.ClusterLayout;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;

/** Nobody's at first; from then on it is the instances'. */
final class Leases {
  private Leases() {}

  static Lease of(ClusterLayout layout, Labels labels) {
    return new LeaseBuilder()
        .withMetadata(
            Metadata.of(layout, layout.lease(), labels.object(Labels.Component.postgresql)))
        .withNewSpec()
        .endSpec()
        .build();
  }
}
