package dev.pgbaton.desired;

import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.spec.PgpoolSpec;
import dev.pgbaton.spec.ServiceSpec;
import dev.pgbaton.spec.TakenOver;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

final class Services {
  static final String POSTGRESQL = "postgresql";
  static final String STATUS = "status";

  private Services() {}

  static List<Service> of(ClusterLayout layout, Labels labels) {
    return Stream.concat(Stream.of(headless(layout, labels)), routes(layout, labels).stream())
        .toList();
  }

  static List<Service> routes(ClusterLayout layout, Labels labels) {
    return List.of(
        route(layout, labels, layout.primaryService()),
        route(layout, labels, layout.replicasService()));
  }

  /** Gives every pod its name. Peers must find each other before they are Ready. */
  private static Service headless(ClusterLayout layout, Labels labels) {
    return new ServiceBuilder()
        .withMetadata(
            Metadata.of(
                layout, layout.headlessService(), labels.object(Labels.Component.postgresql)))
        .withNewSpec()
        .withClusterIP("None")
        .withPublishNotReadyAddresses(true)
        .withSelector(labels.selector(Labels.Component.postgresql))
        .withPorts(port(POSTGRESQL, Names.POSTGRES_PORT), port(STATUS, Names.STATUS_PORT))
        .endSpec()
        .build();
  }

  /**
   * Without a selector: its EndpointSlice is written by the Lease's holder, which kube-proxy
   * follows without its pods' delays.
   */
  private static Service route(ClusterLayout layout, Labels labels, String name) {
    return new ServiceBuilder()
        .withMetadata(Metadata.of(layout, name, labels.object(Labels.Component.postgresql)))
        .withNewSpec()
        .withType("ClusterIP")
        .withPorts(port(POSTGRESQL, Names.POSTGRES_PORT))
        .endSpec()
        .build();
  }

  static List<Service> pgpool(
      PgpoolSpec pgpool, Optional<TakenOver.Pgpool> kept, ClusterLayout layout, Labels labels) {
    return kept.map(
            it ->
                it.services().stream()
                    .map(
                        service ->
                            pgpool(
                                service.name(),
                                new ServiceSpec(service.type(), service.nodePort(), Map.of()),
                                layout,
                                labels))
                    .toList())
        .orElseGet(
            () ->
                List.of(
                    pgpool(
                        layout.pgpoolDeployment().orElseThrow(),
                        pgpool.service(),
                        layout,
                        labels)));
  }

  private static Service pgpool(
      String name, ServiceSpec wanted, ClusterLayout layout, Labels labels) {
    var port = port(POSTGRESQL, Names.POSTGRES_PORT);
    wanted.nodePort().ifPresent(port::setNodePort);
    var service =
        new ServiceBuilder()
            .withMetadata(Metadata.of(layout, name, labels.object(Labels.Component.pgpool)))
            .withNewSpec()
            .withType(wanted.type().name())
            .withSelector(labels.selector(Labels.Component.pgpool))
            .withPorts(port)
            .endSpec();
    if (!wanted.annotations().isEmpty()) {
      service.editMetadata().withAnnotations(wanted.annotations()).endMetadata();
    }
    return service.build();
  }

  private static ServicePort port(String name, int port) {
    return new ServicePortBuilder().withName(name).withPort(port).withProtocol("TCP").build();
  }
}
