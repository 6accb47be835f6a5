package dev.pgbaton.instance;

import static dev.pgbaton.instance.InstancePlanner.closely;
import static dev.pgbaton.instance.InstancePlanner.decided;
import static dev.pgbaton.instance.InstancePlanner.elapsed;
import static dev.pgbaton.instance.InstancePlanner.seconds;
import static dev.pgbaton.instance.InstancePlanner.waiting;

import dev.pgbaton.cluster.Role;
import dev.pgbaton.cluster.WalPosition;
import dev.pgbaton.instance.InstanceStep.AbandonHandOff;
import dev.pgbaton.instance.InstanceStep.BeginHandOff;
import dev.pgbaton.instance.InstanceStep.Checkpoint;
import dev.pgbaton.instance.InstanceStep.HandOver;
import dev.pgbaton.instance.InstanceStep.LeadAhead;
import dev.pgbaton.instance.InstanceStep.RenewLease;
import dev.pgbaton.instance.InstanceStep.Stop;
import dev.pgbaton.instance.Memory.HandOff;
import dev.pgbaton.instance.ServerState.Busy;
import dev.pgbaton.instance.ServerState.Primary;
import dev.pgbaton.instance.ServerState.Standby;
import dev.pgbaton.instance.ServerState.Starting;
import dev.pgbaton.instance.ServerState.Stopped;
import dev.pgbaton.instance.ServerState.Stopping;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;

/**
 * The holder gives up its place on purpose: checkpoint, stop, see that the candidate has
 * everything, hand over.
 */
final class HandOffs {
  /**
   * What was written last may have waited a second for kube-proxy's next turn, and the one after
   * that is another second later.
   */
  private static final Duration ROUTE_QUIET = Duration.ofMillis(2_200);

  /** A Lease renewed that short a time ago needs no renewal before it is handed over. */
  private static final Duration FRESH = Duration.ofMillis(500);

  /** What is not sent before the stop is sent while clients wait. */
  private static final long MOST_BEHIND = 16L << 20;

  /**
   * Below a hook's budget, which the daemon waits for. A stop before the checkpoint is done would
   * wait for it while nobody can write.
   */
  static final Duration ASKED_CHECKPOINT = Duration.ofSeconds(40);

  /**
   * From when the pod was told to end: with the stop after it, that is less than the 30 s that a
   * pod has where its owner says nothing.
   */
  private static final Duration LONE_CHECKPOINT = Duration.ofSeconds(15);

  /** What was written into the database since then is not much. */
  private static final Duration COUNTS = Duration.ofSeconds(90);

  /** Peers are asked once a second, and answer within this time. */
  private static final Duration JUST_NOW = Duration.ofMillis(200);

  /** Pods that are ended together are told so within this time. Clients write meanwhile. */
  private static final Duration IN_COMPANY = Duration.ofMillis(700);

  private HandOffs() {}

  /** The daemon named a candidate on the Lease. */
  static Decision asked(InstanceView view, String candidate) {
    var unfit = unfit(view, candidate);
    // Perhaps it only was so a second ago.
    if (unfit.isPresent() && !answersAreNewer(view, candidate))
      return waiting("%s was asked too long ago: %s".formatted(candidate, unfit.get()));
    return unfit
        .map(
            why ->
                decided(
                    new AbandonHandOff(candidate, true, why), "asked to hand over to " + candidate))
        .orElseGet(
            () -> decided(new BeginHandOff(candidate, true), "asked to hand over to " + candidate));
  }

