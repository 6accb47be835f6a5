package dev.pgbaton.spec;

import io.fabric8.kubernetes.api.model.Toleration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where the pods may run. */
public record SchedulingSpec(
    AntiAffinity antiAffinity,
    String topologyKey,
    Map<String, String> nodeSelector,
    List<Toleration> tolerations,
    Optional<String> priorityClassName) {

  /** Whether two instances of the cluster may share a node. */
  public enum AntiAffinity {
    required,
    preferred,
    none
  }

  private static final String NODE = "kubernetes.io/hostname";

  static final SchedulingSpec DEFAULT =
      new SchedulingSpec(AntiAffinity.preferred, NODE, Map.of(), List.of(), Optional.empty());

  static final FieldType<SchedulingSpec> TYPE =
      FieldType.object(
          scheduling ->
              new SchedulingSpec(
                  scheduling.optional(
                      "antiAffinity",
                      FieldType.oneOf(AntiAffinity.class),
                      AntiAffinity.preferred,
                      "Whether instances of the cluster keep away from each other's nodes."),
                  scheduling.optional(
                      "topologyKey",
                      FieldTypes.QUALIFIED_NAME,
                      NODE,
                      "The node label that antiAffinity counts by, such as topology.kubernetes.io/zone."),
                  scheduling.optional(
                      "nodeSelector", FieldTypes.LABELS, Map.of(), "Labels that a node must have."),
                  scheduling.optional(
                      "tolerations",
                      FieldType.list(TolerationType.TYPE),
                      List.of(),
                      "Taints that the pods tolerate."),
                  scheduling.optional(
                      "priorityClassName",
                      FieldTypes.SUBDOMAIN_NAME,
                      "The pods' priority class.")));
}
