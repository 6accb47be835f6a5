package dev.pgbaton.sandbox;

import dev.pgbaton.cluster.ObjectKey;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.Map;
import java.util.Optional;

/** Graceful deletion of pods, and eviction, which asks the disruption budgets first. */
final class Deletions {
  private final Agenda agenda;
  private final ObjectStore store;

  Deletions(Agenda agenda, ObjectStore store) {
    this.agenda = agenda;
    this.store = store;
  }

  /** The kubelet does the rest; a pod that no node has yet goes at once. */
  void delete(Pod pod) {
    if (pod.getMetadata().getDeletionTimestamp() != null) return;
    var key = ObjectStore.key(pod);
    if (pod.getSpec().getNodeName() == null) {
      store.remove(key);
      return;
    }
    store.update(
        key,
        Pod.class,
        p ->
            p.edit()
                .editMetadata()
                .withDeletionTimestamp(agenda.now().toString())
                .withDeletionGracePeriodSeconds(p.getSpec().getTerminationGracePeriodSeconds())
                .endMetadata()
                .build());
  }

  /**
   * @return why not, or empty
   */
  Optional<String> evict(Pod pod) {
    if (pod.getMetadata().getDeletionTimestamp() != null) return Optional.empty();
    var refused =
        store.list(PodDisruptionBudget.class).stream()
            .filter(b -> selects(b, pod))
            .filter(b -> !allows(b, pod))
            .map(
                b ->
                    "the disruption budget "
                        + b.getMetadata().getName()
                        + " allows no more disruption now")
            .findFirst();
    if (refused.isEmpty()) delete(pod);
    return refused;
  }

  private static boolean selects(PodDisruptionBudget budget, Pod pod) {
    Map<String, String> wanted = budget.getSpec().getSelector().getMatchLabels();
    return budget.getMetadata().getNamespace().equals(pod.getMetadata().getNamespace())
        && pod.getMetadata().getLabels().entrySet().containsAll(wanted.entrySet());
  }

  private boolean allows(PodDisruptionBudget budget, Pod pod) {
    var always = "AlwaysAllow".equals(budget.getSpec().getUnhealthyPodEvictionPolicy());
    if (!PodStatuses.ready(pod) && (always || "Pending".equals(pod.getStatus().getPhase())))
      return true;
    var pods = store.list(Pod.class).stream().filter(p -> selects(budget, p)).toList();
    var healthy =
        pods.stream()
            .filter(p -> PodStatuses.ready(p) && p.getMetadata().getDeletionTimestamp() == null)
            .count();
    IntOrString max = budget.getSpec().getMaxUnavailable();
    return healthy > expected(pod, pods.size()) - (max == null ? 1 : max.getIntVal());
  }

  private int expected(Pod pod, int found) {
    return pod.getMetadata().getOwnerReferences().stream()
        .map(o -> new ObjectKey(o.getKind(), pod.getMetadata().getNamespace(), o.getName()))
        .flatMap(k -> store.find(k, StatefulSet.class).stream())
        .map(s -> s.getSpec().getReplicas())
        .findFirst()
        .orElse(found);
  }
}
