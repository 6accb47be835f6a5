package dev.pgbaton.instance;

import dev.pgbaton.cluster.WalPosition;
import dev.pgbaton.instance.InstanceStep.AskPromises;
import dev.pgbaton.instance.InstanceStep.Exit;
import dev.pgbaton.instance.InstanceStep.ReleaseLease;
import dev.pgbaton.instance.InstanceStep.RenewLease;
import dev.pgbaton.instance.InstanceStep.Stop;
import dev.pgbaton.instance.InstanceStep.Wait;
import dev.pgbaton.instance.ServerState.Busy;
import dev.pgbaton.instance.ServerState.Primary;
import dev.pgbaton.instance.ServerState.Standby;
import dev.pgbaton.instance.ServerState.Starting;
import dev.pgbaton.instance.ServerState.Stopped;
import dev.pgbaton.instance.ServerState.Stopping;
import java.time.Duration;
import java.util.Optional;

/**
 * What an instance does next. The one rule above all: it is writable only while it holds the Lease,
 * by its own monotonic clock and measured from before its last successful renewal was sent.
 */
public final class InstancePlanner {
  private static final Duration RETRY = Duration.ofMillis(500);

  /** A server that has answered before and then does not for so long hangs. */
  private static final Duration SILENCE = Duration.ofSeconds(10);

  /** How long a terminating program tries to say goodbye; the Lease lapses by itself after that. */
  private static final Duration FAREWELL = Duration.ofSeconds(20);

  private InstancePlanner() {}

  /**
   * @param now monotonic, from any origin
   */
  public static Decision decide(InstanceView view, Duration now) {
    var holds = view.lease().heldBy(view.self(), now);
    if (view.server().writable() && !holds) return cutOff(view);
    var kept =
        view.server() instanceof Stopping && holds ? keep(view, now) : Optional.<Decision>empty();
    if (kept.isPresent()) return kept.get();
    if (view.server() instanceof Stopping stopping)
      return holds && stopping.shutDown().isPresent() && view.memory().handOff().isPresent()
          ? HandOffs.goOn(view, now)
          : stopping(view, stopping, now);
    if (view.memory().silent(view.server(), now, SILENCE))
      return decided(Stop.immediate(), "PostgreSQL has not answered for " + seconds(SILENCE));
    if (view.leaseState().isEmpty()) return Follower.withoutLease(view, now);

    var named = view.lease().names(view.self());
    if (named && view.intents().leaving() && canLetGo(view.server())) return release(view, now);
    // Who holds it already has shown that it has everything.
    var unproven = named && !holds ? Successor.unproven(view, now) : Optional.<Decision>empty();
    if (unproven.isPresent()) return unproven.get();
    if (named && holds && promisesAreDue(view))
      return decided(new AskPromises(), "the Lease can't be renewed at the moment");
    if (named && renewalIsDue(view, now))
      return decided(new RenewLease(), "the Lease is due for renewal");
    if (view.memory().handOff().isPresent() && named) return HandOffs.goOn(view, now);
    if (view.intents().terminate()) return terminate(view, holds, now);
    if (named)
      return holds ? Holder.decide(view, now) : waiting("the Lease can't be renewed at the moment");

    var lease = view.leaseState().get();
    var held = lease.holder().isPresent() && !view.lease().lapsed(now, view.settings());
    return held ? Follower.decide(view, lease, now) : Succession.decide(view, lease, now);
  }

  private static Decision cutOff(InstanceView view) {
    if (view.server() instanceof Stopping(_, var mode, _) && mode == StopMode.IMMEDIATE)
      return closely("PostgreSQL is stopping, because this instance does not hold the Lease");
    return decided(Stop.immediate(), "this instance does not hold the Lease");
  }

  private static Decision stopping(InstanceView view, Stopping stopping, Duration now) {
    var overdue =
        view.memory()
            .stopAskedAt()
            .filter(at -> elapsed(at, now, view.settings().stopBudget()))
            .isPresent();
    return overdue && stopping.mode() == StopMode.FAST
        ? decided(
            Stop.immediate(),
            "a fast stop has not ended within " + seconds(view.settings().stopBudget()))
        : closely("PostgreSQL is stopping");
  }

