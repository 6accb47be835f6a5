package dev.pgbaton.reconcile;

import dev.pgbaton.apply.WriteProbe;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.observed.Journal;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.JournalEntry.Intent;
import dev.pgbaton.observed.JournalEntry.OwedStatus;
import dev.pgbaton.observed.JournalEntry.Rollout;
import dev.pgbaton.observed.LeaseState;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.LastGood;
import dev.pgbaton.report.CommitStatus.State;
import dev.pgbaton.report.Contexts;
import dev.pgbaton.spec.SpecRevision;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Keeps the journal: where a cluster is going, and how it went. Writes only what changed. */
public final class Chronicle {
  private static final int KEPT_ROLLOUTS = 50;

  /** In place of the hash of what is asked of a cluster. */
  private static final String REMOVED = "removed";

  private final Journal journal;
  private final WriteProbe writeProbe;
  private final Contexts contexts;
  private final String daemon;

  /**
   * @param daemon names this process, as in {@link Rollout#daemon}
   */
  public Chronicle(Journal journal, WriteProbe writeProbe, Contexts contexts, String daemon) {
    this.journal = journal;
    this.writeProbe = writeProbe;
    this.contexts = contexts;
    this.daemon = daemon;
  }

  /**
   * Notes what the repository asks of a cluster now.
   *
   * @return the journal as it is then, or empty if it could not be written
   */
  Optional<JournalEntry> intent(
      ClusterId id, SpecRevision head, Repository.Entry wanted, Instant now) {
    var entry = journal.read(id);
    var before = entry.intent();
    if (before.isPresent() && before.get().hash().equals(wanted.hash())) {
      return before.get().path().equals(wanted.path())
          ? Optional.of(entry)
          : journal.write(id, entry.withIntent(moved(before.get(), wanted.path())));
    }
    var owed = new ArrayList<>(entry.owed());
    before
        .filter(i -> !i.commit().equals(head.commit()))
        .filter(i -> unfinished(entry, id, i))
        .ifPresent(i -> owed.add(superseded(id, i, head)));
    var stands = stands(wanted);
    var next = new Intent(head.commit(), wanted.hash(), wanted.path(), now, false);
    var written =
        journal.write(
            id,
            (stands ? close(id, entry, "interrupted", now) : goingOn(entry, head))
                .withIntent(next)
                .withStep(Optional.empty())
                .withQuarantine(Optional.empty())
                .withHandedOn(List.of())
                .withStatuses(entry.reported(), owed));
    // What nobody goes on with is not measured for days.
    if (stands && written.isPresent()) writeProbe.stop(id);
    return written;
  }

  /** Whether nothing is done any more for what was under way. */
  private static boolean stands(Repository.Entry wanted) {
    return switch (wanted) {
      case Repository.Entry.Refused _ -> true;
      case Repository.Entry.Wanted(var desired, _, _, _) ->
          switch (desired.mode()) {
            case OBSERVE, SUSPEND -> true;
            case APPLY, LEAVE -> false;
          };
    };
  }

  /**
   * Notes that the repository names a cluster no more: what was under way ends, and its commit gets
   * its last word.
   *
   * @return false if the journal could not be written
   */
  boolean removed(ClusterId id, SpecRevision head, Instant now) {
    var entry = journal.read(id);
    var before = entry.intent();
    if (before.isEmpty() || before.get().hash().equals(REMOVED)) return true;
    var owed = new ArrayList<>(entry.owed());
    if (unfinished(entry, id, before.get())) owed.add(superseded(id, before.get(), head));
    var written =
        journal.write(
            id,
            close(id, entry, "interrupted", now)
                .withIntent(new Intent(head.commit(), REMOVED, "", now, true))
                .withStep(Optional.empty())
                .withQuarantine(Optional.empty())
                .withHandedOn(List.of())
                .withStatuses(entry.reported(), owed));
    if (written.isPresent()) writeProbe.stop(id);
    return written.isPresent();
  }

  /** A rollout that a new commit redirects is that one's from here on, with the gap so far. */
  private static JournalEntry goingOn(JournalEntry entry, SpecRevision head) {
    return entry.withRollout(
        entry
            .rollout()
            .map(
                r ->
                    new Rollout(
                        head.commit(),
                        r.reason(),
                        r.startedAt(),
                        r.endedAt(),
                        r.daemon(),
                        r.outage(),
                        r.outcome())));
  }

