package dev.pgbaton.desired;

import dev.pgbaton.cluster.ClusterLayout;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.Map;

final class Metadata {
  private Metadata() {}

  static ObjectMeta of(ClusterLayout layout, String name, Map<String, String> labels) {
    return new ObjectMetaBuilder()
        .withNamespace(layout.id().namespace())
        .withName(name)
        .withLabels(labels)
        .build();
  }
}
