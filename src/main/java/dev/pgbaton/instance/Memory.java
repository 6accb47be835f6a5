package dev.pgbaton.instance;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

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
        Optional.empty());
  }

  Memory observed(ServerState server, Intents intents, Optional<Streamed> newest, Duration now) {
    return new Memory(
        startedAt,
        newest,
        handOff,
        routed,
        routeFailedAt,
        server instanceof ServerState.Primary ? registered : List.of(),
        remedy,
        gaveUpAt,
        handOffFailed,
        since(stopAskedAt, server instanceof ServerState.Stopping, now),
        since(stoppedSince, isShutDown(server), now),
        since(leavingSince, intents.leaving(), now),
        cloned && !(server instanceof ServerState.Standby || server instanceof ServerState.Primary),
        answered(server, now));
  }

  private Optional<Duration> answered(ServerState server, Duration now) {
    return switch (server) {
      case ServerState.Primary _, ServerState.Standby _ -> Optional.of(now);
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
    return with(
        Optional.of(begun), routed, routeFailedAt, registered, remedy, gaveUpAt, handOffFailed);
  }

  /** What was published before holds no longer, whatever becomes of the handoff. */
  Memory ledAhead() {
    var ahead = handOff.map(h -> new HandOff(h.candidate(), h.asked(), true, h.since()));
    return with(
        ahead, Optional.empty(), routeFailedAt, registered, remedy, gaveUpAt, handOffFailed);
  }

  Memory withoutHandOff() {
    return with(
        Optional.empty(), routed, routeFailedAt, registered, remedy, gaveUpAt, handOffFailed);
  }

  Memory abandoned(boolean forGood) {
    return with(
        Optional.empty(),
        routed,
        routeFailedAt,
        registered,
        remedy,
        gaveUpAt,
        forGood || handOffFailed);
  }

  Memory routed(Routed now) {
    return with(
        handOff, Optional.of(now), Optional.empty(), registered, remedy, gaveUpAt, handOffFailed);
  }

  Memory routeFailed(Duration now) {
    return with(
        handOff, Optional.empty(), Optional.of(now), registered, remedy, gaveUpAt, handOffFailed);
  }

  Memory registered(List<String> members) {
    return with(handOff, routed, routeFailedAt, members, remedy, gaveUpAt, handOffFailed);
  }

  Memory needs(Optional<Remedy> needed) {
    return with(handOff, routed, routeFailedAt, registered, needed, gaveUpAt, handOffFailed);
  }

  Memory gaveUp(Duration now) {
    return with(
        handOff, routed, routeFailedAt, registered, remedy, Optional.of(now), handOffFailed);
  }

  Memory filled() {
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
        true,
        answeredAt);
  }

  private Memory with(
      Optional<HandOff> handOff,
      Optional<Routed> routed,
      Optional<Duration> routeFailedAt,
      List<String> registered,
      Optional<Remedy> remedy,
      Optional<Duration> gaveUpAt,
      boolean handOffFailed) {
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
        answeredAt);
  }
}
