package dev.pgbaton.desired;

import dev.pgbaton.spec.SchedulingSpec.AntiAffinity;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.PodAffinityTermBuilder;
import java.util.Map;

final class Scheduling {
  private Scheduling() {}

  /** Keeps pods of the same labels apart; null where they need not be. */
  static Affinity apart(AntiAffinity antiAffinity, String topologyKey, Map<String, String> labels) {
    return switch (antiAffinity) {
      case required ->
          new AffinityBuilder()
              .withNewPodAntiAffinity()
              .withRequiredDuringSchedulingIgnoredDuringExecution(term(topologyKey, labels))
              .endPodAntiAffinity()
              .build();
      case preferred ->
          new AffinityBuilder()
              .withNewPodAntiAffinity()
              .addNewPreferredDuringSchedulingIgnoredDuringExecution()
              .withWeight(100)
              .withPodAffinityTerm(term(topologyKey, labels))
              .endPreferredDuringSchedulingIgnoredDuringExecution()
              .endPodAntiAffinity()
              .build();
      case none -> null;
    };
  }

  private static PodAffinityTerm term(String topologyKey, Map<String, String> labels) {
    return new PodAffinityTermBuilder()
        .withTopologyKey(topologyKey)
        .withNewLabelSelector()
        .withMatchLabels(labels)
        .endLabelSelector()
        .build();
  }
}
