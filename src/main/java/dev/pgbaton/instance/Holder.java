package dev.pgbaton.instance;

import static dev.pgbaton.instance.InstancePlanner.closely;
import static dev.pgbaton.instance.InstancePlanner.decided;
import static dev.pgbaton.instance.InstancePlanner.elapsed;
import static dev.pgbaton.instance.InstancePlanner.triedJustNow;
import static dev.pgbaton.instance.InstancePlanner.waiting;

import dev.pgbaton.cluster.Role;
import dev.pgbaton.instance.InstanceStep.Initialise;
import dev.pgbaton.instance.InstanceStep.Promote;
import dev.pgbaton.instance.InstanceStep.Publish;
import dev.pgbaton.instance.InstanceStep.Register;
import dev.pgbaton.instance.InstanceStep.ReleaseLease;
import dev.pgbaton.instance.InstanceStep.Reload;
import dev.pgbaton.instance.InstanceStep.RenewLease;
import dev.pgbaton.instance.InstanceStep.RestartServer;
import dev.pgbaton.instance.InstanceStep.StartPrimary;
import dev.pgbaton.instance.InstanceStep.StartStandby;
import dev.pgbaton.instance.ServerState.Busy;
import dev.pgbaton.instance.ServerState.Failure;
import dev.pgbaton.instance.ServerState.Primary;
import dev.pgbaton.instance.ServerState.Standby;
import dev.pgbaton.instance.ServerState.Starting;
import dev.pgbaton.instance.ServerState.Stopped;
import dev.pgbaton.instance.ServerState.Stopping;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the holder of the Lease does: it becomes and stays the primary, and leads the clients to
 * itself.
 */
final class Holder {
  private static final int START_ATTEMPTS = 3;
  private static final Duration ROUTE_LOOKED_AFTER = Duration.ofSeconds(10);

  /** kube-proxy takes up no second change of its rules within a second of the first. */
  static final Duration ROUTE_SETTLES = Duration.ofMillis(1_200);

  private static final Duration RETRY = Duration.ofMillis(500);

  private Holder() {}

  static Decision decide(InstanceView view, Duration now) {
    return switch (view.server()) {
      case Stopped(var data, var failure) -> start(view, data, failure, now);
      case Busy(var work) -> waiting("busy: " + work);
      case Starting starting -> waiting(starting.text());
      case Stopping _ -> closely("PostgreSQL is stopping");
      case Standby standby ->
          standby.promoting()
              ? closely("the promotion is under way")
              // Its first commit is confirmed as the Lease says.
              : Confirmation.follow(view)
                  .orElseGet(() -> decided(new Promote(), "this instance holds the Lease"));
      case Primary primary -> lead(view, primary, now);
    };
  }

  private static Decision start(
      InstanceView view, Optional<DataDirectory> data, Optional<Failure> failure, Duration now) {
    var expected = view.leaseState().flatMap(LeaseState::systemIdentifier);
    if (data.isEmpty()) {
      if (expected.isPresent())
        return giveUp(view, "the volume is empty, but the cluster has data", now);
      return Backoff.wait(failure, view.memory(), now)
          .orElseGet(() -> decided(new Initialise(), "no instance has data"));
    }
    if (expected.filter(id -> !id.equals(data.get().systemIdentifier())).isPresent())
      return giveUp(view, "the data on the volume belongs to another cluster", now);
    if (failure.filter(Failure::unusable).isPresent())
      return giveUp(view, "the data here is half rewound", now);
    if (failure.filter(f -> f.attempts() >= START_ATTEMPTS).isPresent()
        && !isDueAgain(view)
        && view.self().instances().size() > 1) return giveUp(view, failure.get().reason(), now);
    return Backoff.wait(failure, view.memory(), now)
        .orElseGet(
            () ->
                data.get().standby()
                    // Never on with a timeline that was only followed: as a standby first, then a
                    // promotion.
                    ? decided(new StartStandby(Optional.empty()), "this instance holds the Lease")
                    : decided(new StartPrimary(), "this instance holds the Lease"));
  }

  /**
   * It gave up its place, nobody took it, and it was not tried here since: the cause may be gone.
   */
  private static boolean isDueAgain(InstanceView view) {
    var memory = view.memory();
    return memory
        .gaveUpAt()
        .flatMap(gaveUp -> memory.stoppedSince().filter(since -> since.compareTo(gaveUp) <= 0))
        .isPresent();
  }

  private static Decision giveUp(InstanceView view, String why, Duration now) {
    return triedJustNow(view, now)
        ? waiting("the Lease can't be released at the moment")
        : decided(new ReleaseLease(Optional.empty(), true), why);
  }

  private static Decision lead(InstanceView view, Primary primary, Duration now) {
    var lease = view.leaseState().orElseThrow();
    var memory = view.memory();
    var route = route(view, lease, now);
    if (route.isPresent()) return route.get();
    if (lease.systemIdentifier().isEmpty() && !triedJustNow(view, now))
      return decided(new RenewLease(), "the cluster has data now");
    var confirmation = Confirmation.lead(view, now);
    if (confirmation.isPresent()) return confirmation.get();
    if (view.intents().leaving() && !memory.handOffFailed())
      return HandOffs.leave(view, primary, now);
    var to = lease.handOffTo().filter(name -> !name.equals(view.self().name()));
    if (to.isPresent() && !triedJustNow(view, now)) return HandOffs.asked(view, to.get());
    if (lease.restart().filter(view.self().name()::equals).isPresent() && !triedJustNow(view, now))
      return HandOffs.checkpointFirst(view, primary, HandOffs.ASKED_CHECKPOINT, now)
          .orElseGet(() -> decided(new RestartServer(), "asked to restart PostgreSQL in place"));
    if (view.reload().pending()) return decided(new Reload(), "new settings are mounted");
    if (!memory.registered().equals(view.self().instances()))
      return decided(new Register(), "repmgr's metadata");
    return waiting("primary at " + primary.position().timeline());
  }

  private static Optional<Decision> route(InstanceView view, LeaseState lease, Duration now) {
    var memory = view.memory();
    // While the API server is away, the time goes to what keeps this instance the primary.
    if (view.lease().attemptedAt().isPresent()
        || memory.routeFailedAt().filter(at -> !elapsed(at, now, RETRY)).isPresent())
      return Optional.empty();
    var routed = memory.routed().filter(r -> r.epoch() == lease.epoch());
    if (routed.isEmpty())
      return Optional.of(
          decided(
              new Publish(RouteTargets.onlyPrimary(view.self().address())),
              "the clients' way to the primary"));
    var targets = targets(view);
    var since = routed.get().at();
    // Replicas come back one by one after a switch; each of them is a change that every node takes
    // up to a second for, and the next switch would have to wait for that.
    return elapsed(since, now, ROUTE_LOOKED_AFTER)
            || !routed.get().targets().equals(targets) && elapsed(since, now, ROUTE_SETTLES)
        ? Optional.of(decided(new Publish(targets), "the clients' way to the replicas"))
        : Optional.empty();
  }

  static RouteTargets targets(InstanceView view) {
    var replicas =
        view.peers().stream()
            .flatMap(p -> p.status().stream())
            .filter(s -> s.role() == Role.REPLICA && s.running() && !s.stopping())
            .filter(s -> s.streamingFrom().filter(view.self().name()::equals).isPresent())
            .map(InstanceStatus::address)
            .toList();
    var self = view.self().address();
    return new RouteTargets(self, replicas.isEmpty() ? List.of(self) : replicas);
  }
}
