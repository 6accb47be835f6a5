package dev.pgbaton.instance;

import static dev.pgbaton.instance.InstancePlanner.closely;
import static dev.pgbaton.instance.InstancePlanner.decided;
import static dev.pgbaton.instance.InstancePlanner.waiting;

import dev.pgbaton.cluster.Role;
import dev.pgbaton.cluster.WalPosition;
import dev.pgbaton.instance.InstanceStep.Clone;
import dev.pgbaton.instance.InstanceStep.Follow;
import dev.pgbaton.instance.InstanceStep.Inspect;
import dev.pgbaton.instance.InstanceStep.NoteTimeline;
import dev.pgbaton.instance.InstanceStep.Reload;
import dev.pgbaton.instance.InstanceStep.Rewind;
import dev.pgbaton.instance.InstanceStep.SetAside;
import dev.pgbaton.instance.InstanceStep.StartStandby;
import dev.pgbaton.instance.InstanceStep.Stop;
import dev.pgbaton.instance.Lineage.Continues;
import dev.pgbaton.instance.Lineage.Diverged;
import dev.pgbaton.instance.Lineage.SameNumberApart;
import dev.pgbaton.instance.Remedy.Replacing;
import dev.pgbaton.instance.Remedy.Rewinding;
import dev.pgbaton.instance.ServerState.Busy;
import dev.pgbaton.instance.ServerState.Failure;
import dev.pgbaton.instance.ServerState.Failure.What;
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
  private static final Duration PROMOTION = Duration.ofMillis(1_500);

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
      case Starting starting -> waiting(starting.text());
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
          new SetAside("another cluster's: " + data.systemIdentifier()),
          "the data on the volume belongs to another cluster");
    if (failure.filter(f -> isTheDatas(f, view.memory())).isPresent())
      return decided(new SetAside(failure.get().reason()), failure.get().reason());
    return Backoff.wait(failure, view.memory(), now)
        .orElseGet(() -> returnToHolder(view, holder, data, failure, now));
  }

  /** Not the settings' or the node's: one copy after the other would fill the volume. */
  private static boolean isTheDatas(Failure failure, Memory memory) {
    return failure.what() == What.START
        && failure.attempts() >= START_ATTEMPTS
        && !memory.cloned()
        && !failure.ofTheVolume();
  }

  private static Decision returnToHolder(
      InstanceView view,
      String holder,
      DataDirectory data,
      Optional<Failure> failure,
      Duration now) {
    var theirs = view.statusOf(holder).filter(s -> s.position().isPresent());
    if (theirs.isEmpty() && failure.filter(Failure::unusable).isPresent())
      return waiting("the data here is half rewound, and " + holder + " does not answer yet");
    if (theirs.isEmpty())
      return data.standby()
          ? decided(
              new StartStandby(Optional.of(holder)),
              "it was a standby; " + holder + " does not answer yet")
          : waiting("it was a primary, and " + holder + " can't be asked for its history yet");
    if (!leads(theirs.get()) && !data.standby() && promotesSoon(view, now))
      return waiting("it was the primary, and %s is about to be promoted".formatted(holder));
    return followFromDisk(view, holder, data, failure, theirs.get());
  }

  private static boolean leads(InstanceStatus status) {
    return status.running() && status.role() == Role.PRIMARY && status.position().isPresent();
  }

  private static Lineage lineage(DataDirectory data, InstanceStatus theirs) {
    return Lineage.of(data, theirs.position().orElseThrow(), theirs.history());
  }

  /**
   * The end of a handoff: its start would only take processor time from the promotion, unless
   * clients wait for it as the standby that confirms their commits.
   */
  private static boolean promotesSoon(InstanceView view, Duration now) {
    var others = view.self().instances().size() - 2;
    return others >= view.settings().synchronousStandbys()
        && view.memory()
            .stoppedSince()
            .filter(since -> !InstancePlanner.elapsed(since, now, PROMOTION))
            .isPresent();
  }

  private static Decision followFromDisk(
      InstanceView view,
      String holder,
      DataDirectory data,
      Optional<Failure> failure,
      InstanceStatus theirs) {
    var position = theirs.position().orElseThrow();
    var promoted = leads(theirs);
    if (!promoted && !data.standby() && !(data.clean() && position.compareTo(data.position()) > 0))
      return waiting("it was a primary, and " + holder + " has not been promoted yet");
    if (failure.filter(Failure::unusable).isPresent())
      return promoted
          ? rewindAgain(holder, failure.get())
          : waiting("the data here is half rewound, and %s is no primary yet".formatted(holder));
    var remedy = view.memory().remedy().orElse(null);
    var lineage =
        remedy instanceof Rewinding
            ? Lineage.left(data.position().timeline(), data.history(), position, theirs.history())
            : lineage(data, theirs);
    return switch (lineage) {
      case Continues _ -> {
        if (promoted && remedy instanceof Replacing(var why)) yield decided(new Clone(holder), why);
        yield decided(new StartStandby(Optional.of(holder)), holder + " holds the Lease");
      }
      case Diverged(var fork) ->
          promoted
              ? diverged(holder, data, fork)
              : waiting(
                  "the data here left the history of "
                      + holder
                      + ", which has not been promoted yet");
      case SameNumberApart(var fork) -> {
        var what = "another timeline %d since %s".formatted(data.position().timeline(), fork);
        yield promoted
            ? decided(new SetAside(what), what + " than " + holder + " has")
            : waiting(what + " than " + holder + " has, which has not been promoted yet");
      }
    };
  }

  /** Whatever may have been committed here and nowhere else is kept, and told of. */
  private static Decision diverged(String holder, DataDirectory data, WalPosition fork) {
    var known = data.divergence().filter(d -> d.fork().equals(fork));
    if (known.isEmpty())
      return decided(new Inspect(fork), "the data here left the history of " + holder);
    var divergence = known.get();
    if (divergence.nothingCommitted())
      return decided(new Rewind(holder, Optional.empty()), divergence.text());
    return divergence.room()
        ? decided(new SetAside(divergence.text()), divergence.text())
        : decided(new Rewind(holder, known), divergence.text() + "; no room for a second copy");
  }

  /** What pg_rewind was let loose on holds nothing that is not kept elsewhere. */
  private static Decision rewindAgain(String holder, Failure failure) {
    return failure.attempts() >= REWIND_ATTEMPTS
        ? decided(new Clone(holder), "the rewind went wrong: " + failure.reason())
        : decided(new Rewind(holder, Optional.empty()), "the rewind did not end");
  }

  private static Decision follow(InstanceView view, String holder, Standby standby) {
    if (standby.follows().filter(holder::equals).isEmpty()) return turnTo(view, holder, standby);
    var confirmation = Confirmation.follow(view);
    if (confirmation.isPresent()) return confirmation.get();
    if (view.reload().pending()) return decided(new Reload(), "new settings are mounted");

    var theirs = view.statusOf(holder).filter(s -> s.position().isPresent());
    if (standby.streamingFrom().filter(holder::equals).isPresent())
      return streams(holder, standby, theirs);

    var promoted = theirs.filter(Follower::leads);
    if (promoted.isEmpty())
      return waiting("not streaming: " + holder + " is not a running primary yet");
    return switch (lineage(standby, promoted.get())) {
      case Continues _ ->
          standby.logMissing()
              ? decided(
                  new Stop(
                      StopMode.FAST,
                      Optional.of(new Replacing("its log is gone from the primary"))),
                  holder + " no longer has the log that is needed here")
              : waiting("not streaming from " + holder + " yet");
      case Diverged _ -> left(holder);
      case SameNumberApart _ -> apart(holder);
    };
  }

  /**
   * PostgreSQL compares nothing but numbers: it would write the log of another timeline of the same
   * number over its own.
   */
  private static Decision turnTo(InstanceView view, String holder, Standby standby) {
    var follow = decided(new Follow(holder), holder + " holds the Lease");
    var answer = view.statusOf(holder).filter(s -> s.position().isPresent());
    if (answer.isEmpty()) return follow;
    var theirs = answer.get();
    var promoted = leads(theirs);
    if (!promoted && theirs.position().orElseThrow().timeline() < standby.received().timeline())
      return waiting(holder + " has an earlier timeline, and has not been promoted yet");
    return switch (lineage(standby, theirs)) {
      case Continues _ -> follow;
      case Diverged _ -> promoted ? left(holder) : follow;
      case SameNumberApart _ ->
          promoted
              ? apart(holder)
              : waiting(
                  "the timeline here is not the one of %s, which has not been promoted yet"
                      .formatted(holder));
    };
  }

  private static Lineage lineage(Standby standby, InstanceStatus theirs) {
    return Lineage.of(
        standby.received(), standby.history(), theirs.position().orElseThrow(), theirs.history());
  }

  private static Decision left(String holder) {
    return decided(
        new Stop(StopMode.FAST, Optional.of(new Rewinding())),
        "the data here left the history of " + holder);
  }

  /** Stopped, it is seen again and set aside. */
  private static Decision apart(String holder) {
    return decided(Stop.fast(), "the timeline here is not the one of " + holder);
  }

  /**
   * Who began a timeline is kept with the data as soon as it is known, and never overwritten:
   * another one of the same number would pass for it. A standby that is streamed from knows, too.
   */
  private static Decision streams(String holder, Standby standby, Optional<InstanceStatus> theirs) {
    var timeline = standby.received().timeline();
    var own = standby.history().epoch();
    var streaming = "streaming from " + holder;
    var reached = theirs.map(s -> s.position().orElseThrow().timeline()).orElse(0);
    // It was asked before it was promoted, a moment ago.
    if (reached < timeline)
      return own == 0 && theirs.isPresent()
          ? closely(streaming + "; who began its timeline is being asked")
          : waiting(streaming);
    var history = theirs.orElseThrow().history();
    var epoch = history.epochOf(timeline, reached);
    if (epoch == 0 || epoch == own) return waiting(streaming);
    return own == 0
        ? decided(new NoteTimeline(timeline, history.until(timeline, epoch)), streaming)
        : apart(holder);
  }
}
