package dev.pgbaton.reconcile;

import dev.pgbaton.apply.ClusterWriter;
import dev.pgbaton.apply.ClusterWriter.Written;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.observed.ClusterReader;
import dev.pgbaton.observed.InstanceProbe;
import dev.pgbaton.observed.Journal;
import dev.pgbaton.observed.JournalEntry.Intent;
import dev.pgbaton.observed.LeaseState;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.AskedHandOff;
import dev.pgbaton.plan.LastGood;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a person may ask for beside the repository. Neither changes what Git says. */
public final class Requests {
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

  /** The commit that failed is tried once more, from the beginning, as if it had just come. */
  public Answer retry(ClusterId id, Instant now) {
    var entry = journal.read(id);
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
   * @param to the pod that shall be the primary; empty for whichever may be
   * @throws ClusterReader.ReadFailed if the API server does not answer
   */
  public Answer handOff(DesiredCluster desired, Optional<String> to) {
    switch (desired.mode()) {
      case OBSERVE, SUSPEND -> {
        return new Answer(false, "Git says that nothing is to be touched there.");
      }
      case APPLY, LEAVE -> {}
    }
    var observed = observe(desired);
    return switch (AskedHandOff.of(
        observed, to, desired.rollout().maxReplicaLag(), desired.synchronousStandbys())) {
      case AskedHandOff.Refused refused -> new Answer(false, refused.sentence());
      case AskedHandOff.Possible(var primary, var candidate) -> {
        var version = observed.lease().map(LeaseState::resourceVersion).orElse("");
        yield answer(
            writer.requestHandoff(desired.layout(), version, candidate.pod()),
            "%s is asked to hand off to %s.".formatted(primary, candidate));
      }
    };
  }

  private ObservedCluster observe(DesiredCluster desired) {
    var layout = desired.layout();
    var keys =
        desired.objects().stream().map(DesiredObject::key).collect(Collectors.toUnmodifiableSet());
    var snapshot = reader.live(layout, keys);
    var answers = probe.ask(layout, snapshot.pods(), desired.settings().keySet());
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