  /** The pod is about to end: to whom doesn't matter. */
  static Decision leave(InstanceView view, Primary primary, Duration now) {
    var leaving = view.memory().leavingSince().orElse(now);
    var best =
        view.peers().stream()
            .filter(p -> unfit(view, p.name()).isEmpty())
            .flatMap(p -> p.status().stream())
            .max(
                Comparator.comparing((InstanceStatus s) -> s.position().orElseThrow())
                    .thenComparing(s -> -view.self().ordinalOf(s.name())));
    // A cluster that is scaled to nothing must not hand the primary from one to the next.
    if (best.isPresent() && !askedSince(view, best.get().name(), leaving.plus(IN_COMPANY)))
      return waiting("the pod is about to end, and perhaps the others' too");
    if (best.isPresent())
      return decided(new BeginHandOff(best.get().name(), false), "the pod is about to end");
    var patient =
        view.peers().stream()
                .anyMatch(
                    p -> p.status().filter(s -> !s.stopping()).isPresent() || p.askedAt().isEmpty())
            && !elapsed(leaving, now, view.settings().candidateBudget());
    if (patient) return waiting("the pod is about to end, and no replica can take over yet");
    var checkpoint = checkpointFirst(view, primary, LONE_CHECKPOINT, now);
    return checkpoint.isPresent() && !elapsed(leaving, now, LONE_CHECKPOINT)
        ? checkpoint.get()
        : decided(
            new AbandonHandOff("", false, "no replica can take over"), "the pod is about to end");
  }

  /**
   * Where PostgreSQL is stopped and nobody takes over, nobody can connect while the stop writes
   * what a checkpoint would have written before it. One that takes longer than {@code budget} is
   * stopped all the same: most of it is written by then.
   *
   * @return empty = there is nothing to wait for
   */
  static Optional<Decision> checkpointFirst(
      InstanceView view, Primary primary, Duration budget, Duration now) {
    var begun = view.memory().checkpointBegun().filter(at -> !elapsed(at, now, COUNTS));
    if (begun.isEmpty())
      return Optional.of(decided(new Checkpoint(), "PostgreSQL is about to be stopped"));
    return primary.checkpointing() && !elapsed(begun.get(), now, budget)
        ? Optional.of(closely("the checkpoint before the stop is under way"))
        : Optional.empty();
  }

  static Decision goOn(InstanceView view, Duration now) {
    var handOff = view.memory().handOff().orElseThrow();
    return switch (view.server()) {
      case Primary(_, _, _, var checkpointing) -> stop(view, handOff, checkpointing, now);
      case Stopped(var data, _) -> {
        if (data.isEmpty() || !data.get().clean() || data.get().standby())
          yield abandon(handOff, "PostgreSQL did not shut down cleanly");
        yield handOver(view, handOff, data.get().position(), now);
      }
      case Stopping(_, _, var shutDown) ->
          shutDown
              .map(position -> handOver(view, handOff, position, now))
              .orElseGet(() -> closely("PostgreSQL is stopping"));
      case Starting _, Standby _, Busy _ -> abandon(handOff, "PostgreSQL was restarted meanwhile");
    };
  }

  private static Decision stop(
      InstanceView view, HandOff handOff, boolean checkpointing, Duration now) {
    var budget = handOff.asked() ? ASKED_CHECKPOINT : view.settings().checkpointBudget();
    if (checkpointing && !elapsed(handOff.since(), now, budget))
      return closely("the checkpoint before the handoff is under way");
    // It goes on, and there is less to write when it is asked again.
    if (checkpointing && handOff.asked())
      return abandon(handOff, "its checkpoint takes longer than " + seconds(budget));
    // Looked at again right before clients are cut off.
    var why = cannot(view, handOff.candidate());
    if (why.isPresent()) return abandon(handOff, why.get());
    var behind = behind(view, handOff.candidate());
    // It was asked a second ago, perhaps, before it was sent what the checkpoint made.
    if (behind.isPresent()
        && !askedSince(view, handOff.candidate(), now.minus(JUST_NOW))
        && !elapsed(handOff.since(), now, budget)) return closely(behind.get());
    if (behind.isPresent()) return abandon(handOff, behind.get());
    if (handOff.ledAhead()) return decided(Stop.fast(), "handing over to " + handOff.candidate());
    if (view.memory().routed().filter(r -> !elapsed(r.at(), now, ROUTE_QUIET)).isPresent())
      return closely("kube-proxy has just been told something else");
    // Not while clients wait.
    if (view.lease().confirmedAt().filter(at -> !elapsed(at, now, FRESH)).isEmpty()
        && !InstancePlanner.triedJustNow(view, now))
      return decided(new RenewLease(), "the Lease before the handoff");
    return decided(
        new LeadAhead(handOff.candidate(), address(view, handOff.candidate())),
        "handing over to " + handOff.candidate());
  }

