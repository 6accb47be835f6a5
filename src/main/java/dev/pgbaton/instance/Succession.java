package dev.pgbaton.instance;

import static dev.pgbaton.instance.InstancePlanner.closely;
import static dev.pgbaton.instance.InstancePlanner.decided;
import static dev.pgbaton.instance.InstancePlanner.elapsed;
import static dev.pgbaton.instance.InstancePlanner.seconds;
import static dev.pgbaton.instance.InstancePlanner.triedJustNow;
import static dev.pgbaton.instance.InstancePlanner.waiting;

import dev.pgbaton.cluster.Role;
import dev.pgbaton.cluster.WalPosition;
import dev.pgbaton.instance.InstanceStep.CutOff;
import dev.pgbaton.instance.InstanceStep.StartStandby;
import dev.pgbaton.instance.InstanceStep.TakeLease;
import dev.pgbaton.instance.ServerState.Standby;
import dev.pgbaton.instance.ServerState.Stopped;
import java.time.Duration;
import java.util.Optional;

/**
 * Who may take a Lease that nobody holds. What isn't known waits: a second try costs a second, a
 * fork costs data.
 */
final class Succession {
  /** Beyond the others' patience, which begins anew each time that somebody lets go. */
  private static final Duration PAUSE_AFTER_GIVING_UP = Duration.ofSeconds(30);

  /** Between the end of streaming and the last renewal that was seen, in either order. */
  private static final Duration SAME_MOMENT = Duration.ofSeconds(1);

  private Succession() {}

  static Decision decide(InstanceView view, LeaseState lease, Duration now) {
    if (view.intents().leaving()) return leave(view, lease);
    if (triedJustNow(view, now)) return waiting("the Lease could not be taken a moment ago");
    if (!lease.mayBeTakenBy(view.self().name()))
      return waiting("this instance is not on the Lease");
    return switch (view.server()) {
      case Stopped(var data, _) when data.isEmpty() -> empty(view, lease, now);
      case Stopped(var data, var failure) -> {
        var d = data.orElseThrow();
        if (lease.systemIdentifier().filter(id -> !id.equals(d.systemIdentifier())).isPresent())
          yield waiting("the data on the volume belongs to another cluster");
        if (failure.filter(ServerState.Failure::unusable).isPresent())
          yield waiting("the data here is half rewound, and there is no primary to end that with");
        // What a standby has received it may only find again once it runs.
        var reads = d.standby() && lease.floor().filter(f -> !d.position().reaches(f)).isPresent();
        if (!reads && (isLastHolder(view, lease) || knowsNoFormerHolder(lease)))
          yield resume(view, lease, d.position(), now);
        yield Backoff.wait(failure, view.memory(), now)
            .orElseGet(
                () ->
                    decided(
                        new StartStandby(
                            quorum(view, lease).standbys() > 0 && lease.end().isEmpty()
                                ? Optional.empty()
                                : lease.lastHolder().filter(_ -> !isLastHolder(view, lease))),
                        "nobody holds the Lease; it was a standby"));
      }
      case Standby standby -> {
        if (givenUp(view, lease) && nobodyElseHasMore(view, lease, standby))
          yield decided(
              new TakeLease(),
              "a person gives up what only %s may have".formatted(lease.lastHolder().get()));
        // One that was handed the Lease and has died before it was promoted: nobody has more.
        if (knowsNoFormerHolder(lease) || isLastHolder(view, lease))
          yield resume(view, lease, standby.received(), now);
        yield succeed(view, lease, standby, now);
      }
      case ServerState.Busy(var work) -> waiting("busy: " + work);
      case ServerState.Starting _ -> waiting("PostgreSQL is starting");
      case ServerState.Stopping _ -> closely("PostgreSQL is stopping");
      case ServerState.Primary _ ->
          decided(InstanceStep.Stop.immediate(), "this instance does not hold the Lease");
    };
  }

  /** It takes nothing any more, but still counts for whoever does. */
  private static Decision leave(InstanceView view, LeaseState lease) {
    return view.server() instanceof Standby standby
            && quorum(view, lease).standbys() > 0
            && lease.end().isEmpty()
            && !cutOff(standby)
            && certain(view, vacant(view, lease))
        ? decided(new CutOff(), "what the last holder still writes must not count")
        : waiting("the pod is about to end");
  }

  /** It is new, or was made anew for a cluster that has data. */
  private static boolean knowsNoFormerHolder(LeaseState lease) {
    return lease.systemIdentifier().isEmpty() || lease.lastHolder().isEmpty();
  }

  private static boolean isLastHolder(InstanceView view, LeaseState lease) {
    return lease.lastHolder().filter(view.self().name()::equals).isPresent();
  }