  private static Intent moved(Intent intent, String path) {
    return new Intent(intent.commit(), intent.hash(), path, intent.since(), intent.done());
  }

  /** Whether the commit has had no last word: it is pending, or the forge never heard of it. */
  private boolean unfinished(JournalEntry entry, ClusterId id, Intent intent) {
    var last = entry.reported().getOrDefault(Contexts.key(intent.commit(), contexts.of(id)), "");
    return last.isEmpty() || last.startsWith(State.PENDING.name());
  }

  private OwedStatus superseded(ClusterId id, Intent intent, SpecRevision head) {
    return intent.done()
        ? new OwedStatus(
            intent.commit(),
            contexts.of(id),
            State.SUCCESS.name(),
            "carried out, and followed by %s".formatted(head.shortCommit()))
        : new OwedStatus(
            intent.commit(),
            contexts.of(id),
            State.ERROR.name(),
            "superseded by %s before it was carried out".formatted(head.shortCommit()));
  }

  /** Whether the journal already says that this state was reached. */
  boolean knows(ObservedCluster observed, DesiredCluster desired) {
    var entry = observed.journal();
    return entry.intent().map(Intent::done).orElse(false)
        && entry.rollout().isEmpty()
        && entry.step().isEmpty()
        && entry.lastGood().equals(Optional.of(LastGood.toJson(desired)))
        && entry.systemIdentifier().equals(identifier(observed));
  }

  /**
   * Every instance is well at what the repository says. @return false if the journal could not be
   * written
   */
  boolean arrived(ObservedCluster observed, DesiredCluster desired, Instant now) {
    var entry = observed.journal();
    var intent = entry.intent().orElseThrow();
    var done = new Intent(intent.commit(), intent.hash(), intent.path(), intent.since(), true);
    var next =
        close(observed.layout().id(), entry, "success", now)
            .withStep(Optional.empty())
            .withIntent(done)
            .withLastGood(Optional.of(LastGood.toJson(desired)))
            .withSystemIdentifier(identifier(observed));
    return write(observed, next);
  }

  /** Nothing more will be done for this intent. */
  void ended(ObservedCluster observed, String outcome, Instant now) {
    // A block in the middle of a step may pass; the rollout ends once the cluster is whole again.
    var whole = observed.instances().stream().allMatch(i -> i.ready() && !i.terminating());
    if (!whole || observed.journal().rollout().isEmpty()) return;
    var closed = close(observed.layout().id(), observed.journal(), outcome, now);
    // Where nothing was given up, the step tells the next look what was tried in vain already.
    var givenUp = observed.journal().quarantine().isPresent();
    write(observed, givenUp ? closed.withStep(Optional.empty()) : closed);
  }

  private boolean write(ObservedCluster observed, JournalEntry next) {
    var written = journal.write(observed.layout().id(), next).isPresent();
    if (written) writeProbe.stop(observed.layout().id());
    return written;
  }

  private JournalEntry close(ClusterId id, JournalEntry entry, String outcome, Instant now) {
    if (entry.rollout().isEmpty()) return entry;
    var rollout = entry.rollout().get();
    var outage =
        rollout.daemon().equals(daemon)
            ? writeProbe.longestGap(id)
            : Optional.<java.time.Duration>empty();
    var rollouts = new ArrayList<>(entry.rollouts());
    rollouts.add(
        new Rollout(
            rollout.commit(),
            rollout.reason(),
            rollout.startedAt(),
            Optional.of(now),
            rollout.daemon(),
            outage,
            Optional.of(outcome)));
    var from = Math.max(0, rollouts.size() - KEPT_ROLLOUTS);
    return entry
        .withRollout(Optional.empty())
        .withRollouts(List.copyOf(rollouts.subList(from, rollouts.size())));
  }

  private static Optional<String> identifier(ObservedCluster observed) {
    return observed
        .lease()
        .flatMap(LeaseState::systemIdentifier)
        .or(() -> observed.journal().systemIdentifier());
  }
}
