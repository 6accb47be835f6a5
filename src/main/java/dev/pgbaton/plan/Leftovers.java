package dev.pgbaton.plan;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.desired.AppliedHash;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.desired.PodReading;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Plan.Proceed;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Objects that pgbaton applied, that hold no data, and that nothing wants or mounts any more. */
final class Leftovers {
  /**
   * No claim, no Secret, no Lease, no StatefulSet is ever here: what holds data or a password
   * stays.
   */
  private static final Set<String> KINDS =
      Set.of("ConfigMap", "Service", "Deployment", "PodDisruptionBudget");

  /**
   * Only what pgbaton made beside a person's StatefulSet, once its pods have an account of ours.
   */
  private static final Set<String> RIGHTS = Set.of("Role", "RoleBinding");

  /** A right or a rule that was taken out of Git is in force for as long as it is there. */
  private static final Set<String> STAYING =
      Set.of("Role", "RoleBinding", "ServiceAccount", "NetworkPolicy", "StatefulSet", "Job", "Pod");

  private Leftovers() {}

  static Optional<Plan> prune(DesiredCluster desired, ObservedCluster observed) {
    return prune(desired, observed, key -> mayGo(key, desired, observed));
  }

  static Optional<Plan> pruneWhatIsInTheWay(DesiredCluster desired, ObservedCluster observed) {
    return prune(
        desired,
        observed,
        key -> key.kind().equals("PodDisruptionBudget") || isOwnPolicy(key, desired));
  }

  private static Optional<Plan> prune(
      DesiredCluster desired, ObservedCluster observed, Predicate<ObjectKey> mayGo) {
    var wanted =
        desired.objects().stream().map(DesiredObject::key).collect(Collectors.toUnmodifiableSet());
    List<Step.Leftover> leftovers =
        observed.snapshot().objects().entrySet().stream()
            .filter(e -> mayGo.test(e.getKey()) && !wanted.contains(e.getKey()))
            .filter(e -> ours(e.getValue(), desired.layout().id().name()))
            .filter(e -> !inUse(e.getKey(), observed))
            .sorted(Map.Entry.comparingByKey())
            .map(e -> new Step.Leftover(e.getKey(), e.getValue().getMetadata().getUid()))
            .toList();
    return leftovers.isEmpty()
        ? Optional.empty()
        : Optional.of(new Proceed(new Step.Prune(leftovers)));
  }

  /** What pgbaton applied, nothing wants any more, and only a person deletes. */
  static List<ObjectKey> staying(DesiredCluster desired, ObservedCluster observed) {
    var wanted =
        desired.objects().stream().map(DesiredObject::key).collect(Collectors.toUnmodifiableSet());
    return observed.snapshot().objects().entrySet().stream()
        .filter(e -> STAYING.contains(e.getKey().kind()) && !wanted.contains(e.getKey()))
        .filter(e -> !mayGo(e.getKey(), desired, observed))
        .filter(e -> ours(e.getValue(), desired.layout().id().name()))
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  private static boolean mayGo(ObjectKey key, DesiredCluster desired, ObservedCluster observed) {
    return KINDS.contains(key.kind())
        || isOwnPolicy(key, desired)
        || RIGHTS.contains(key.kind())
            && key.name().equals(desired.layout().besideName())
            && haveOwnRights(desired, observed);
  }

  /** Those of plain manifests are their owner's to take away. */
  private static boolean isOwnPolicy(ObjectKey key, DesiredCluster desired) {
    return key.kind().equals("NetworkPolicy") && desired.layout().isGenerated();
  }

  /** Nothing that runs, or would be gone back to, still needs the rights of before. */
  private static boolean haveOwnRights(DesiredCluster desired, ObservedCluster observed) {
    var account = desired.statefulSet().getSpec().getTemplate().getSpec().getServiceAccountName();
    return desired.layout().isGenerated()
        && observed.journal().lastGood().isPresent()
        && !LastGood.differs(desired, observed.journal())
        && observed.snapshot().pods().stream()
            .allMatch(pod -> account.equals(pod.getSpec().getServiceAccountName()));
  }

  private static boolean ours(HasMetadata object, String cluster) {
    var meta = object.getMetadata();
    return meta.getLabels() != null
        && cluster.equals(meta.getLabels().get(Names.CLUSTER_LABEL))
        && AppliedHash.isOn(object)
        && meta.getDeletionTimestamp() == null;
  }

  /** Named by a pod, by the live templates or by the one to go back to: a restart must find it. */
  private static boolean inUse(ObjectKey key, ObservedCluster observed) {
    if (!key.kind().equals("ConfigMap")) return false;
    var quoted = "\"" + key.name() + "\"";
    return observed.journal().lastGood().map(json -> json.contains(quoted)).orElse(false)
        || Stream.concat(
                observed.snapshot().pods().stream(),
                observed.snapshot().objects().values().stream())
            .anyMatch(object -> PodReading.reads(object).contains(key))
        || observed.pgpool().map(d -> !Pgpool.settled(d)).orElse(false);
  }
}
