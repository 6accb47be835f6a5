package dev.pgbaton.sandbox;

import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.instance.Identity;
import dev.pgbaton.instance.InstanceLoop;
import dev.pgbaton.instance.InstanceSettings;
import dev.pgbaton.instance.InstanceStatus;
import dev.pgbaton.instance.InstanceStep;
import dev.pgbaton.instance.InstanceView;
import dev.pgbaton.instance.Intents;
import dev.pgbaton.instance.LeaseState;
import dev.pgbaton.instance.Promise;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * A PostgreSQL pod's process 1: the real decisions over the model's PostgreSQL, Lease and peers.
 */
final class InstanceProgram implements Program {
  private final String name;
  private final String life;
  private final Site site;
  private final ServerConfig config;
  private final IntConsumer exit;
  private final InstanceWires wires;
  private final LocalClock clock;
  private final PostgresServer server;
  private final SandboxLease lease;
  private final SandboxPeers peers;
  private final SandboxFence fence;
  private final InstanceLoop loop;
  private Intents intents = Intents.NONE;
  private InstanceView view;
  private Runnable hookDone;
  private boolean over;
  private boolean paused;
  private boolean containerPaused;
  private int wake;
  private String lastReason = "";

  InstanceProgram(
      Site site,
      ObjectStore store,
      InstanceApi api,
      InstanceWires wires,
      Pod pod,
      IntConsumer exit) {
    this.name = pod.getMetadata().getName();
    this.site = site;
    this.exit = exit;
    this.wires = wires;
    this.clock = new LocalClock(site.agenda(), site.chance());
    this.life = pod.getMetadata().getUid();
    this.config = new ServerConfig(store, pod);
    this.server = new PostgresServer(name, site, site.volume(name), config, this::wake);
    var leaseName = site.id().name();
    this.lease =
        new SandboxLease(
            site.agenda(),
            site.chance(),
            store,
            new ObjectKey("Lease", site.id().namespace(), leaseName),
            api,
            clock,
            this::wake);
    this.peers = new SandboxPeers(site, name, clock, this::wake);
    this.fence = new SandboxFence(site.agenda(), clock, server);
    this.loop =
        new InstanceLoop(
            new Identity(name, life, List.of(name), name),
            InstanceSettings.fast(0),
            server,
            wires.lease(lease, config),
            wires.peers(peers),
            (epoch, targets) -> !api.away() && site.routes().publish(epoch, targets),
            fence,
            clock.now());
    site.network().arrive(this);
    look();
    wake();
  }

  /** A cluster grows without a restart. */
  private void look() {
    var set = name.substring(0, name.lastIndexOf('-'));
    var all = IntStream.range(0, config.instances()).mapToObj(i -> set + "-" + i).toList();
    loop.reconfigure(
        new Identity(name, life, all, name),
        InstanceSettings.of(
            config.failover(), Duration.ofSeconds(60), config.synchronousStandbysMounted()));
  }

  String name() {
    return name;
  }

  PostgresServer server() {
    return server;
  }

  Optional<InstanceStatus> status() {
    return Optional.ofNullable(view)
        .map(
            v ->
                loop.status(
                    new InstanceView(
                        v.self(),
                        v.settings(),
                        server.state(),
                        server.reloadState(),
                        v.lease(),
                        v.peers(),
                        intents,
                        v.memory(),
                        v.agreement())));
  }

  boolean promise(Promise asked) {
    return wires.promise(loop, asked, clock.now());
  }

  boolean paused() {
    return paused;
  }

  /**
   * @param everything PostgreSQL too, and the fence's guard
   */
  void pause(boolean everything) {
    paused = true;
    containerPaused |= everything;
    peers.paused(true);
    fence.paused(true, containerPaused);
    if (everything) server.freeze();
  }

  /** A pause of all of it in which most clocks stand still, too. */
  void sleep() {
    clock.sleep();
    pause(true);
  }

  /** PostgreSQL was stopped by itself; as long as everything else is too, it stays so. */
  void noLongerHangs() {
    if (!server.hung()) return;
    server.hang(false);
    if (containerPaused) return;
    server.unfreeze();
    server.goOn();
  }

  /** Whoever was to be cut off meanwhile is, before it does anything else. */
  void resume() {
    clock.wake();
    paused = false;
    containerPaused = false;
    peers.paused(false);
    server.unfreeze();
    fence.paused(false, false);
    server.goOn();
    wake();
  }

  private void wake() {
    var which = ++wake;
    site.agenda().in(0, () -> pass(which));
  }

  private void pass(int which) {
    if (over || paused || which != wake) return;
    var pass = loop.pass(clock.now(), intents);
    view = pass.view();
    trace(pass);
    if (hookDone != null && InstanceLoop.handedOff(view)) {
      var done = hookDone;
      hookDone = null;
      done.run();
    }
    if (pass.ended()) {
      // Nobody was told how far it got.
      if (view.lease().state().flatMap(LeaseState::holder).filter(name::equals).isPresent())
        site.forgive(server);
      end(false);
      exit.accept(0);
      return;
    }
    // What a step has changed may have asked for the next pass already.
    if (which != wake && pass.sleepAtMost().isZero()) return;
    var next = ++wake;
    site.agenda().in(Math.max(1, pass.sleepAtMost().toMillis()), () -> pass(next));
  }

  private void trace(InstanceLoop.Pass pass) {
    if (!site.trace().on()) return;
    var step = pass.decision().step();
    var what =
        step instanceof InstanceStep.Wait
            ? pass.decision().reason()
            : step + ": " + pass.decision().reason();
    if (step instanceof InstanceStep.RenewLease || what.equals(lastReason)) return;
    lastReason = what;
    site.trace().say(name, what);
  }

  @Override
  public boolean ready() {
    return !paused && status().map(InstanceStatus::ready).orElse(false);
  }

  @Override
  public void preStop(Runnable done) {
    intents = new Intents(true, intents.terminate());
    hookDone = done;
    wake();
  }

  @Override
  public void terminate() {
    intents = new Intents(intents.handOff(), true);
    wake();
  }

  @Override
  public void kill(boolean withoutAWord) {
    if (!over) end(withoutAWord);
  }

  @Override
  public void refresh(Pod pod) {
    if (site.mountsStand(name)) return;
    server.refreshMounts();
    look();
  }

  private void end(boolean withoutAWord) {
    over = true;
    lease.close();
    peers.close();
    fence.close();
    server.vanish(withoutAWord);
    site.network().leave(this);
  }
}
