package dev.pgbaton.instance;

import static dev.pgbaton.instance.InstancePlanner.closely;
import static dev.pgbaton.instance.InstancePlanner.decided;
import static dev.pgbaton.instance.InstancePlanner.waiting;

import dev.pgbaton.cluster.Role;
import dev.pgbaton.instance.InstanceStep.Clone;
import dev.pgbaton.instance.InstanceStep.Follow;
import dev.pgbaton.instance.InstanceStep.NoteTimeline;
import dev.pgbaton.instance.InstanceStep.Reload;
import dev.pgbaton.instance.InstanceStep.Rewind;
import dev.pgbaton.instance.InstanceStep.SetAside;
import dev.pgbaton.instance.InstanceStep.StartStandby;
import dev.pgbaton.instance.InstanceStep.Stop;
import dev.pgbaton.instance.Remedy.Recloning;
import dev.pgbaton.instance.Remedy.Rewinding;
import dev.pgbaton.instance.ServerState.Busy;
import dev.pgbaton.instance.ServerState.Failure;
import dev.pgbaton.instance.ServerState.Primary;
import dev.pgbaton.instance.ServerState.Standby;
import dev.pgbaton.instance.ServerState.Starting;
import dev.pgbaton.instance.ServerState.Stopped;
import dev.pgbaton.instance.ServerState.Stopping;
import java.time.Duration;
import java.util.Optional;

/**
 * What an instance does while another one holds the Lease: it becomes and stays that one's standby.
 */
final class Follower {
  /** The Lease is read within a moment of the start, or not for a while. */
  private static final Duration LEASE_PATIENCE = Duration.ofSeconds(3);

  private static final int REWIND_ATTEMPTS = 2;
  private static final int START_ATTEMPTS = 5;

  private Follower() {}

  /**
   * Without having seen the Lease, what was a standby may go on as one, for its readers; all else
   * waits.
   */
  static Decision withoutLease(InstanceView view, Duration now) {
    if (view.intents().terminate())
      return view.server() instanceof Stopped || view.server() instanceof Busy
          ? decided(new InstanceStep.Exit(), "terminated")
          : decided(Stop.fast(), "terminating");
    var startable =
        view.server() instanceof Stopped(var data, var failure)
            && data.filter(DataDirectory::standby).isPresent()
            && failure.filter(Failure::unusable).isEmpty()
            && Backoff.wait(failure, view.memory(), now).isEmpty();
    return startable
            && !view.intents().leaving()
            && InstancePlanner.elapsed(view.memory().startedAt(), now, LEASE_PATIENCE)
        ? decided(
            new StartStandby(Optional.empty()), "the Lease could not be read yet; it was a standby")
        : waiting("the Lease could not be read yet");
  }

  static Decision decide(InstanceView view, LeaseState lease, Duration now) {
    var holder = lease.holder().orElseThrow();
    if (holder.equals(view.self().name()))
      return waiting("a former pod of this name holds the Lease");
    return switch (view.server()) {
      case Stopped(var data, var failure) -> {
        if (view.intents().leaving()) yield waiting("the pod is about to end");
        yield data.map(d -> comeBack(view, lease, holder, d, failure, now))
            .orElseGet(() -> fill(view, holder, failure, now));
      }
      case Busy(var work) -> waiting("busy: " + work);
      case Starting _ -> waiting("PostgreSQL is starting");
      case Stopping _ -> closely("PostgreSQL is stopping");
      case Standby standby -> follow(view, holder, standby);
      // Without the Lease it is told to stop before this is asked.
      case Primary _ -> decided(Stop.immediate(), "this instance does not hold the Lease");
    };
  }

  private static Decision fill(
      InstanceView view, String holder, Optional<Failure> failure, Duration now) {
    var ready =
        view.statusOf(holder).filter(s -> s.running() && s.role() == Role.PRIMARY).isPresent();
    if (!ready) return waiting("no data here, and " + holder + " can't be cloned yet");
    return Backoff.wait(failure, view.memory(), now)
        .orElseGet(() -> decided(new Clone(holder), "no data here"));
  }