  private static Decision handOver(
      InstanceView view, HandOff handOff, WalPosition shutdown, Duration now) {
    var candidate = handOff.candidate();
    var received = view.statusOf(candidate).flatMap(InstanceStatus::position);
    // Strictly: the shutdown checkpoint starts at that position, and the candidate must have all of
    // it.
    if (received.filter(r -> r.compareTo(shutdown) > 0).isPresent())
      return InstancePlanner.triedJustNow(view, now)
          ? waiting("the Lease can't be handed over at the moment")
          : decided(
              new HandOver(candidate, shutdown),
              candidate + " has received everything up to " + shutdown);
    return view.memory()
        .stoppedSince()
        .filter(since -> elapsed(since, now, view.settings().catchUpBudget()))
        .map(
            _ ->
                abandon(
                    handOff,
                    "%s has received %s of %s after %s"
                        .formatted(
                            candidate,
                            received.map(WalPosition::toString).orElse("an unknown part"),
                            shutdown,
                            seconds(view.settings().catchUpBudget()))))
        .orElseGet(
            () -> closely(candidate + " has not received everything up to " + shutdown + " yet"));
  }

  /** Than the request, if that one is asked at all. */
  private static boolean answersAreNewer(InstanceView view, String candidate) {
    return view.peers().stream()
        .filter(p -> p.name().equals(candidate))
        .allMatch(p -> p.askedSince(view.lease().unchangedSince()));
  }

  private static boolean askedSince(InstanceView view, String name, Duration moment) {
    return view.peers().stream().anyMatch(p -> p.name().equals(name) && p.askedSince(moment));
  }

  private static String address(InstanceView view, String candidate) {
    return view.statusOf(candidate).map(InstanceStatus::address).orElseThrow();
  }

  private static Decision abandon(HandOff handOff, String why) {
    return decided(
        new AbandonHandOff(handOff.candidate(), handOff.asked(), why),
        "the handoff is abandoned: " + why);
  }

  /** Why this instance can't be handed the Lease now. */
  private static Optional<String> unfit(InstanceView view, String candidate) {
    return cannot(view, candidate).or(() -> behind(view, candidate));
  }

  private static Optional<String> cannot(InstanceView view, String candidate) {
    if (!view.self().instances().contains(candidate))
      return Optional.of("it is not an instance of this cluster");
    if (view.leaseState().filter(l -> !l.mayBeTakenBy(candidate)).isPresent())
      return Optional.of("it is not on the Lease yet");
    var status = view.statusOf(candidate);
    if (status.isEmpty()) return Optional.of("it does not answer");
    var s = status.get();
    if (s.stopping()) return Optional.of("its pod is about to end");
    if (!s.running() || s.role() != Role.REPLICA) return Optional.of("it is not a running replica");
    if (s.streamingFrom().filter(view.self().name()::equals).isEmpty())
      return Optional.of("it does not stream from " + view.self().name());
    return s.position().isEmpty() ? Optional.of("its position is not known") : Optional.empty();
  }

  private static Optional<String> behind(InstanceView view, String candidate) {
    var status = view.statusOf(candidate).orElseThrow();
    var received = status.position().orElseThrow().lsn().bytes();
    if (status.replayed().filter(r -> received - r.bytes() > MOST_BEHIND).isPresent())
      return Optional.of("it has more than %d MB to replay".formatted(MOST_BEHIND >> 20));
    return view.server() instanceof Primary primary
            && primary.position().lsn().bytes() - received > MOST_BEHIND
        ? Optional.of("it is more than %d MB behind".formatted(MOST_BEHIND >> 20))
        : Optional.empty();
  }
}
