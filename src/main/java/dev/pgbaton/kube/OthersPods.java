package dev.pgbaton.kube;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.desired.PodReading;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Pods of applications that are in no directory: no informer shows them. */
final class OthersPods {
  private static final Set<String> OVER = Set.of("Succeeded", "Failed");

  private OthersPods() {}

  /** One that would not start again without the object. */
  static Optional<String> reading(ObjectKey key, List<Pod> pods) {
    return pods.stream()
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .filter(pod -> pod.getStatus() == null || !OVER.contains(phase(pod)))
        // Whether these still need it was known when its deletion was decided on.
        .filter(pod -> !isOfACluster(pod))
        .filter(pod -> PodReading.reads(pod.getSpec(), key.namespace()).contains(key))
        .map(pod -> pod.getMetadata().getName())
        .findFirst();
  }

  private static String phase(Pod pod) {
    return pod.getStatus().getPhase() == null ? "" : pod.getStatus().getPhase();
  }

  private static boolean isOfACluster(Pod pod) {
    var labels = pod.getMetadata().getLabels();
    return labels != null && labels.containsKey(Names.CLUSTER_LABEL);
  }
}
