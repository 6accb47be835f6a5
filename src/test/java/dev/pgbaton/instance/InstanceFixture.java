package dev.pgbaton.instance;

import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.cluster.WalPosition;
import dev.pgbaton.instance.ServerState.Failure;
import dev.pgbaton.instance.ServerState.Primary;
import dev.pgbaton.instance.ServerState.Standby;
import dev.pgbaton.instance.ServerState.Starting;
import dev.pgbaton.instance.ServerState.Stopped;
import dev.pgbaton.instance.ServerState.Stopping;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** One instance of the cluster {@code pg} with three instances, an hour into its life. */
final class InstanceFixture {
  static final Duration NOW = Duration.ofHours(1);
  static final String SYSTEM = "7300000000000000001";

  private final Identity self;
  private ServerState server = new Stopped(Optional.empty(), Optional.empty());
  private LeaseState lease = LeaseState.fresh("1");
  private boolean leaseKnown = true;
  private Duration unchangedSince = NOW.minusSeconds(1);
  private Optional<Duration> confirmedAt = Optional.empty();
  private Optional<Duration> attemptedAt = Optional.empty();
  private final TreeMap<String, Peer> peers = new TreeMap<>();
  private Intents intents = Intents.NONE;
  private Memory memory = Memory.begin(Duration.ZERO);
  private int synchronousStandbys;
  private Quorum inForce = Quorum.NONE;
  private Duration promisedUntil;
  private Duration readAt = NOW;
  private Duration leaseSince = Duration.ZERO;

  private InstanceFixture(String name) {
    self =
        new Identity(
            name, name + "-life", List.of("pg-0", "pg-1", "pg-2"), "10.0.0." + name.charAt(3));
    self.instances().stream()
        .filter(n -> !n.equals(name))
        .forEach(n -> peers.put(n, Peer.notAsked(n)));
  }

  static InstanceFixture instance(String name) {
    return new InstanceFixture(name);
  }

  static WalPosition at(int timeline, long lsn) {
    return new WalPosition(timeline, new Lsn(lsn));
  }

  InstanceFixture stopped(DataDirectory data) {
    server = new Stopped(Optional.of(data), Optional.empty());
    return this;
  }

  InstanceFixture failed(DataDirectory data, Failure.What what, int attempts) {
    server = new Stopped(Optional.of(data), Optional.of(new Failure(what, attempts, "it broke")));
    return this;
  }

  static DataDirectory formerPrimary(WalPosition position) {
    return new DataDirectory(SYSTEM, position, false, true, TimelineHistory.NONE);
  }

  static DataDirectory crashedPrimary(WalPosition position) {
    return new DataDirectory(SYSTEM, position, false, false, TimelineHistory.NONE);
  }

  static DataDirectory formerStandby(WalPosition position) {
    return new DataDirectory(SYSTEM, position, true, true, TimelineHistory.NONE);
  }

  InstanceFixture primary() {
    return primaryAt(at(1, 500));
  }

  InstanceFixture primaryAt(WalPosition position) {
    return server(new Primary(position, TimelineHistory.NONE, SYSTEM, false));
  }

  InstanceFixture standby(WalPosition position, String follows, boolean streams) {
    return standby(position, follows, streams, TimelineHistory.NONE);
  }

  InstanceFixture standby(
      WalPosition position, String follows, boolean streams, TimelineHistory history) {
    return server(
        new Standby(
            position,
            position.lsn(),
            history,
            SYSTEM,
            Optional.of(follows),
            streams ? Optional.of(follows) : Optional.empty(),
            false,
            false));
  }

  InstanceFixture starting(boolean asPrimary) {
    return server(new Starting(asPrimary));
  }

  InstanceFixture stopping() {
    return stopping(Optional.empty());
  }

  InstanceFixture stopping(Optional<WalPosition> shutDown) {
    return server(new Stopping(true, StopMode.FAST, shutDown));
  }

  InstanceFixture server(ServerState state) {
    server = state;
    return this;
  }

  InstanceFixture leaseUnknown() {
    leaseKnown = false;
    return this;
  }

  /** The Lease of a cluster that has data; its last holder was this one. */
  InstanceFixture leaseFree(String lastHolder, WalPosition floor) {
    lease(lastHolder, lastHolder, floor, null);
    lease = lease.released(lease.floor());
    return this;
  }

  InstanceFixture leaseOf(String holder) {
    return lease(holder, holder, null, null);
  }

  InstanceFixture leaseHandedTo(String holder, String from, WalPosition floor) {
    lease(holder, from, floor, null);
    lease = lease.with(draft -> draft.holderLife = Optional.empty());
    return this;
  }

  InstanceFixture leaseOf(String holder, String handOffTo) {
    return lease(holder, holder, null, handOffTo);
  }

