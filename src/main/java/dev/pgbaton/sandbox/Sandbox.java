package dev.pgbaton.sandbox;

import dev.pgbaton.apply.ClusterWriter;
import dev.pgbaton.apply.WriteProbe;
import dev.pgbaton.observed.ClusterReader;
import dev.pgbaton.observed.InstanceProbe;
import dev.pgbaton.observed.Journal;
import io.fabric8.kubernetes.api.model.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The same cluster in memory that the simulation runs, with the wall clock instead of a virtual
 * one.
 */
public final class Sandbox implements AutoCloseable {
  private static final int NODES = 3;
  private static final Duration TICK = Duration.ofMillis(10);

  private final Object turn = new Object();
  private final World world;
  private final DaemonCache cache;
  private final WriteProbe writeProbe;
  private final Consumer<Secret> passwords;
  private final ScheduledExecutorService ticker =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("sandbox").daemon().factory());
  private long ticked;

  /**
   * @param changed told that something of the cluster moved
   * @param trace hears what happens in it, a line each
   */
  public Sandbox(Instant now, Runnable changed, Consumer<String> trace) {
    this(now, changed, trace, Optional.empty());
  }

  /**
   * @param programs what runs for real in the pods; empty for a model of it
   */
  public Sandbox(
      Instant now, Runnable changed, Consumer<String> trace, Optional<Program.Launcher> programs) {
    this.world =
        new World(
            now.toEpochMilli(),
            now,
            NODES,
            trace,
            programs.map(p -> new RealPrograms(turn, p)).orElse(null));
    this.passwords = programs.<Consumer<Secret>>map(p -> p::complete).orElse(_ -> {});
    this.cache =
        new DaemonCache(world.agenda(), world.chance(), world.store(), world.api(), changed);
    this.writeProbe = new LockedPorts.Writes(turn, new SandboxWriteProbe(world));
  }

  public void start() {
    ticked = System.nanoTime();
    ticker.scheduleAtFixedRate(this::tick, 0, TICK.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void tick() {
    synchronized (turn) {
      var now = System.nanoTime();
      world.pass(Duration.ofNanos(now - ticked));
      ticked = now;
    }
  }

  /** For programs that run for real. */
  public PodApi api() {
    return new PodApi(turn, world.store());
  }

  public ClusterReader reader() {
    return new LockedPorts.Reader(turn, new SandboxReader(world.store(), cache, world.api()));
  }

  public ClusterWriter writer() {
    return new LockedPorts.Writer(
        turn,
        new SandboxWriter(
            world.store(), world.apply(), world.deletions(), cache, world.api(), passwords));
  }

  public InstanceProbe probe() {
    return new LockedPorts.Probe(turn, new SandboxProbe(world));
  }

  public Journal journal() {
    return new LockedPorts.Journals(turn, world.journal());
  }

  public WriteProbe writeProbe() {
    return writeProbe;
  }

  /** Makes something go wrong. */
  public void fault(Consumer<Faults> what) {
    synchronized (turn) {
      what.accept(new Faults(world));
    }
  }

  @Override
  public void close() {
    ticker.shutdownNow();
  }
}
