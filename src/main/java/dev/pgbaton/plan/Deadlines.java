package dev.pgbaton.plan;

import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.LeaseState;
import dev.pgbaton.observed.ObservedCluster;
import java.time.Duration;
import java.time.Instant;

/** Until when something is waited for. */
final class Deadlines {
  private static final Duration MOMENT = Duration.ofSeconds(30);

  private Deadlines() {}

  /**
   * An instance's time counts from the step that stopped it; {@link Instant#MAX} if nothing of ours
   * did.
   */
  static Instant sinceStep(DesiredCluster desired, ObservedCluster observed) {
    return observed
        .journal()
        .step()
        .map(s -> s.startedAt().plus(desired.rollout().instanceTimeout()))
        .orElse(Instant.MAX);
  }

  /**
   * As {@link #sinceStep}; where nothing of ours stopped an instance, a commit that is not carried
   * out yet counts from its beginning.
   */
  static Instant sinceBegun(DesiredCluster desired, ObservedCluster observed) {
    var journal = observed.journal();
    var under = journal.intent().filter(i -> !i.done()).isPresent();
    return journal.step().isEmpty() && under
        ? sinceIntent(desired, observed)
        : sinceStep(desired, observed);
  }

  /** What stands against a commit from the beginning gets a moment to pass by itself. */
  static Instant toPassByItself(ObservedCluster observed) {
    return observed.journal().intent().map(i -> i.since().plus(MOMENT)).orElse(Instant.MAX);
  }

  /** From when the primary was told of users and databases. */
  static Instant sinceTold(DesiredCluster desired, ObservedCluster observed) {
    return observed
        .lease()
        .flatMap(LeaseState::usersTold)
        .map(at -> at.plus(desired.rollout().instanceTimeout()))
        .orElse(Instant.MAX);
  }

  static Instant sinceIntent(DesiredCluster desired, ObservedCluster observed) {
    var since = observed.journal().intent().map(JournalEntry.Intent::since);
    var step = observed.journal().step().map(JournalEntry.StepRecord::startedAt);
    return since
        .map(s -> step.filter(t -> t.isAfter(s)).orElse(s))
        .map(s -> s.plus(desired.rollout().instanceTimeout()))
        .orElse(Instant.MAX);
  }
}