  /** No data here: only the very first instance of a cluster does something about that. */
  private static Decision empty(InstanceView view, LeaseState lease, Duration now) {
    if (lease.systemIdentifier().isPresent())
      return waiting("no data here, and no primary to clone");
    if (view.peers().stream().anyMatch(p -> p.askedAt().isEmpty()))
      return waiting("the other instances are being asked");
    if (view.peers().stream().anyMatch(p -> p.status().filter(InstanceStatus::hasData).isPresent()))
      return waiting("another instance has data");
    var first = view.self().instances().getFirst();
    if (!first.equals(view.self().name()))
      return waiting("no data anywhere: " + first + " makes the first");
    // Whoever is silent may have the data, and a Lease that was lost says nothing about it.
    return view.peers().stream().allMatch(p -> p.status().isPresent())
        ? decided(new TakeLease(), "no instance has data")
        : waiting("not every other instance has said yet that it has no data");
  }

  /**
   * It has data, and nobody else can have newer: because it was the last holder, or because all
   * others say so.
   */
  private static Decision resume(
      InstanceView view, LeaseState lease, WalPosition mine, Duration now) {
    var pause = view.settings().patience().plus(PAUSE_AFTER_GIVING_UP);
    if (view.memory().gaveUpAt().filter(at -> !elapsed(at, now, pause)).isPresent())
      return waiting("PostgreSQL would not start here; it is another instance's turn");
    if (lease.floor().filter(floor -> !mine.reaches(floor)).isPresent())
      return waiting(
          "the data here ends at %s, before %s, which was confirmed to clients"
              .formatted(mine, lease.floor().get()));
    var promised = promisedToTheHolder(view, lease);
    if (promised.isPresent()) return promised.get();
    if (isLastHolder(view, lease))
      return decided(new TakeLease(), "this instance was the last holder");
    if (view.peers().stream().anyMatch(p -> p.status().isEmpty()))
      return waiting("the Lease knows no former holder, and not every other instance answers");
    return ahead(view, mine, false, true)
        .map(other -> waiting(other + " has newer data"))
        .orElseGet(() -> decided(new TakeLease(), "no other instance has newer data"));
  }

  /**
   * The holder has gone on by the others' word: theirs to keep, and this one's not to take from
   * them, whether it has given its own or was not even there.
   */
  private static Optional<Decision> promisedToTheHolder(InstanceView view, LeaseState lease) {
    return lease.holder().isEmpty()
        ? Optional.empty()
        : view.peers().stream()
            .filter(p -> p.status().filter(InstanceStatus::promised).isPresent())
            .findFirst()
            .map(p -> waiting(p.name() + " has promised to leave the Lease to its holder"));
  }

  private static Decision succeed(
      InstanceView view, LeaseState lease, Standby standby, Duration now) {
    var mine = standby.received();
    var vacant = vacant(view, lease);
    if (lease.floor().filter(floor -> !mine.reaches(floor)).isPresent())
      return waiting(
          "the data here ends at %s, before %s, which was confirmed to clients"
              .formatted(mine, lease.floor().get()));
    var quorum = quorum(view, lease);
    var clean = lease.end().isPresent();
    if (quorum.standbys() > 0 && !clean && !cutOff(standby))
      return certain(view, vacant)
          ? decided(new CutOff(), "what the last holder still writes must not count")
          : waiting("the Lease seems to have lapsed, but can't be read at the moment");
    if (quorum.standbys() == 0 && standby.streamingFrom().equals(lease.lastHolder()))
      return waiting("it still receives what " + lease.lastHolder().orElse("") + " has written");
    if (!view.peers().stream().allMatch(p -> p.askedSince(vacant)))
      return closely("nobody holds the Lease; the others are being asked");
    var promised = promisedToTheHolder(view, lease);
    if (promised.isPresent()) return promised.get();

    var began =
        vacant.compareTo(view.memory().startedAt()) > 0 ? vacant : view.memory().startedAt();
    var waited = elapsed(began, now, view.settings().patience());
    // A tie only costs a conflict if two try at once, so nobody waits long for an instance that may
    // not try at all.
    var myTurn = elapsed(vacant, now, Duration.ofSeconds(view.self().ordinal()));
    var ahead = ahead(view, mine, waited, !myTurn);
    if (ahead.isPresent()) return waiting(ahead.get() + " has at least as much");

    if (clean)
      return decided(new TakeLease(), "the last holder stopped cleanly, and all of it is here");
    if (quorum.standbys() > 0) return byQuorum(view, quorum, mine);
    if (sawTheEnd(view, lease) && receives(view, lease))
      return waiting(
          "it still receives from %s, which is shutting down"
              .formatted(lease.lastHolder().orElse("the last holder")));
    if (sawTheEnd(view, lease))
      return decided(new TakeLease(), "it streamed until the last holder's end");
    var last = lease.lastHolder().orElse("nobody");
    if (waited && view.statusOf(last).isPresent())
      return decided(
          new TakeLease(),
          "%s is there, and did not get PostgreSQL to run within %s"
              .formatted(last, seconds(view.settings().patience())));
    return waiting(
        ("it did not see the end of %1$s, which may have newer data, and waits for it to come back"
                + " (pgbaton-ask take-over %1$s in this pod gives that up)")
            .formatted(last));
  }

