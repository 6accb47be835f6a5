package dev.pgbaton.instance;

import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.cluster.WalPosition;
import dev.pgbaton.instance.ServerState.Primary;
import dev.pgbaton.instance.ServerState.Standby;
import dev.pgbaton.instance.ServerState.Stopped;
import java.time.Duration;
import java.util.Optional;

final class Statuses {
  private Statuses() {}

  static InstanceStatus of(InstanceView view, Moment at) {
    var now = Duration.ofNanos(at.nanos());
    return switch (view.server()) {
      case Primary p -> {
        var holds = view.lease().heldBy(view.self(), now);
        yield status(
            view,
            at,
            Role.PRIMARY,
            true,
            holds && leadsClients(view),
            p.systemIdentifier(),
            p.position(),
            Optional.of(p.position().lsn()),
            Optional.empty(),
            p.history());
      }
      case Standby s -> {
        var holder = view.leaseState().flatMap(LeaseState::holder);
        var ready = s.streamingFrom().isPresent() && s.streamingFrom().equals(holder);
        yield status(
            view,
            at,
            Role.REPLICA,
            true,
            ready,
            s.systemIdentifier(),
            s.received(),
            Optional.of(s.replayed()),
            s.streamingFrom(),
            s.history());
      }
      case Stopped(var data, _) when data.isPresent() -> {
        var d = data.get();
        yield status(
            view,
            at,
            Role.UNKNOWN,
            false,
            false,
            d.systemIdentifier(),
            d.position(),
            Optional.empty(),
            Optional.empty(),
            d.history());
      }
      case Stopped _ -> notRunning(view, at, false);
      // A clone counts once it is complete.
      case ServerState.Busy(var work) ->
          notRunning(
              view, at, work != ServerState.Work.CLONE && work != ServerState.Work.INITIALISE);
      case ServerState.Starting _, ServerState.Stopping _ -> notRunning(view, at, true);
    };
  }

  private static Answer answer(InstanceView view, Moment at) {
    return new Answer(view.self().life(), view.memory().startedAt(), at);
  }

  /** One that does not know yet that nobody holds the Lease may follow its holder in a moment. */
  private static boolean cutOff(InstanceView view, Duration now) {
    var vacant =
        view.leaseState().filter(l -> l.holder().isEmpty()).isPresent()
            || view.leaseState().isPresent() && view.lease().lapsed(now, view.settings());
    return vacant
        && view.server() instanceof Standby standby
        && standby.follows().isEmpty()
        && standby.streamingFrom().isEmpty()
        && !standby.promoting();
  }

  private static boolean promised(InstanceView view, Duration now) {
    return view.lease().promisedUntil().filter(until -> now.compareTo(until) < 0).isPresent();
  }

  /** Before that nobody gets here, so it is not ready for anybody. */
  private static boolean leadsClients(InstanceView view) {
    var epoch = view.leaseState().map(LeaseState::epoch);
    return view.memory()
        .routed()
        .filter(r -> epoch.filter(e -> e == r.epoch()).isPresent())
        .isPresent();
  }

  private static InstanceStatus status(
      InstanceView view,
      Moment at,
      Role role,
      boolean running,
      boolean ready,
      String systemIdentifier,
      WalPosition position,
      Optional<Lsn> replayed,
      Optional<String> streamingFrom,
      TimelineHistory history) {
    var now = Duration.ofNanos(at.nanos());
    return new InstanceStatus(
        view.self().name(),
        view.self().address(),
        role,
        running,
        ready,
        view.intents().leaving(),
        true,
        cutOff(view, now),
        promised(view, now),
        Optional.of(systemIdentifier),
        Optional.of(position),
        replayed,
        streamingFrom,
        history,
        view.reload().taken(),
        view.reload().errors(),
        Optional.of(answer(view, at)));
  }

  private static InstanceStatus notRunning(InstanceView view, Moment at, boolean hasData) {
    var now = Duration.ofNanos(at.nanos());
    return new InstanceStatus(
        view.self().name(),
        view.self().address(),
        Role.UNKNOWN,
        false,
        false,
        view.intents().leaving(),
        hasData,
        false,
        promised(view, now),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        TimelineHistory.NONE,
        view.reload().taken(),
        view.reload().errors(),
        Optional.of(answer(view, at)));
  }
}
