package dev.pgbaton.desired;

import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Names;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;

/** A namespace that is there already is left as it is: clusters share it with others. */
final class Namespaces {
  private Namespaces() {}

  static Namespace of(ClusterLayout layout) {
    return new NamespaceBuilder()
        .withNewMetadata()
        .withName(layout.id().namespace())
        .addToLabels(Names.MANAGED_BY_LABEL, Names.MANAGER)
        .endMetadata()
        .build();
  }
}