  /** Of the one that may have newer data, and of no other. */
  private static boolean givenUp(InstanceView view, LeaseState lease) {
    return view.intents().givenUp().isPresent()
        && view.intents().givenUp().equals(lease.lastHolder());
  }

  /**
   * Whoever does not reach the API server sees every Lease lapse, and a primary that renews it must
   * not lose its standbys for that; but it helps those who know.
   */
  private static boolean certain(InstanceView view, Duration vacant) {
    return view.lease().readSince(vacant)
        || view.peers().stream()
            .anyMatch(
                p -> p.askedSince(vacant) && p.status().filter(InstanceStatus::cutOff).isPresent());
  }

  /** What another instance has is not given up with what the last holder alone may have. */
  private static boolean nobodyElseHasMore(InstanceView view, LeaseState lease, Standby standby) {
    return view.peers().stream().allMatch(p -> p.askedSince(vacant(view, lease)))
        && promisedToTheHolder(view, lease).isEmpty()
        && ahead(view, standby.received(), true, false).isEmpty();
  }

  private static Duration vacant(InstanceView view, LeaseState lease) {
    return lease.holder().isEmpty()
        ? view.lease().unchangedSince()
        : view.lease().lapsesAt(view.settings());
  }

  /** What the Lease doesn't say yet, PostgreSQL or the settings do. */
  private static Quorum quorum(InstanceView view, LeaseState lease) {
    if (!lease.quorum().members().isEmpty()) return lease.quorum();
    var inForce = view.agreement().inForce().map(f -> f.quorum().standbys()).orElse(0);
    return new Quorum(
        view.self().instances(), Math.max(inForce, view.settings().synchronousStandbys()));
  }

  private static boolean cutOff(Standby standby) {
    return standby.follows().isEmpty() && standby.streamingFrom().isEmpty();
  }

  /**
   * Of those that have cut themselves off, one at least has each confirmed commit, and this one has
   * the most of them. An instance whose log is not read by a running server doesn't count: nobody
   * knows how far it reaches. Should one of them follow the last holder again, then because that
   * one has renewed the Lease, and taking it fails.
   */
  private static Decision byQuorum(InstanceView view, Quorum quorum, WalPosition mine) {
    var members = view.peers().stream().filter(p -> quorum.members().contains(p.name())).toList();
    var apart =
        1
            + members.stream()
                .filter(p -> p.status().filter(s -> countsFor(mine, s)).isPresent())
                .count();
    if (apart >= quorum.neededToSucceed())
      return decided(
          new TakeLease(),
          "%d of %d instances are cut off from the last holder, and this one has the most"
              .formatted(apart, quorum.members().size()));
    var why =
        "%d of the %d instances are cut off from the last holder, %d are needed to be sure that a confirmed commit is here"
            .formatted(apart, quorum.members().size(), quorum.neededToSucceed());
    var soon =
        1
            + members.stream()
                .filter(p -> p.status().filter(s -> s.role() == Role.REPLICA).isPresent())
                .count();
    return soon >= quorum.neededToSucceed() ? closely(why) : waiting(why);
  }

  /** One that is about to end is not waited for, so it must not have more. */
  private static boolean countsFor(WalPosition mine, InstanceStatus theirs) {
    return theirs.cutOff()
        && (!theirs.stopping() || theirs.position().filter(mine::reaches).isPresent());
  }

  /** A primary that is shutting down goes on sending, and what it sends was committed. */
  private static boolean receives(InstanceView view, LeaseState lease) {
    return view.server() instanceof ServerState.Standby standby
        && standby.streamingFrom().isPresent()
        && standby.streamingFrom().equals(lease.lastHolder())
        && view.statusOf(standby.streamingFrom().get()).filter(s -> !s.running()).isPresent();
  }

  private static boolean sawTheEnd(InstanceView view, LeaseState lease) {
    return view.memory()
        .streamed()
        .filter(s -> lease.lastHolder().filter(s.from()::equals).isPresent())
        .filter(s -> s.at().compareTo(view.lease().unchangedSince().minus(SAME_MOMENT)) >= 0)
        .isPresent();
  }

  /**
   * Another instance that should go first.
   *
   * @param runningOnly one that has data but doesn't get PostgreSQL to run is not waited for any
   *     longer
   * @param ties whether the lower ordinal goes first where two have the same
   */
  private static Optional<String> ahead(
      InstanceView view, WalPosition mine, boolean runningOnly, boolean ties) {
    return view.peers().stream()
        .flatMap(p -> p.status().stream())
        .filter(s -> !s.stopping() && s.hasData() && (s.running() || !runningOnly))
        .filter(s -> view.leaseState().filter(l -> !l.mayBeTakenBy(s.name())).isEmpty())
        .filter(
            s ->
                s.position()
                    .filter(
                        theirs -> {
                          var order = theirs.compareTo(mine);
                          return order > 0
                              || ties
                                  && order == 0
                                  && view.self().ordinalOf(s.name()) < view.self().ordinal();
                        })
                    .isPresent())
        .map(InstanceStatus::name)
        .findFirst();
  }
}
