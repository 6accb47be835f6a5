package dev.pgbaton.sandbox;

import dev.pgbaton.apply.ClusterWriter;
import dev.pgbaton.apply.WriteProbe;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.observed.ClusterReader;
import dev.pgbaton.observed.InstanceProbe;
import dev.pgbaton.observed.Journal;
import dev.pgbaton.report.EventSink;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * For {@code quarkus:dev} on a machine without Kubernetes: the cluster that the simulations run on,
 * in real time, and a Git repository to commit to. Everything is one thread's at a time; the world
 * itself is the lock.
 */
public final class Sandbox implements AutoCloseable {
  private static final int NODES = 5;
  private static final long TICK_MILLIS = 10;

  private final World world;
  private final Path repository;
  private final SandboxPorts ports;
  private final Faults faults;
  private final FaultRequests requests;
  private final Consumer<String> log;
  private final long began = System.nanoTime();
  private final ScheduledExecutorService ticker =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("sandbox").daemon().factory());

  private Sandbox(Path repository, Consumer<String> log, Consumer<ClusterId> changed) {
    this.repository = repository;
    this.log = log;
    this.world = new World(System.nanoTime(), Instant.now(), NODES, log);
    this.faults = new Faults(world);
    this.requests =
        new FaultRequests(
            repository.resolveSibling(repository.getFileName() + "-faults"), faults, log);
    synchronized (world) {
      var cache =
          new DaemonCache(
              world.agenda(),
              world.chance(),
              world.store(),
              world.api(),
              object -> tell(object, changed));
      this.ports = new SandboxPorts(world, cache, log);
    }
  }

  /**
   * @param repository where the Git repository is made, unless there is one already
   * @param seed a directory whose files are its first commit
   * @param log hears what happens in the cluster, line by line
   * @param changed told of each cluster whose live state moved
   */
  public static Sandbox start(
      Path repository, Path seed, Consumer<String> log, Consumer<ClusterId> changed) {
    var where = repository.toAbsolutePath().normalize();
    SeededRepository.make(where, seed);
    var sandbox = new Sandbox(where, log, changed);
    sandbox.ticker.scheduleAtFixedRate(sandbox::tick, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    return sandbox;
  }

  private void tick() {
    try {
      requests.look();
      synchronized (world) {
        world.agenda().advanceTo(Duration.ofNanos(System.nanoTime() - began));
      }
    } catch (RuntimeException e) {
      // An executor forgets a task that throws; the sandbox goes on, and says what it saw.
      log.accept("the sandbox found: " + e);
    }
  }

  private static void tell(HasMetadata object, Consumer<ClusterId> changed) {
    var meta = object.getMetadata();
    var name = meta.getLabels() == null ? null : meta.getLabels().get(Names.CLUSTER_LABEL);
    if (name != null) changed.accept(new ClusterId(meta.getNamespace(), name));
  }

  /** What to try, for the first lines on the terminal. */
  public List<String> welcome() {
    return List.of(
        "A cluster in this process, and a Git repository: " + repository,
        "  Change something there and commit it, and watch the rollout here and at http://localhost:8080:",
        "    cd " + repository,
        "    sed -i 's/postgres:17/postgres:17.1/' clusters/*.yaml && git commit -am 'A new image'",
        "  An image tag with does-not-exist in it can't be pulled, one with crashes in it ends again and again.",
        "  Let things go wrong:",
        "    echo 'kill-postgres shop/orders orders-0' >> " + requests.file(),
        "    " + FaultRequests.KNOWN);
  }

  /** For the daemon's Git settings. */
  public String repositoryUrl() {
    return repository.toUri().toString();
  }

  public Faults faults() {
    return faults;
  }

  public ClusterReader reader() {
    return ports.reader();
  }

  public ClusterWriter writer() {
    return ports.writer();
  }

  public InstanceProbe probe() {
    return ports.probe();
  }

  public Journal journal() {
    return ports.journal();
  }

  public WriteProbe writeProbe() {
    return ports.writeProbe();
  }

  public EventSink events() {
    return ports.events();
  }

  @Override
  public void close() {
    ticker.shutdownNow();
  }
}