  private InstanceFixture lease(
      String holder, String lastHolder, WalPosition floor, String handOffTo) {
    lease =
        new LeaseState(
            "9",
            Optional.of(holder),
            Optional.of(holder + "-life"),
            Optional.empty(),
            3,
            Optional.of(lastHolder),
            Optional.ofNullable(floor),
            Optional.ofNullable(handOffTo),
            Optional.empty(),
            Optional.empty(),
            Optional.of(SYSTEM),
            quorum(),
            Duration.ofSeconds(10));
    return this;
  }

  InstanceFixture askedToRestart() {
    lease = lease.with(draft -> draft.restart = draft.holder);
    return this;
  }

  InstanceFixture leaseOfAFormerPodOfThisName() {
    leaseOf(self.name());
    lease = lease.with(draft -> draft.holderLife = Optional.of("another-life"));
    return this;
  }

  InstanceFixture leaseHandedToAFormerPod(WalPosition floor) {
    lease(self.name(), self.name(), floor, null);
    lease =
        lease.with(
            draft -> {
              draft.holderLife = Optional.of("another-life");
              draft.handedOn = Optional.of("another-life/1/2/2");
            });
    return this;
  }

  /** Holds the Lease, and renewed it that long ago. */
  InstanceFixture holding(Duration renewedBefore) {
    leaseOf(self.name());
    confirmedAt = Optional.of(NOW.minus(renewedBefore));
    return this;
  }

  InstanceFixture holding() {
    return holding(Duration.ofMillis(500));
  }

  InstanceFixture askedToHandOverTo(String candidate) {
    holding();
    return lease(self.name(), self.name(), null, candidate);
  }

  InstanceFixture leaseUnchangedFor(Duration time) {
    unchangedSince = NOW.minus(time);
    return this;
  }

  InstanceFixture synchronous(int standbys) {
    synchronousStandbys = standbys;
    lease = lease.agreed(quorum());
    inForce = quorum();
    return this;
  }

  private Quorum quorum() {
    return new Quorum(self.instances(), synchronousStandbys);
  }

  /** The daemon knows the data, and nobody knows who held it. */
  InstanceFixture leaseMadeAnew() {
    leaseFree("nobody", null);
    lease =
        lease.with(
            draft -> {
              draft.lastHolder = Optional.empty();
              draft.quorum = Quorum.NONE;
              draft.lapsesAfter = Duration.ZERO;
            });
    return this;
  }

  InstanceFixture leaseLapsesAfter(Duration span) {
    lease = lease.with(draft -> draft.lapsesAfter = span);
    return this;
  }

  InstanceFixture cutOff(WalPosition position) {
    return server(
        new Standby(
            position,
            position.lsn(),
            TimelineHistory.NONE,
            SYSTEM,
            Optional.empty(),
            Optional.empty(),
            false,
            false));
  }

  static InstanceStatus promised(InstanceStatus s) {
    return new InstanceStatus(
        s.name(),
        s.address(),
        s.role(),
        s.running(),
        s.ready(),
        s.stopping(),
        s.hasData(),
        s.cutOff(),
        true,
        s.systemIdentifier(),
        s.position(),
        s.replayed(),
        s.streamingFrom(),
        s.history(),
        s.reloadTaken(),
        s.configErrors(),
        s.answer());
  }

  InstanceFixture onTheLease(List<String> members, int standbys) {
    lease = lease.agreed(new Quorum(members, standbys));
    return this;
  }

  /** Who confirms commits has stood on the Lease for that long. */
  InstanceFixture leaseSaysSo(Duration time) {
    leaseSince = NOW.minus(time);
    return this;
  }

  InstanceFixture inForce(Quorum really) {
    inForce = really;
    return this;
  }

  /** It has not reached the API server for that long. */
  InstanceFixture leaseReadBefore(Duration time) {
    readAt = NOW.minus(time);
    return this;
  }

  InstanceFixture hasPromised(Duration left) {
    promisedUntil = NOW.plus(left);
    return this;
  }

  /** A renewal was tried in vain that long ago. */
  InstanceFixture renewalFailed(Duration before) {
    attemptedAt = Optional.of(NOW.minus(before));
    return this;
  }

  InstanceFixture peer(String name, InstanceStatus status) {
    peers.put(name, new Peer(name, Optional.of(NOW), Optional.of(status)));
    return this;
  }

  InstanceFixture askedBefore(String name, Duration time) {
    var known = peers.get(name);
    peers.put(name, new Peer(name, Optional.of(NOW.minus(time)), known.status()));
    return this;
  }

  InstanceFixture unreachable(String name) {
    peers.put(name, new Peer(name, Optional.of(NOW), Optional.empty()));
    return this;
  }

  static InstanceStatus replica(String name, WalPosition position, String from) {
    return status(
        name,
        Role.REPLICA,
        Optional.of(position),
        Optional.ofNullable(from),
        false,
        TimelineHistory.NONE);
  }

  static InstanceStatus endingReplica(String name, WalPosition position, String from) {
    return status(
        name,
        Role.REPLICA,
        Optional.of(position),
        Optional.ofNullable(from),
        true,
        TimelineHistory.NONE);
  }

