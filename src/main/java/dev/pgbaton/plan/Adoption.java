package dev.pgbaton.plan;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.desired.ApplyPolicy;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Plan.Blocked;
import dev.pgbaton.plan.Plan.Proceed;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Optional;
import java.util.stream.Collectors;

/** First contact with objects and pods that others made. */
final class Adoption {
  private static final int SHOWN = 3;

  private Adoption() {}

  /** What others applied is theirs until the owner says in Git that it is to be taken over. */
  static Optional<Plan> consent(DesiredCluster wanted, ObservedCluster observed) {
    if (wanted.layout().isGenerated()) return Optional.empty();
    var theirs =
        wanted.objects().stream()
            .filter(object -> object.policy() == ApplyPolicy.APPLY)
            .filter(object -> live(object, observed).filter(Adoption::isOthers).isPresent())
            .toList();
    if (theirs.isEmpty()) return Optional.empty();
    var changes =
        theirs.stream()
            .flatMap(
                object ->
                    Drift.felt(object.object(), live(object, observed).orElseThrow())
                        .map(difference -> object.key() + " " + difference)
                        .stream())
            .limit(SHOWN)
            .collect(Collectors.joining("; "));
    return Optional.of(
        new Blocked(
            Refusal.ADOPTION_NEEDED,
            "%d objects are there that others applied, %s among them. Nothing is touched before the StatefulSet in Git says pgbaton.dev/adopt: \"true\"%s."
                .formatted(
                    theirs.size(),
                    theirs.getFirst().key(),
                    changes.isEmpty() ? "" : "; then this changes: " + changes)));
  }

  private static Optional<HasMetadata> live(DesiredObject object, ObservedCluster observed) {
    return observed.snapshot().find(object.key());
  }

  private static boolean isOthers(HasMetadata live) {
    var annotations = live.getMetadata().getAnnotations();
    return annotations == null || !annotations.containsKey(Names.APPLIED);
  }

  /** The pods of others' templates have no label of ours, and the informers select by it. */
  static Optional<Plan> claim(ObservedCluster observed) {
    var pods =
        observed.snapshot().pods().stream()
            .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
            .filter(pod -> !isLabelled(pod))
            .map(Step::ref)
            .toList();
    return pods.isEmpty() ? Optional.empty() : Optional.of(new Proceed(new Step.Claim(pods)));
  }

  private static boolean isLabelled(Pod pod) {
    var labels = pod.getMetadata().getLabels();
    return labels != null && labels.containsKey(Names.CLUSTER_LABEL);
  }
}
