package dev.pgbaton.plan;

import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.desired.AppliedHash;
import dev.pgbaton.desired.ObjectRole;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Change.Cause;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import java.util.List;
import java.util.Set;

/** What a set of changes would come to. */
final class Changes {
  private Changes() {}

  /** Whether the repository says something new of the instances' pods. */
  static boolean restartInstances(List<Change> changes, ObservedCluster observed) {
    var live = observed.statefulSet();
    return live.isPresent()
        && changes.stream()
            .filter(change -> change.cause() instanceof Cause.Changed)
            .map(change -> change.object().object())
            .filter(StatefulSet.class::isInstance)
            .anyMatch(set -> !onlyTheNumber((StatefulSet) set, live.get()));
  }

  /** Others' object becomes pgbaton's, and its pods are as they shall be: none is replaced. */
  static boolean onlyTakesOver(Change change, ObservedCluster observed) {
    return observed
        .snapshot()
        .find(change.object().key())
        .filter(live -> !AppliedHash.isOn(live))
        .filter(live -> Drift.difference(withPods(live, change.object().object()), live).isEmpty())
        .isPresent();
  }

  private static HasMetadata withPods(HasMetadata live, HasMetadata wanted) {
    if (live instanceof StatefulSet set && wanted instanceof StatefulSet other)
      return new StatefulSetBuilder(set)
          .editSpec()
          .withTemplate(other.getSpec().getTemplate())
          .endSpec()
          .build();
    if (live instanceof Deployment deployment && wanted instanceof Deployment other)
      return new DeploymentBuilder(deployment)
          .editSpec()
          .withTemplate(other.getSpec().getTemplate())
          .endSpec()
          .build();
    return wanted;
  }

  private static boolean onlyTheNumber(StatefulSet wanted, StatefulSet live) {
    var sized =
        new StatefulSetBuilder(wanted)
            .editSpec()
            .withReplicas(live.getSpec().getReplicas())
            .endSpec()
            .build();
    // Where not even the number differs, fields were removed.
    return Drift.difference(wanted, live).isPresent() && Drift.difference(sized, live).isEmpty();
  }

  /** Whether the repository says something new of the settings. */
  static boolean reachSettings(List<Change> changes) {
    return changes.stream()
        .anyMatch(
            change ->
                change.object().role() == ObjectRole.SETTINGS
                    && !(change.cause() instanceof Cause.Drifted));
  }

  /**
   * Whether a change only brings back what was there before.
   *
   * @param inventory what was applied once
   */
  static boolean repairs(Change change, Set<ObjectKey> inventory) {
    return switch (change.cause()) {
      case Cause.Drifted _ -> true;
      case Cause.Changed _ -> false;
      // A ConfigMap that is missing may be this commit's: others are named by their content.
      case Cause.Missing _ ->
          inventory.contains(change.object().key())
              && !change.object().key().kind().equals("ConfigMap");
    };
  }
}
