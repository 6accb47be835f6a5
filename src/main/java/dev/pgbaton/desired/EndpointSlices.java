package dev.pgbaton.desired;

import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Names;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.util.List;
import java.util.stream.Stream;

/**
 * The clients' routes: empty at first, then written by whoever holds the Lease. Instances may patch
 * them, but not create them.
 */
final class EndpointSlices {
  private EndpointSlices() {}

  static List<EndpointSlice> of(ClusterLayout layout, Labels labels) {
    return Stream.of(layout.primaryService(), layout.replicasService())
        .map(service -> slice(layout, labels, service))
        .toList();
  }

  private static EndpointSlice slice(ClusterLayout layout, Labels labels, String service) {
    return new EndpointSliceBuilder()
        .withMetadata(Metadata.of(layout, service, labels.object(Labels.Component.postgresql)))
        .editMetadata()
        .addToLabels("kubernetes.io/service-name", service)
        .addToLabels("endpointslice.kubernetes.io/managed-by", Names.DOMAIN)
        .endMetadata()
        .withAddressType("IPv4")
        .withEndpoints(List.of())
        .addNewPort()
        .withName(Services.POSTGRESQL)
        .withPort(Names.POSTGRES_PORT)
        .withProtocol("TCP")
        .endPort()
        .build();
  }
}
