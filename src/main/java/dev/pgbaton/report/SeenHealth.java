package dev.pgbaton.report;

import dev.pgbaton.observed.Instance;
import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.LeaseState;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.LastGood;
import dev.pgbaton.plan.Refusal;
import dev.pgbaton.report.ClusterHealth.Condition;
import java.util.Optional;

/**
 * How a cluster is, by what can be seen of it without the repository. What a commit asks for beyond
 * that, only the daemon knows.
 *
 * @param condition empty where it can't be told from here
 * @param reason the refusal's code; empty where nothing is refused
 * @param text what it waits for, or that all is well
 */
public record SeenHealth(Optional<Condition> condition, String reason, String text) {
  private SeenHealth(Condition condition, String text) {
    this(Optional.of(condition), "", text);
  }

  private SeenHealth(Condition condition, Refusal refusal, String text) {
    this(Optional.of(condition), refusal.code(), text);
  }

  public static SeenHealth of(ObservedCluster observed, long maxReplicaLag) {
    var failed = LastGood.quarantine(observed.journal());
    if (observed.primaries().size() > 1)
      return new SeenHealth(
          Condition.UNWRITABLE,
          Refusal.MORE_THAN_ONE_PRIMARY,
          "%s all say that they are the primary".formatted(observed.primaries()));
    if (observed.primary().isEmpty()) {
      if (observed.layout().instances() == 0 && observed.instances().isEmpty())
        return new SeenHealth(Condition.HEALTHY, "scaled to nothing");
      var silent = silent(observed);
      return silent.isPresent() && silent.get().ready()
          ? new SeenHealth(Optional.empty(), "", why(silent.get(), maxReplicaLag))
          : new SeenHealth(
              Condition.UNWRITABLE,
              Refusal.NO_PRIMARY,
              silent
                  .map(i -> "no primary is known; " + why(i, maxReplicaLag))
                  .orElse("no instance is the primary"));
    }
    if (failed.isPresent())
      return new SeenHealth(
          Condition.BLOCKED, Refusal.ofCode(failed.get().code()), failed.get().reason());
    return underWay(observed)
        .map(what -> new SeenHealth(Condition.PROGRESSING, what))
        .or(
            () ->
                trouble(observed, maxReplicaLag)
                    .map(what -> new SeenHealth(Condition.DEGRADED, what)))
        .or(() -> behind(observed).map(what -> new SeenHealth(Condition.PROGRESSING, what)))
        .orElseGet(() -> new SeenHealth(Condition.HEALTHY, ClusterHealth.healthy(observed)));
  }

  private static Optional<Instance> silent(ObservedCluster observed) {
    return observed.instances().stream()
        .filter(i -> i.answer() instanceof Answer.Unknown)
        .findFirst();
  }

  private static String why(Instance instance, long maxReplicaLag) {
    return "%s: %s".formatted(instance, instance.unsettledBecause(maxReplicaLag));
  }

  private static Optional<String> underWay(ObservedCluster observed) {
    var journal = observed.journal();
    var step = journal.step().map(s -> "; last step: " + s.text()).orElse("");
    return journal
        .rollout()
        .map(r -> "rolling out %.8s: %s%s".formatted(r.commit(), r.reason(), step))
        .or(
            () ->
                observed
                    .lease()
                    .flatMap(LeaseState::handoffTo)
                    .map("the primary is handing off to %s"::formatted));
  }

  private static Optional<String> trouble(ObservedCluster observed, long maxReplicaLag) {
    return observed.layout().podNames().stream()
        .filter(name -> observed.instance(name).isEmpty())
        .map("%s's pod is not there"::formatted)
        .findFirst()
        .or(
            () ->
                observed.instances().stream()
                    .filter(i -> !i.settled(maxReplicaLag))
                    .map(i -> why(i, maxReplicaLag))
                    .findFirst());
  }

  private static Optional<String> behind(ObservedCluster observed) {
    var old = observed.instances().stream().filter(observed::outdated).toList();
    if (!old.isEmpty()) return Optional.of("%s still made from an earlier revision".formatted(old));
    return observed
        .journal()
        .intent()
        .filter(i -> !i.done())
        .map(JournalEntry.Intent::commit)
        .map("%.8s is not carried out yet"::formatted);
  }
}
