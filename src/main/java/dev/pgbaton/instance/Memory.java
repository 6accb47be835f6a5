package dev.pgbaton.instance;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What an instance remembers between two passes. Losing it (a restart of the program) costs time,
 * never safety.
 *
 * @param startedAt when this life of the program began
 * @param streamed the last moment up to which it can have missed nothing of what that instance
 *     committed
 * @param handOff the handoff that is under way
 * @param routed what was last written into the route
 * @param routeFailedAt when that was last tried in vain
 * @param registered the members last written into repmgr's metadata
 * @param remedy what the data here needs before it can follow again
 * @param gaveUpAt when it last released the Lease because its PostgreSQL would not start
 * @param handOffFailed whether a handoff for the pod's end has been abandoned
 * @param stopAskedAt when PostgreSQL was told to stop, while it is stopping
 * @param stoppedSince since when PostgreSQL has not been running, or has written its shutdown
 *     checkpoint
 * @param leavingSince since when the pod is about to end
 * @param cloned whether the data here was cloned and has not run yet: if it doesn't start, that is
 *     not the data's fault
 * @param checkpointBegun since when a checkpoint is under way, or done, before a stop without a
 *     handoff
 * @param answeredAt when the server that runs last answered; empty = it has not yet
 */
public record Memory(
    Duration startedAt,
    Optional<Streamed> streamed,
    Optional<HandOff> handOff,
    Optional<Routed> routed,
    Optional<Duration> routeFailedAt,
    List<String> registered,
    Optional<Remedy> remedy,
    Optional<Duration> gaveUpAt,
    boolean handOffFailed,
    Optional<Duration> stopAskedAt,
    Optional<Duration> stoppedSince,
    Optional<Duration> leavingSince,
    boolean cloned,
    Optional<Duration> checkpointBegun,
    Optional<Duration> answeredAt) {

  public record Streamed(String from, Duration at) {}

  public record Routed(int epoch, RouteTargets targets, Duration at) {}

  /**
   * @param asked whether the daemon asked for it on the Lease: then a refusal is answered there
   * @param ledAhead whether clients are already led to the candidate
   */
  public record HandOff(String candidate, boolean asked, boolean ledAhead, Duration since) {}

  static Memory begin(Duration now) {
    return new Memory(
        now,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        Optional.empty(),
        Optional.empty());
  }

  Memory observed(ServerState server, Intents intents, Optional<Streamed> newest, Duration now) {
    return with(
        draft -> {
          draft.streamed = newest;
          if (!(server instanceof ServerState.Primary)) draft.registered = List.of();
          // One that does not answer for a moment may be busy with just that.
          if (!(server instanceof ServerState.Primary || server instanceof ServerState.Starting))
            draft.checkpointBegun = Optional.empty();
          draft.stopAskedAt = since(stopAskedAt, server instanceof ServerState.Stopping, now);
          draft.stoppedSince = since(stoppedSince, isShutDown(server), now);
          draft.leavingSince = since(leavingSince, intents.leaving(), now);
          draft.cloned =
              cloned
                  && !(server instanceof ServerState.Standby
                      || server instanceof ServerState.Primary);
          draft.answeredAt = answered(server, now);
        });
  }

  private Optional<Duration> answered(ServerState server, Duration now) {
    return switch (server) {
      case ServerState.Primary _, ServerState.Standby _ -> Optional.of(now);
      // "I recover" is an answer.
      case ServerState.Starting starting when starting.recovers() -> answeredAt.map(_ -> now);
      case ServerState.Starting _, ServerState.Stopping _ -> answeredAt;
      case ServerState.Stopped _, ServerState.Busy _ -> Optional.empty();
    };
  }

  /** Whether a server that has answered before has not for so long. */
  boolean silent(ServerState server, Duration now, Duration span) {
    return server instanceof ServerState.Starting
        && answeredAt.filter(at -> InstancePlanner.elapsed(at, now, span)).isPresent();
  }

  private static boolean isShutDown(ServerState server) {
    return server instanceof ServerState.Stopped
        || server instanceof ServerState.Stopping stopping && stopping.shutDown().isPresent();
  }

  private static Optional<Duration> since(Optional<Duration> known, boolean still, Duration now) {
    return still ? known.or(() -> Optional.of(now)) : Optional.empty();
  }

  Memory begun(HandOff begun) {
    return with(draft -> draft.handOff = Optional.of(begun));
  }

  /** What was published before holds no longer, whatever becomes of the handoff. */
  Memory ledAhead() {
    return with(
        draft -> {
          draft.handOff = handOff.map(h -> new HandOff(h.candidate(), h.asked(), true, h.since()));
          draft.routed = Optional.empty();
        });
  }

  Memory withoutHandOff() {
    return with(draft -> draft.handOff = Optional.empty());
  }

  Memory abandoned(boolean forGood) {
    return with(
        draft -> {
          draft.handOff = Optional.empty();
          draft.handOffFailed = forGood || handOffFailed;
        });
  }

  Memory checkpointing(Duration now) {
    return with(draft -> draft.checkpointBegun = Optional.of(now));
  }

  Memory routed(Routed now) {
    return with(
        draft -> {
          draft.routed = Optional.of(now);
          draft.routeFailedAt = Optional.empty();
        });
  }

  /**
   * What was published before still leads clients here: the primary's own address never changes.
   */
  Memory routeFailed(Duration now) {
    return with(draft -> draft.routeFailedAt = Optional.of(now));
  }

  /** Nobody knows whether clients are led elsewhere by now. */
  Memory routeUnknown(Duration now) {
    return with(
        draft -> {
          draft.routed = Optional.empty();
          draft.routeFailedAt = Optional.of(now);
        });
  }

  Memory registered(List<String> members) {
    return with(draft -> draft.registered = members);
  }

  Memory needs(Optional<Remedy> needed) {
    return with(draft -> draft.remedy = needed);
  }

  Memory gaveUp(Duration now) {
    return with(draft -> draft.gaveUpAt = Optional.of(now));
  }

  Memory filled() {
    return with(draft -> draft.cloned = true);
  }

  Memory with(Consumer<Draft> change) {
    var draft = new Draft(this);
    change.accept(draft);
    return draft.done();
  }

  /** A memory that is being changed. */
  static final class Draft {
    Duration startedAt;
    Optional<Streamed> streamed;
    Optional<HandOff> handOff;
    Optional<Routed> routed;
    Optional<Duration> routeFailedAt;
    List<String> registered;
    Optional<Remedy> remedy;
    Optional<Duration> gaveUpAt;
    boolean handOffFailed;
    Optional<Duration> stopAskedAt;
    Optional<Duration> stoppedSince;
    Optional<Duration> leavingSince;
    boolean cloned;
    Optional<Duration> checkpointBegun;
    Optional<Duration> answeredAt;

    private Draft(Memory from) {
      this.startedAt = from.startedAt;
      this.streamed = from.streamed;
      this.handOff = from.handOff;
      this.routed = from.routed;
      this.routeFailedAt = from.routeFailedAt;
      this.registered = from.registered;
      this.remedy = from.remedy;
      this.gaveUpAt = from.gaveUpAt;
      this.handOffFailed = from.handOffFailed;
      this.stopAskedAt = from.stopAskedAt;
      this.stoppedSince = from.stoppedSince;
      this.leavingSince = from.leavingSince;
      this.cloned = from.cloned;
      this.checkpointBegun = from.checkpointBegun;
      this.answeredAt = from.answeredAt;
    }

    private Memory done() {
      return new Memory(
          startedAt,
          streamed,
          handOff,
          routed,
          routeFailedAt,
          registered,
          remedy,
          gaveUpAt,
          handOffFailed,
          stopAskedAt,
          stoppedSince,
          leavingSince,
          cloned,
          checkpointBegun,
          answeredAt);
    }
  }
}