  private static Decision terminate(InstanceView view, boolean holds, Duration now) {
    if (isDown(view.server())) return decided(new Exit(), "terminated");
    if (holds && view.server() instanceof Primary primary && !view.memory().handOffFailed())
      return HandOffs.leave(view, primary, now);
    return decided(Stop.fast(), "terminating");
  }

  private static Decision release(InstanceView view, Duration now) {
    if (triedJustNow(view, now)) {
      var giveUp =
          view.intents().terminate()
              && view.memory()
                  .leavingSince()
                  .filter(since -> elapsed(since, now, FAREWELL))
                  .isPresent();
      return giveUp
          ? decided(new Exit(), "terminated; the Lease could not be released and will lapse")
          : waiting("the Lease can't be released at the moment");
    }
    if (view.memory().handOff().isPresent() && !view.memory().handOffFailed())
      return HandOffs.goOn(view, now);
    return decided(new ReleaseLease(reached(view.server()), false), "the pod is about to end");
  }

  /** What whoever comes next must have; only known if nothing can have been written beyond it. */
  static Optional<WalPosition> reached(ServerState server) {
    return switch (server) {
      case Stopped(var data, _) ->
          data.filter(d -> d.clean() && !d.standby()).map(DataDirectory::position);
      case Standby standby -> Optional.of(standby.received());
      case Busy _, Starting _, Primary _, Stopping _ -> Optional.empty();
    };
  }

  private static boolean canLetGo(ServerState server) {
    return isDown(server) || server instanceof Standby standby && !standby.promoting();
  }

  private static boolean isDown(ServerState server) {
    return server instanceof Stopped || server instanceof Busy;
  }

  private static boolean renewalIsDue(InstanceView view, Duration now) {
    if (triedJustNow(view, now)) return false;
    // By the others' promises there is time.
    var every = view.settings().renewEvery();
    var assured = view.lease().heldUntil().map(until -> until.minus(view.settings().fenceAfter()));
    if (view.lease().attemptedAt().isPresent()
        && assured.filter(at -> !elapsed(at, now, every)).isPresent()) return false;
    // The clients wait in this moment: a renewal can, a little.
    var handingOver =
        view.memory().handOff().isPresent()
            && (view.server() instanceof Stopped || view.server() instanceof Stopping);
    var pause = handingOver ? every.multipliedBy(2) : every;
    return view.lease().confirmedAt().filter(at -> !elapsed(at, now, pause)).isEmpty();
  }

  /**
   * While it stops, its standbys receive what they don't have yet, and nobody may take its place
   * without that.
   */
  private static Optional<Decision> keep(InstanceView view, Duration now) {
    if (promisesAreDue(view))
      return Optional.of(decided(new AskPromises(), "the Lease can't be renewed at the moment"));
    return renewalIsDue(view, now)
        ? Optional.of(decided(new RenewLease(), "the Lease is due for renewal"))
        : Optional.empty();
  }

  /**
   * Only while it holds it: what has lapsed may have been taken. Each failed renewal is followed by
   * one question, so that the fence is as far away as by a renewal.
   */
  private static boolean promisesAreDue(InstanceView view) {
    var lease = view.leaseState().orElseThrow();
    return view.lease().failedUnasked()
        && lease.quorum().members().contains(view.self().name())
        && lease.lapsesAfter().compareTo(view.settings().fenceAfter()) > 0;
  }

  static boolean triedJustNow(InstanceView view, Duration now) {
    return view.lease().attemptedAt().filter(at -> !elapsed(at, now, RETRY)).isPresent();
  }

  static boolean elapsed(Duration since, Duration now, Duration span) {
    return now.minus(since).compareTo(span) >= 0;
  }

  static String seconds(Duration span) {
    return span.toMillis() % 1000 == 0 ? span.toSeconds() + " s" : span.toMillis() + " ms";
  }

  static Decision decided(InstanceStep step, String reason) {
    return new Decision(step, reason);
  }

  static Decision waiting(String reason) {
    return new Decision(new Wait(false), reason);
  }

  static Decision closely(String reason) {
    return new Decision(new Wait(true), reason);
  }
}
