package dev.pgbaton.instance;

import static dev.pgbaton.instance.InstancePlanner.closely;
import static dev.pgbaton.instance.InstancePlanner.decided;
import static dev.pgbaton.instance.InstancePlanner.triedJustNow;
import static dev.pgbaton.instance.InstancePlanner.waiting;

import dev.pgbaton.cluster.WalPosition;
import dev.pgbaton.instance.InstanceStep.ReleaseLease;
import dev.pgbaton.instance.InstanceStep.StartStandby;
import dev.pgbaton.instance.ServerState.Busy;
import dev.pgbaton.instance.ServerState.Primary;
import dev.pgbaton.instance.ServerState.Standby;
import dev.pgbaton.instance.ServerState.Starting;
import dev.pgbaton.instance.ServerState.Stopped;
import dev.pgbaton.instance.ServerState.Stopping;
import java.time.Duration;
import java.util.Optional;

/**
 * Whoever was handed the Lease has everything: unless its pod was replaced meanwhile, perhaps with
 * another volume. The floor stays on the Lease until that is seen.
 */
final class Successor {
  private Successor() {}

  /** What to do before the Lease may be renewed, if anything. */
  static Optional<Decision> unproven(InstanceView view, Duration now) {
    var floor = view.leaseState().flatMap(LeaseState::floor);
    return floor.flatMap(f -> prove(view, f, now));
  }

  private static Optional<Decision> prove(InstanceView view, WalPosition floor, Duration now) {
    return switch (view.server()) {
      case Standby standby ->
          standby.received().reaches(floor)
              ? Optional.empty()
              : Optional.of(
                  decline(view, floor, now, "the data here ends at " + standby.received()));
      case Stopped(var data, _) -> {
        if (data.isEmpty()) yield Optional.of(decline(view, floor, now, "there is no data here"));
        if (data.get().position().reaches(floor)) yield Optional.empty();
        // A stopped standby may have more than its control file knows.
        yield Optional.of(
            data.get().standby()
                ? decided(
                    new StartStandby(
                        view.leaseState()
                            .flatMap(LeaseState::lastHolder)
                            .filter(last -> !last.equals(view.self().name()))),
                    "this instance was handed the Lease")
                : decline(view, floor, now, "the data here ends at " + data.get().position()));
      }
      case Busy _, Starting _, Stopping _ ->
          Optional.of(closely("this instance was handed the Lease, and is not up yet"));
      // It was promoted because it had everything.
      case Primary _ -> Optional.empty();
    };
  }

  private static Decision decline(InstanceView view, WalPosition floor, Duration now, String why) {
    return triedJustNow(view, now)
        ? waiting("the Lease can't be released at the moment")
        : decided(new ReleaseLease(Optional.of(floor), false), why + ", before " + floor);
  }
}