  private static Decision comeBack(
      InstanceView view,
      LeaseState lease,
      String holder,
      DataDirectory data,
      Optional<Failure> failure,
      Duration now) {
    var foreign =
        lease.systemIdentifier().filter(id -> !id.equals(data.systemIdentifier())).isPresent();
    if (foreign)
      return decided(
          new SetAside("another cluster's"), "the data on the volume belongs to another cluster");
    if (view.memory().remedy().orElse(null) instanceof Recloning(var why))
      return decided(new SetAside(why), why);
    if (failedTooOften(failure, view.memory()))
      return decided(new SetAside(failure.get().reason()), failure.get().reason());
    var pause = Backoff.wait(failure, view.memory(), now);
    if (pause.isPresent()) return pause.get();

    var theirs = view.statusOf(holder).filter(s -> s.position().isPresent());
    if (theirs.isEmpty() && failure.filter(Failure::unusable).isPresent())
      return waiting("the data here is half rewound, and " + holder + " does not answer yet");
    if (theirs.isEmpty())
      return data.standby()
          ? decided(
              new StartStandby(Optional.of(holder)),
              "it was a standby; " + holder + " does not answer yet")
          : waiting("it was a primary, and " + holder + " can't be asked for its history yet");
    return followFromDisk(view, holder, data, failure, theirs.get());
  }

  private static Decision followFromDisk(
      InstanceView view,
      String holder,
      DataDirectory data,
      Optional<Failure> failure,
      InstanceStatus theirs) {
    var position = theirs.position().orElseThrow();
    var promoted = theirs.running() && theirs.role() == Role.PRIMARY;
    if (!promoted && !data.standby() && !(data.clean() && position.compareTo(data.position()) > 0))
      return waiting("it was a primary, and " + holder + " has not been promoted yet");
    var lineage =
        rewindIsDue(view, failure)
            ? Lineage.DIVERGED
            : Lineage.of(data, position, theirs.history());
    return switch (lineage) {
      case CONTINUES -> decided(new StartStandby(Optional.of(holder)), holder + " holds the Lease");
      case DIVERGED ->
          promoted
              ? decided(new Rewind(holder), "the data here left the history of " + holder)
              : waiting(
                  "the data here left the history of "
                      + holder
                      + ", which has not been promoted yet");
      case SAME_NUMBER_APART ->
          decided(
              new SetAside("another timeline of the same number"),
              "timeline %d here is not the one of %s"
                  .formatted(data.position().timeline(), holder));
    };
  }

  private static boolean rewindIsDue(InstanceView view, Optional<Failure> failure) {
    return view.memory().remedy().orElse(null) instanceof Rewinding
        || failure.filter(f -> f.what() == Failure.What.REWIND).isPresent();
  }

  private static boolean failedTooOften(Optional<Failure> failure, Memory memory) {
    return failure
        .filter(
            f ->
                switch (f.what()) {
                  case REWIND -> f.attempts() >= REWIND_ATTEMPTS;
                  // Settings or the node: one copy after the other would fill the volume.
                  case START -> f.attempts() >= START_ATTEMPTS && !memory.cloned();
                  case CLONE, INITIALISE -> false;
                })
        .isPresent();
  }

  private static Decision follow(InstanceView view, String holder, Standby standby) {
    if (standby.follows().filter(holder::equals).isEmpty())
      return decided(new Follow(holder), holder + " holds the Lease");
    if (view.reload().pending()) return decided(new Reload(), "new settings are mounted");

    var theirs = view.statusOf(holder).filter(s -> s.position().isPresent());
    if (standby.streamingFrom().filter(holder::equals).isPresent())
      return streams(holder, standby, theirs);

    if (standby.logMissing())
      return decided(
          new Stop(StopMode.FAST, Optional.of(new Recloning("its log is gone from the primary"))),
          holder + " no longer has the log that is needed here");
    var promoted = theirs.filter(s -> s.running() && s.role() == Role.PRIMARY);
    if (promoted.isEmpty())
      return waiting("not streaming: " + holder + " is not a running primary yet");
    return switch (Lineage.of(
        standby.received(),
        standby.history(),
        promoted.get().position().orElseThrow(),
        promoted.get().history())) {
      case CONTINUES -> waiting("not streaming from " + holder + " yet");
      case DIVERGED ->
          decided(
              new Stop(StopMode.FAST, Optional.of(new Rewinding())),
              "the data here left the history of " + holder);
      case SAME_NUMBER_APART ->
          decided(
              new Stop(
                  StopMode.FAST, Optional.of(new Recloning("another timeline of the same number"))),
              "the timeline here is not the one of " + holder);
    };
  }

  private static Decision streams(String holder, Standby standby, Optional<InstanceStatus> theirs) {
    var timeline = standby.received().timeline();
    var epoch =
        theirs
            .filter(
                s -> s.role() == Role.PRIMARY && s.position().orElseThrow().timeline() == timeline)
            .map(s -> s.history().epoch())
            .orElse(0);
    return epoch != 0 && epoch != standby.history().epoch()
        ? decided(new NoteTimeline(timeline, epoch), "streaming from " + holder)
        : waiting("streaming from " + holder);
  }
}
