package dev.pgbaton.local;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.instance.Condition;
import dev.pgbaton.instance.Identity;
import dev.pgbaton.instance.InstanceLoop;
import dev.pgbaton.instance.InstanceRunner;
import dev.pgbaton.instance.InstanceStatus;
import dev.pgbaton.instance.InstanceView;
import dev.pgbaton.instance.ServerState;
import dev.pgbaton.instance.StopMode;
import dev.pgbaton.instance.http.HttpPeers;
import dev.pgbaton.instance.http.InstanceServer;
import dev.pgbaton.postgres.CurrentCredentials;
import dev.pgbaton.postgres.DeclaredCatalog;
import dev.pgbaton.postgres.LocalFence;
import dev.pgbaton.postgres.LocalPostgres;
import dev.pgbaton.postgres.NewData;
import dev.pgbaton.postgres.VolumeGauge;
import dev.pgbaton.sandbox.Program;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * The instance program in a pod of this machine, put together as {@code pgbaton instance} does it,
 * but on threads of this process. Its PostgreSQL is a process of its own.
 */
final class LocalInstance implements Program {
  private static final long LOOK_MILLIS = 500;

  private final LocalCluster cluster;
  private final Home home;
  private final Pod pod;
  private Optional<LocalInstance> former;
  private final IntConsumer exit;
  private final Mounts mounts;
  private final InstanceRunner runner;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread thread;
  private volatile boolean killed;
  private volatile boolean ready;

  /**
   * @param former the pod of this name before
   */
  LocalInstance(LocalCluster cluster, Pod pod, Optional<LocalInstance> former, IntConsumer exit) {
    this.cluster = cluster;
    this.pod = pod;
    this.former = former;
    this.exit = exit;
    this.home = cluster.home(name());
    this.mounts = new Mounts(cluster.api(), home.mounts());
    this.runner = new InstanceRunner(this::log);
    // PostgreSQL ends with the thread that has started it: not a virtual one.
    this.thread = Thread.ofPlatform().name("instance-" + name()).daemon().unstarted(this::live);
  }

  LocalInstance started() {
    thread.start();
    return this;
  }

  String name() {
    return pod.getMetadata().getName();
  }

  private void live() {
    try {
      if (former.isPresent()) former.get().ended.await();
      former = Optional.empty();
      run();
    } catch (IOException | RuntimeException e) {
      log("the instance has ended: " + e);
    } catch (InterruptedException e) {
      // It was killed.
    } finally {
      ready = false;
      home.killPostgres();
      ended.countDown();
    }
    if (!killed) exit.accept(0);
  }

  private void run() throws IOException, InterruptedException {
    home.make(cluster.postgresql(), cluster.account());
    mounts.refresh(pod);
    var paths = home.paths(mounts);
    var credentials = new CurrentCredentials(cluster.credentials());
    var self = new Identity(name(), pod.getMetadata().getUid(), List.of(name()), home.address());
    try (var serverLog =
        new PrintStream(
            Files.newOutputStream(
                home.serverLog(), StandardOpenOption.CREATE, StandardOpenOption.APPEND))) {
      var postgres =
          new LocalPostgres(
              paths,
              name(),
              cluster,
              credentials,
              NewData.DEFAULT,
              serverLog,
              runner::wake,
              this::log);
      var peers =
          new HttpPeers(
              peer ->
                  URI.create(
                      "http://%s:%d/status"
                          .formatted(cluster.home(peer).address(), Names.STATUS_PORT)),
              runner::wake);
      var monitor = postgres.monitorRole(() -> credentials.get().of(Names.MONITOR_USER));
      var catalog = postgres.declaredCatalog(() -> cluster.declared(DeclaredCatalog.Told::new));
      var closeServer =
          InstanceServer.status(
              runner,
              new VolumeGauge(paths),
              () ->
                  new Condition(
                      postgres.setAside(), Optional.empty(), catalog.taken(), Optional.empty()),
              new InetSocketAddress(home.address(), Names.STATUS_PORT));
      try (var fence = new LocalFence(postgres.fenced(), paths.data(), this::log);
          var lease = new LocalLease(cluster.api(), cluster.lease(), runner::wake)) {
        var loop =
            new InstanceLoop(
                self,
                mounts.settings(),
                postgres,
                lease,
                peers,
                (epoch, targets) -> cluster.publish(epoch, targets, home.address()),
                fence,
                now());
        Thread.ofVirtual().start(this::watchReadiness);
        log("%s of %s at %s".formatted(name(), cluster.id(), home.address()));
        runner.run(
            loop,
            postgres::state,
            () -> loop.reconfigure(self.among(members()), mounts.settings()),
            view -> {
              if (writes(view)) {
                monitor.look(now());
                catalog.look(lease.note(Names.USERS).filter(hash -> !hash.isEmpty()), now());
              } else {
                catalog.rest();
              }
            });
      } finally {
        // Also one that has only just been started, and can't be found by its file.
        postgres.stop(StopMode.IMMEDIATE);
        home.killPostgres();
        peers.among(List.of());
        seeItStopped(postgres);
        closeServer.run();
      }
    }
  }

  /** With the connection to it closed. */
  private static void seeItStopped(LocalPostgres postgres) {
    var _ = Thread.interrupted();
    for (var i = 0; i < 100 && !(postgres.state() instanceof ServerState.Stopped); i++)
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
  }

  private List<String> members() {
    var names = new ArrayList<>(cluster.names(mounts.instances()));
    // One that is about to go.
    if (!names.contains(name())) names.add(name());
    return names;
  }

  private static boolean writes(InstanceView view) {
    return view.server() instanceof ServerState.Primary && view.memory().handOff().isEmpty();
  }

  /** Asking PostgreSQL takes its time, and the kubelet's question must not. */
  private void watchReadiness() {
    try {
      while (ended.getCount() > 0) {
        ready = runner.status().filter(InstanceStatus::ready).isPresent();
        Thread.sleep(ready ? LOOK_MILLIS : LOOK_MILLIS / 5);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean ready() {
    return ready;
  }

  @Override
  public void preStop(Runnable done) {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                runner.handOff();
                done.run();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  @Override
  public void terminate() {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                runner.terminate();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  @Override
  public void kill(boolean withoutAWord) {
    killed = true;
    thread.interrupt();
    Thread.ofVirtual().start(home::killPostgres);
  }

  /** As the kernel does it for want of memory: PostgreSQL only, this program stays. */
  void killPostgres() {
    home.killPostgres();
  }

  boolean awaitEnd(Duration atMost) throws InterruptedException {
    return ended.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void refresh(Pod now) {
    mounts.refresh(now);
    runner.wake();
  }

  private static Duration now() {
    return Duration.ofNanos(System.nanoTime());
  }

  private void log(String line) {
    cluster.log(name(), Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + line);
  }
}
