package dev.pgbaton.spec;

import java.util.Map;
import java.util.Optional;

/** How clients reach pgpool. */
public record ServiceSpec(Type type, Optional<Integer> nodePort, Map<String, String> annotations) {
  /** Kubernetes' own names. */
  public enum Type {
    ClusterIP,
    NodePort,
    LoadBalancer
  }

  static final ServiceSpec DEFAULT = new ServiceSpec(Type.ClusterIP, Optional.empty(), Map.of());

  static final FieldType<ServiceSpec> TYPE = FieldType.object(ServiceSpec::read);

  private static ServiceSpec read(Fields service) {
    var type =
        service.optional(
            "type", FieldType.oneOf(Type.class), Type.ClusterIP, "The type of pgpool's Service.");
    var nodePort =
        service.optional(
            "nodePort",
            FieldType.integer(1, 65535),
            "The port on every node; Kubernetes chooses one if it is absent.");
    return new ServiceSpec(
        type,
        nodePort,
        service.optional(
            "annotations",
            FieldType.map(FieldTypes.TEXT),
            Map.of(),
            "Annotations of the Service, such as a cloud's load balancer wants."));
  }
}
