package dev.pgbaton.reconcile;

import dev.pgbaton.apply.ClusterWriter;
import dev.pgbaton.apply.ClusterWriter.Written;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.PodRef;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.observed.ClusterReader;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.InstanceProbe;
import dev.pgbaton.observed.Journal;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.JournalEntry.Intent;
import dev.pgbaton.observed.JournalEntry.StepRecord;
import dev.pgbaton.observed.JournalEntry.Suspension;
import dev.pgbaton.observed.LeaseState;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.AskedHandOff;
import dev.pgbaton.plan.LastGood;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** What a person may ask for beside the repository. Neither changes what Git says. */
public final class Requests {
  private static final int ATTEMPTS = 5;

  private final ClusterReader reader;
  private final InstanceProbe probe;
  private final Journal journal;
  private final ClusterWriter writer;

  public Requests(
      ClusterReader reader, InstanceProbe probe, Journal journal, ClusterWriter writer) {
    this.reader = reader;
    this.probe = probe;
    this.journal = journal;
    this.writer = writer;
  }

  /**
   * @param text for a person: what was asked for, or why not
   */
  public record Answer(boolean asked, String text) {}

  /**
   * Nothing more is begun, until {@link #resume}: whatever is pushed, and across restarts.
   *
   * @param by who asks for it
   */
  public Answer suspend(ClusterId id, String by, Instant now) {
    var already = journal.read(id).suspension();
    if (already.isPresent())
      return new Answer(false, "%s is %s.".formatted(id, already.get().text()));
    return noted(
        id,
        entry -> entry.withSuspension(Optional.of(new Suspension(by, now))),
        "%s is suspended: no step is begun any more, and what was begun comes to its end."
            .formatted(id));
  }

  /** What was waited for meanwhile has its whole time again. */
  public Answer resume(ClusterId id, Instant now) {
    if (journal.read(id).suspension().isEmpty())
      return new Answer(false, "%s is not suspended by hand.".formatted(id));
    return noted(
        id,
        entry ->
            renewed(entry, now)
                .withSuspension(Optional.empty())
                .withStep(entry.step().map(step -> renewed(step, now))),
        "%s goes on.".formatted(id));
  }

  private static JournalEntry renewed(JournalEntry entry, Instant now) {
    return entry
        .intent()
        .filter(i -> !i.done())
        .map(i -> new Intent(i.commit(), i.hash(), i.path(), now, false))
        .map(entry::withIntent)
        .orElse(entry);
  }

  private static StepRecord renewed(StepRecord step, Instant now) {
    return new StepRecord(step.text(), step.target(), step.targetUid(), now);
  }

  /** A pass may write at the same moment: then the next version is taken. */
  private Answer noted(ClusterId id, UnaryOperator<JournalEntry> change, String done) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++)
      if (journal.write(id, change.apply(journal.read(id))).isPresent())
        return new Answer(true, done);
    return new Answer(false, "The journal could not be written. Try again.");
  }

  /** The commit that failed is tried once more, from the beginning, as if it had just come. */
  public Answer retry(ClusterId id, Instant now) {
    var entry = journal.read(id);
    var suspension = entry.suspension();
    if (suspension.isPresent())
      return new Answer(false, "%s is %s. Resume it first.".formatted(id, suspension.get().text()));
    var failed = LastGood.quarantine(entry);
    if (failed.isEmpty()) return new Answer(false, "No commit of %s was given up.".formatted(id));
    var intent = entry.intent().orElseThrow();
    var again = new Intent(intent.commit(), intent.hash(), intent.path(), now, false);
    var written =
        journal.write(
            id,
            entry.withIntent(again).withStep(Optional.empty()).withQuarantine(Optional.empty()));
    return written
        .map(_ -> new Answer(true, "%.8s is tried once more.".formatted(intent.commit())))
        .orElseGet(
            () -> new Answer(false, "Something else was noted at the same moment. Try again."));
  }

  /**
   * The primary is asked to hand off, by the rules of a rollout's handoff, on a live look.
   *
   * @param from the primary that a person saw: nothing is done once it is another one; empty for
   *     whichever is
   * @param to the pod that shall be the primary; empty for whichever may be
   * @throws ClusterReader.ReadFailed if the API server does not answer
   */
  public Answer handOff(DesiredCluster desired, Optional<String> from, Optional<String> to) {
    switch (desired.mode()) {
      case OBSERVE, SUSPEND -> {
        return new Answer(false, "Git says that nothing is to be touched there.");
      }
      case APPLY, LEAVE -> {}
    }
    var observed = observe(desired);
    var by = observed.primary().map(primary -> primary.pod().name());
    if (from.isPresent() && by.isPresent() && !by.equals(from))
      return new Answer(
          false,
          "%s is the primary by now, and not %s any more. Nothing was asked for."
              .formatted(by.get(), from.get()));
    return switch (AskedHandOff.of(
        observed, to, desired.rollout().maxReplicaLag(), desired.synchronousStandbys())) {
      case AskedHandOff.Refused refused -> new Answer(false, refused.sentence());
      case AskedHandOff.Possible(var primary, var candidate) -> {
        yield answer(
            ask(desired, observed.lease().orElseThrow(), candidate.pod()),
            "%s is asked to hand off to %s.".formatted(primary, candidate));
      }
    };
  }

  /** By the Lease's version of this moment, as long as it says what was seen. */
  private Written ask(DesiredCluster desired, LeaseState seen, PodRef candidate) {
    var layout = desired.layout();
    var written = writer.requestHandoff(layout, seen.resourceVersion(), candidate);
    for (int tries = 1; tries < ATTEMPTS && written instanceof Written.Stale; tries++) {
      var now = observed(desired, snapshot(desired), Map.of()).lease();
      if (now.filter(lease -> lease.isStill(seen)).isEmpty())
        return new Written.Stale("The Lease says something else by now");
      written = writer.requestHandoff(layout, now.get().resourceVersion(), candidate);
    }
    return written;
  }

  private ObservedCluster observe(DesiredCluster desired) {
    var snapshot = snapshot(desired);
    var answers = probe.ask(desired.layout(), snapshot.pods(), desired.settings().keySet());
    return observed(desired, snapshot, answers);
  }

  private ClusterSnapshot snapshot(DesiredCluster desired) {
    var keys =
        desired.objects().stream().map(DesiredObject::key).collect(Collectors.toUnmodifiableSet());
    return reader.live(desired.layout(), keys);
  }

  private ObservedCluster observed(
      DesiredCluster desired, ClusterSnapshot snapshot, Map<String, InstanceProbe.Answer> answers) {
    var layout = desired.layout();
    return ObservedCluster.of(layout, snapshot, answers, journal.read(layout.id()));
  }

  private static Answer answer(Written written, String done) {
    return switch (written) {
      case Written.Done _ -> new Answer(true, done);
      case Written.Stale(var why) -> new Answer(false, why + ". Try again.");
      case Written.NotNow(var why) -> new Answer(false, why + ". Try again later.");
      case Written.Conflict(var why) -> new Answer(false, why);
      case Written.Refused(var why) -> new Answer(false, why);
    };
  }
}