  static InstanceStatus aPrimary(String name, WalPosition position, TimelineHistory history) {
    return status(name, Role.PRIMARY, Optional.of(position), Optional.empty(), false, history);
  }

  static InstanceStatus emptyInstance(String name) {
    return status(
        name, Role.UNKNOWN, Optional.empty(), Optional.empty(), false, TimelineHistory.NONE);
  }

  private static InstanceStatus status(
      String name,
      Role role,
      Optional<WalPosition> position,
      Optional<String> from,
      boolean stopping,
      TimelineHistory history) {
    return new InstanceStatus(
        name,
        "10.0.0." + name.charAt(3),
        role,
        role != Role.UNKNOWN,
        true,
        stopping,
        position.isPresent(),
        role == Role.REPLICA && from.isEmpty(),
        false,
        position.map(_ -> SYSTEM),
        position,
        position.map(WalPosition::lsn),
        from,
        history,
        "",
        List.of(),
        Optional.empty());
  }

  InstanceFixture streamedUntil(String from, Duration before) {
    var streamed = new Memory.Streamed(from, NOW.minus(before));
    memory = memory.with(draft -> draft.streamed = Optional.of(streamed));
    return this;
  }

  InstanceFixture stoppedFor(Duration time) {
    memory = memory.observed(server, intents, memory.streamed(), NOW.minus(time));
    return this;
  }

  /** A server that answered that long ago and has not since. */
  InstanceFixture silentFor(Duration time) {
    return stoppedFor(time).starting(server instanceof Primary);
  }

  InstanceFixture cloned() {
    memory = memory.filled();
    return this;
  }

  /** Gave its place up that long ago, and has not been started since. */
  InstanceFixture gaveUp(Duration before) {
    memory =
        memory
            .observed(server, intents, memory.streamed(), NOW.minus(before))
            .gaveUp(NOW.minus(before));
    return this;
  }

  InstanceFixture started(Duration before) {
    memory = Memory.begin(NOW.minus(before));
    return this;
  }

  InstanceFixture handingOverTo(String candidate) {
    memory = memory.begun(new Memory.HandOff(candidate, true, false, NOW.minusMillis(100)));
    return this;
  }

  /** Began a checkpoint before a stop that long ago. */
  InstanceFixture checkpoint(Duration before, boolean underWay) {
    memory = memory.checkpointing(NOW.minus(before));
    return server(new Primary(at(1, 500), TimelineHistory.NONE, SYSTEM, underWay));
  }

  InstanceFixture routeFailed(Duration before) {
    memory = memory.routeFailed(NOW.minus(before));
    return this;
  }

  InstanceFixture routeUnknown(Duration before) {
    memory = memory.routeUnknown(NOW.minus(before));
    return this;
  }

  InstanceFixture abandoned() {
    memory = memory.abandoned(false);
    return this;
  }

  /** Clients are led to it already. */
  InstanceFixture ledAheadTo(String candidate) {
    memory =
        memory.begun(new Memory.HandOff(candidate, true, false, NOW.minusMillis(100))).ledAhead();
    return this;
  }

  /** What went wrong did so a while ago: it is time to try again. */
  InstanceFixture rested() {
    memory = memory.observed(server, intents, memory.streamed(), NOW.minus(Duration.ofMinutes(1)));
    return this;
  }

  InstanceFixture needs(Remedy remedy) {
    memory = memory.needs(Optional.of(remedy));
    return this;
  }

  InstanceFixture settled(RouteTargets targets) {
    memory =
        memory
            .routed(new Memory.Routed(3, targets, NOW.minusSeconds(5)))
            .registered(self.instances());
    return this;
  }

  InstanceFixture hookAsks() {
    intents = new Intents(true, false);
    return this;
  }

  InstanceFixture terminating() {
    intents = new Intents(true, true);
    return this;
  }

  InstanceFixture givesUp(String lastPrimary) {
    intents = new Intents(false, false, Optional.of(lastPrimary));
    return this;
  }

  InstanceView view() {
    return new InstanceView(
        self,
        InstanceSettings.fast(synchronousStandbys),
        server,
        ReloadState.NONE,
        new LeaseView(
            leaseKnown ? Optional.of(lease) : Optional.empty(),
            unchangedSince,
            confirmedAt,
            confirmedAt.map(at -> at.plusSeconds(8)),
            attemptedAt,
            Optional.empty(),
            Optional.ofNullable(promisedUntil),
            Optional.ofNullable(readAt)),
        List.copyOf(peers.values()),
        intents,
        memory.observed(server, intents, memory.streamed(), NOW.minusSeconds(1)),
        new Agreement(
            quorum(),
            Duration.ZERO,
            lease.quorum(),
            leaseSince,
            Optional.of(
                new Agreement.InForce(inForce, Optional.of(at(1, 400)), NOW.minusSeconds(60)))));
  }

  Decision decision() {
    return InstancePlanner.decide(view(), NOW);
  }

  InstanceStep step() {
    return decision().step();
  }
}
