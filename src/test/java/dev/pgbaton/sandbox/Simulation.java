package dev.pgbaton.sandbox;

import dev.pgbaton.apply.ClusterWriter;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.observed.InstanceProbe;
import dev.pgbaton.observed.JournalEntry.Intent;
import dev.pgbaton.report.CommitStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** One run: a cluster, a team that pushes, and things that go wrong, all from one seed. */
final class Simulation {
  static final ClusterId ID = new ClusterId("shop", "orders");

  private static final Duration TICK = Duration.ofMillis(100);
  private static final Duration TO_BEGIN = Duration.ofSeconds(120);
  private static final Duration TO_END = Duration.ofSeconds(300);

  private final World world;
  private final FakeGit git = new FakeGit();
  private final SandboxStatuses forge = new SandboxStatuses();
  private final Invariants invariants;
  private final Faults faults;
  private final Chance chance;
  private final SpecText spec = new SpecText();
  private final RandomPushes pushes;
  private final RandomFaults randomFaults;
  private final SimulatedDaemon.PortWrapper wrapper;
  private final TreeSet<String> intents = new TreeSet<>();
  private SimulatedDaemon daemon;
  private int daemons;
  private int passes;
  private Duration faultsEnd = Duration.ZERO;

  /**
   * @param trace null for none
   * @param brokenProbe what the daemon gets to see of PostgreSQL
   */
  Simulation(
      long seed,
      Consumer<String> trace,
      UnaryOperator<ClusterWriter> brokenWriter,
      UnaryOperator<InstanceProbe> brokenProbe) {
    this.chance = new Chance(seed * 7919 + 13);
    this.world = new World(seed, Instant.parse("2026-01-01T00:00:00Z"), 4, trace);
    this.invariants = new Invariants(world, git, ID, forge);
    this.faults = new Faults(world);
    this.pushes = new RandomPushes(chance, spec);
    this.randomFaults = new RandomFaults(this, faults, chance, ID);
    this.wrapper =
        new SimulatedDaemon.PortWrapper() {
          @Override
          public ClusterWriter writer(ClusterWriter writer) {
            return brokenWriter.apply(new WatchedWriter(writer, invariants));
          }

          @Override
          public InstanceProbe probe(InstanceProbe probe) {
            return brokenProbe.apply(probe);
          }
        };
  }

  /** Less than a run's clients write anyway, so that a replica can be too far behind. */
  void allowLag(int bytes) {
    spec.maxReplicaLag = Integer.toString(bytes);
    invariants.farBehind(2L * bytes);
  }

  World world() {
    return world;
  }

  /** The name of the one that is writable. */
  Optional<String> primary() {
    return world.site(ID).network().programs().values().stream()
        .map(InstanceProgram::server)
        .filter(PostgresServer::writable)
        .map(PostgresServer::name)
        .findFirst();
  }

  int passes() {
    return passes;
  }

  void run() {
    startDaemon();
    pushes.begin();
    push("the first");
    await(TO_BEGIN);
    for (int act = 0; act < 2; act++) act();
    passUntil(faultsEnd);
    push(pushes.fix());
    await(TO_END);
    everyCommitHasItsLastWord();
  }

  private void act() {
    for (int i = chance.between(0, 3); i > 0; i--) {
      in(
          chance.between(0, 40_000),
          () -> {
            var end = world.agenda().uptime().plus(randomFaults.strike());
            if (end.compareTo(faultsEnd) > 0) faultsEnd = end;
          });
    }
    in(chance.between(0, 10_000), () -> push(pushes.change()));
    if (chance.oneIn(3)) in(chance.between(10_000, 50_000), () -> push(pushes.change()));
    passUntil(world.agenda().uptime().plusSeconds(chance.between(50, 80)));
  }

  private void in(long millis, Runnable what) {
    world.agenda().in(millis, what);
  }

  private void push(String about) {
    var revision = git.push(spec.yaml(), about, world.agenda().now());
    world.trace().say("!! team", "pushes %s: %s".formatted(revision.commit().substring(36), about));
  }

  // Time.

  private void passUntil(Duration uptime) {
    while (world.agenda().uptime().compareTo(uptime) < 0) tick();
  }

  private void tick() {
    world.pass(TICK);
    invariants.tick();
    intent().map(Intent::commit).ifPresent(intents::add);
    intent().filter(Intent::done).map(Intent::commit).ifPresent(invariants::reached);
    if (daemon.dead()) restartDaemon();
  }

  private Optional<Intent> intent() {
    return world.journal().read(ID).intent();
  }

  private void await(Duration atMost) {
    var end = world.agenda().uptime().plus(atMost);
    Optional<String> missing = Optional.of("nothing happened");
    while (missing.isPresent()) {
      if (world.agenda().uptime().compareTo(end) > 0)
        throw new InvariantViolated(
            "after %s still not as the repository says: %s".formatted(atMost, missing.get()));
      for (int i = 0; i < 5; i++) tick();
      missing = missing();
    }
  }

  private Optional<String> missing() {
    var intent = intent();
    var head = git.at(git.head()).get(ID).orElseThrow().hash();
    if (intent.isEmpty() || !intent.get().hash().equals(head))
      return Optional.of("the head is not noted");
    return invariants
        .notYet(intent.get().commit())
        .or(
            () ->
                status(intent.get().commit())
                    .map(
                        s ->
                            s.state() == CommitStatus.State.SUCCESS
                                ? Optional.<String>empty()
                                : Optional.of("the status says " + s))
                    .orElse(Optional.of("no status")));
  }

  private Optional<CommitStatus> status(String commit) {
    return forge.of(commit, SimulatedDaemon.CONTEXTS.of(ID));
  }

  private void everyCommitHasItsLastWord() {
    passUntil(world.agenda().uptime().plusSeconds(10));
    for (var commit : intents) {
      if (status(commit).map(s -> s.state() == CommitStatus.State.PENDING).orElse(true))
        throw new InvariantViolated(
            "commit %s is left with %s".formatted(commit.substring(36), status(commit)));
    }
    forge.all().stream()
        .filter(s -> s.state() == CommitStatus.State.PENDING)
        .findFirst()
        .ifPresent(
            s -> {
              throw new InvariantViolated("a status is left pending: " + s);
            });
  }

  // The daemon.

  private void startDaemon() {
    daemon = new SimulatedDaemon(world, "daemon-" + ++daemons, git, forge, wrapper);
    daemon.start();
  }

  private void restartDaemon() {
    passes += daemon.passesDone();
    daemon.bury();
    var pause = chance.between(500, 8000);
    var dead = daemon;
    daemon = new SimulatedDaemon(world, "daemon-" + ++daemons, git, forge, wrapper);
    var next = daemon;
    dead.cache().close();
    next.cache().close();
    in(
        pause,
        () -> {
          daemon = new SimulatedDaemon(world, "daemon-" + daemons, git, forge, wrapper);
          daemon.start();
        });
  }

  void killDaemonAtCall(int calls, boolean before) {
    daemon.killAtCall(calls, before);
  }

  void lateCaches(int times, Duration lasting) {
    world.trace().say("!! caches", times + " times later");
    invariants.lateness(times);
    var late = daemon.cache();
    late.lateness(times);
    world.agenda().in(lasting, () -> late.lateness(1));
  }

  void forgeAway(Duration lasting) {
    world.trace().say("!! forge", "is away");
    forge.away(true);
    world.agenda().in(lasting, () -> forge.away(false));
  }

  void gitAway(Duration lasting) {
    world.trace().say("!! git", "is away");
    git.away(true);
    world.agenda().in(lasting, () -> git.away(false));
  }
}
