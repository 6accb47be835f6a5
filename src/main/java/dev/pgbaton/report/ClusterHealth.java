package dev.pgbaton.report;

import dev.pgbaton.apply.Outcome;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.JournalEntry.Rollout;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.LastGood;
import dev.pgbaton.plan.Plan;
import dev.pgbaton.plan.Refusal;
import dev.pgbaton.plan.Step;
import dev.pgbaton.report.CommitStatus.State;
import dev.pgbaton.spec.Problem;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How a cluster is, in a word and a sentence that a person can act on.
 *
 * @param reason the refusal's code; empty where nothing is refused
 */
public record ClusterHealth(Condition condition, String reason, String text) {
  public enum Condition {
    /** Every instance runs what the repository says, and streams. */
    HEALTHY,
    /** On the way there. */
    PROGRESSING,
    /** It was there, and an instance is missing now. */
    DEGRADED,
    /** A person has to do something; the database is left as it is. */
    BLOCKED,
    /** No single primary is known. */
    UNWRITABLE
  }

  public static ClusterHealth of(ObservedCluster observed, Plan plan, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Failed(var refusal, var why) ->
          new ClusterHealth(Condition.BLOCKED, refusal.code(), why);
      // The caches said that all is well, and a closer look did not: that is no green.
      case Outcome.Stale(var why) when plan instanceof Plan.InSync ->
          new ClusterHealth(Condition.PROGRESSING, "", why);
      case Outcome.NothingToDo _, Outcome.Applied _, Outcome.Stale _ -> of(observed, plan, "");
      case Outcome.Postponed(var why) -> of(observed, plan, " (postponed: " + why + ")");
    };
  }

  private static ClusterHealth of(ObservedCluster observed, Plan plan, String suffix) {
    var failed = LastGood.quarantine(observed.journal());
    if (failed.isPresent() && (plan instanceof Plan.Proceed || plan instanceof Plan.Await))
      // It stays failed while it is being taken back.
      return new ClusterHealth(
          Condition.BLOCKED, Refusal.ofCode(failed.get().code()).code(), failed.get().reason());
    return switch (plan) {
      case Plan.InSync(var but, var left) ->
          but.map(b -> new ClusterHealth(Condition.BLOCKED, b.reason().code(), b.text()))
              .orElseGet(
                  () ->
                      new ClusterHealth(
                          Condition.HEALTHY,
                          "",
                          healthy(observed) + words(left) + suspended(observed.journal())));
      // What is left over hurts nobody: a commit that is done does not go back to pending for it.
      case Plan.Proceed(Step.Prune _) when done(observed) ->
          new ClusterHealth(Condition.HEALTHY, "", healthy(observed));
      case Plan.Proceed(var step) ->
          new ClusterHealth(Condition.PROGRESSING, "", step.text() + suffix);
      case Plan.Await(var what, _, var because) ->
          waiting(observed, what, because.map(Refusal::code).orElse(""));
      case Plan.Blocked(var refusal, _, var text) ->
          new ClusterHealth(
              switch (refusal) {
                case NO_PRIMARY, MORE_THAN_ONE_PRIMARY -> Condition.UNWRITABLE;
                default -> Condition.BLOCKED;
              },
              refusal.code(),
              text);
    };
  }

  private static ClusterHealth waiting(ObservedCluster observed, String what, String code) {
    var journal = observed.journal();
    var done = journal.intent().map(JournalEntry.Intent::done).orElse(false);
    var underWay = journal.rollout().isPresent() || !done;
    if (underWay) return new ClusterHealth(Condition.PROGRESSING, code, "waiting for " + what);
    return new ClusterHealth(
        observed.primary().isEmpty() ? Condition.UNWRITABLE : Condition.DEGRADED,
        code,
        "waiting for " + what);
  }

  private static String words(List<ObjectKey> left) {
    return left.isEmpty()
        ? ""
        : "; no longer in Git, and there until you delete them: "
            + left.stream().map(ObjectKey::toString).collect(Collectors.joining(", "));
  }

  private static String suspended(JournalEntry journal) {
    return journal.suspension().map(s -> "; " + s.text()).orElse("");
  }

  private static boolean done(ObservedCluster observed) {
    return observed.journal().intent().map(JournalEntry.Intent::done).orElse(false);
  }

  static String healthy(ObservedCluster observed) {
    var primary = observed.primary().map(p -> ", primary " + p).orElse("");
    var count = observed.instances().size();
    var commit = observed.journal().intent().map(JournalEntry.Intent::commit).orElse("");
    return "%d of %d instances Ready%s%s%s"
        .formatted(
            count,
            observed.layout().instances(),
            primary,
            lastRollout(observed.journal())
                .filter(r -> r.commit().equals(commit))
                .map(ClusterHealth::words)
                .orElse(""),
            handedOn(observed.journal().handedOn()));
  }

  private static String handedOn(List<String> objects) {
    return objects.isEmpty()
        ? ""
        : "; no longer in Git, and left to others: " + String.join(", ", objects);
  }

  /** The rollout that ended last. */
  static Optional<Rollout> lastRollout(JournalEntry journal) {
    return journal.rollouts().isEmpty()
        ? Optional.empty()
        : Optional.of(journal.rollouts().getLast());
  }

  private static String words(Rollout rollout) {
    var took =
        rollout
            .endedAt()
            .map(end -> Duration.between(rollout.startedAt(), end).toSeconds() + " s")
            .orElse("?");
    return "; rolled out in %s, longest write gap %s"
        .formatted(took, rollout.outage().map(ClusterHealth::seconds).orElse("not known"));
  }

  private static String seconds(Duration gap) {
    return String.format(Locale.ROOT, "%.2f s", gap.toMillis() / 1000.0);
  }

  /**
   * Where all is well there is room for a word of advice; the page has all of it, and where it is
   * meant.
   *
   * @param advice which lines of the manifests would make it better
   */
  public ClusterHealth advised(List<Problem> advice) {
    return condition != Condition.HEALTHY || advice.isEmpty()
        ? this
        : new ClusterHealth(
            condition,
            reason,
            "%s; advice: %s"
                .formatted(
                    text,
                    advice.stream()
                        .map(problem -> problem.message().split(": ", 2)[0])
                        .collect(Collectors.joining("; "))));
  }

  /** The owner has it back. */
  public ClusterHealth left() {
    return condition == Condition.HEALTHY
        ? new ClusterHealth(
            condition, reason, "left to its owner, nothing of it is touched: " + text)
        : this;
  }

  /** As a forge shows it. */
  public State state() {
    return switch (condition) {
      case HEALTHY -> State.SUCCESS;
      case PROGRESSING -> State.PENDING;
      case DEGRADED, BLOCKED, UNWRITABLE -> State.FAILURE;
    };
  }

  /** The sentence, with the code in front where something is refused. */
  public String sentence() {
    return reason.isEmpty() ? text : reason + ": " + text;
  }
}
