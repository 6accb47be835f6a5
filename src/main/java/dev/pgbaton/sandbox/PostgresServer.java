package dev.pgbaton.sandbox;

import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.WalPosition;
import dev.pgbaton.instance.Divergence;
import dev.pgbaton.instance.Postgres;
import dev.pgbaton.instance.Quorum;
import dev.pgbaton.instance.ReloadState;
import dev.pgbaton.instance.ServerState;
import dev.pgbaton.instance.ServerState.Failure;
import dev.pgbaton.instance.ServerState.Work;
import dev.pgbaton.instance.StopMode;
import dev.pgbaton.instance.TimelineHistory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** PostgreSQL in one container: what it does takes time, and goes wrong if it is told to. */
final class PostgresServer implements Postgres {
  private static final long RETRY_MILLIS = 200;
  private static final long CHECKPOINT_RECORD = 120;

  private enum Phase {
    STOPPED,
    BUSY,
    STARTING,
    PRIMARY,
    STANDBY,
    STOPPING
  }

  private final String name;
  private final Site site;
  private final Volume volume;
  private final ServerConfig config;
  private final Runnable changed;

  private Phase phase = Phase.STOPPED;
  private Work work;
  private boolean asPrimary;
  private boolean promoting;
  private boolean checkpointing;
  private boolean logMissing;
  private boolean frozen;
  private boolean hung;
  private final List<Runnable> whileFrozen = new ArrayList<>();
  private StopMode stopMode;
  private boolean shutDown;
  private Optional<Failure> failure = Optional.empty();
  private Optional<String> follows = Optional.empty();
  private WalLink upstream;
  private final List<WalLink> standbys = new ArrayList<>();
  private final List<Long> waiting = new ArrayList<>();
  private final SortedMap<String, String> settings = new TreeMap<>();
  private Optional<Quorum> confirming = Optional.empty();
  private String reloadTaken = "";
  private String reloadRefused = "";
  private long replayed;
  private int turn;

  PostgresServer(String name, Site site, Volume volume, ServerConfig config, Runnable changed) {
    this.name = name;
    this.site = site;
    this.volume = volume;
    this.config = config;
    this.changed = changed;
  }

  String name() {
    return name;
  }

  private PgData data() {
    return volume.data().orElseThrow();
  }

  // What it is.

  @Override
  public ServerState state() {
    if (frozen && (phase == Phase.PRIMARY || phase == Phase.STANDBY))
      return new ServerState.Starting(phase == Phase.PRIMARY || promoting);
    return switch (phase) {
      case STOPPED -> new ServerState.Stopped(volume.data().map(PgData::asSeenStopped), failure);
      case BUSY -> new ServerState.Busy(work);
      case STARTING -> new ServerState.Starting(asPrimary);
      case STOPPING ->
          new ServerState.Stopping(
              asPrimary,
              stopMode,
              shutDown ? volume.data().map(d -> d.asSeenStopped().position()) : Optional.empty());
      case PRIMARY ->
          new ServerState.Primary(
              data().branch.position(data().flushed),
              data().history(),
              data().systemIdentifier,
              checkpointing);
      case STANDBY ->
          new ServerState.Standby(
              data().branch.position(data().flushed),
              new Lsn(replayed),
              data().history(),
              data().systemIdentifier,
              follows,
              Optional.ofNullable(upstream).map(WalLink::upstreamName),
              promoting,
              logMissing);
    };
  }

  /** Whether a client's write would succeed now. */
  boolean writable() {
    return phase == Phase.PRIMARY && !frozen;
  }

  /** Whether the fence has a reason to stop it, also where it does nothing at the moment. */
  boolean mayWrite() {
    return phase == Phase.PRIMARY || state().writable();
  }

  boolean running() {
    return (phase == Phase.PRIMARY || phase == Phase.STANDBY) && !frozen;
  }

  /** Its data is that of a primary, and it doesn't run. */
  boolean wasPrimary() {
    return phase == Phase.STOPPED && volume.data().filter(d -> !d.standby).isPresent();
  }

  boolean frozen() {
    return frozen;
  }

  /** All its processes are stopped, and hold on to what they have. */
  void freeze() {
    frozen = true;
  }

  void unfreeze() {
    frozen = hung;
  }

  /** It alone is stopped. */
  void hang(boolean now) {
    hung = now;
    frozen |= now;
  }

  boolean hung() {
    return hung;
  }

  /** With what came while it was frozen. */
  void goOn() {
    if (frozen) return;
    var missed = List.copyOf(whileFrozen);
    whileFrozen.clear();
    missed.forEach(Runnable::run);
    confirmed();
    changed.run();
  }

  boolean isStandby() {
    return phase == Phase.STANDBY;
  }

  WalBranch branch() {
    return data().branch;
  }

  long flushed() {
    return data().flushed;
  }

  long replayed() {
    return phase == Phase.STANDBY ? replayed : data().flushed;
  }

  List<WalLink> links() {
    return List.copyOf(standbys);
  }

  Map<String, String> settings() {
    return settings;
  }

  List<String> fileErrors() {
    return config.errors();
  }

  int synchronousStandbys() {
    return ServerConfig.synchronousStandbys(settings);
  }

  @Override
  public ReloadState reloadState() {
    return new ReloadState(
        config.reloadHash(),
        reloadTaken,
        reloadRefused,
        config.reloadHash().equals(reloadRefused) ? config.errors() : List.of());
  }

  void refreshMounts() {
    config.refresh();
    changed.run();
  }

  // Filling and mending the volume.

  @Override
  public void initialise() {
    work(
        Work.INITIALISE,
        site.chance().between(400, 1500),
        () -> {
          if (volume.data().isPresent())
            throw new InvariantViolated(name + " makes a new cluster where data is");
          volume.fill(new PgData(site.newSystemIdentifier(), WalBranch.root(), 1 << 24));
          data().clean = true;
          return Optional.empty();
        });
  }

  @Override
  public void cloneFrom(String from) {
    work(
        Work.CLONE,
        site.chance().between(500, 4000),
        () -> {
          var source =
              site.network()
                  .reach(name, from)
                  .map(InstanceProgram::server)
                  .filter(PostgresServer::running);
          if (source.isEmpty()) return Optional.of("could not connect to " + from);
          var theirs = source.get().data();
          volume.data().ifPresent(mine -> givesUpNothing(mine, theirs, "replaced"));
          volume.fill(theirs.copy());
          data().standby = true;
          return Optional.empty();
        });
  }

  private void givesUpNothing(PgData mine, PgData theirs, String how) {
    var own = mine.flushed - theirs.branch.common(mine.branch, mine.flushed);
    if (own > CHECKPOINT_RECORD && !mine.handled)
      throw new InvariantViolated(
          "%s has %d bytes of log that nobody else has, and is %s".formatted(name, own, how));
  }

  @Override
  public void inspect(WalPosition fork) {
    work(
        Work.INSPECT,
        site.chance().between(20, 200),
        () -> {
          var own = Math.max(0, data().flushed - fork.lsn().bytes());
          data().divergence =
              Optional.of(
                  new Divergence(
                      fork, own, own > CHECKPOINT_RECORD ? 1 : 0, site.chance().between(0, 3) > 0));
          return Optional.empty();
        });
  }

  @Override
  public void rewindFrom(String from, Optional<Divergence> keep) {
    if (keep.isPresent()) volume.keepLog();
    work(
        Work.REWIND,
        site.chance().between(300, 2000),
        () -> {
          var source =
              site.network()
                  .reach(name, from)
                  .map(InstanceProgram::server)
                  .filter(PostgresServer::writable);
          if (source.isEmpty()) return Optional.of("could not connect to " + from);
          var theirs = source.get().data();
          // "Source and target cluster are on the same timeline": it does nothing then.
          if (theirs.branch.timeline() == data().branch.timeline()) return Optional.empty();
          givesUpNothing(data(), theirs, "rewound");
          var keptFrom = data().keptFrom;
          volume.windBackTo(theirs.copy());
          data().keptFrom = keptFrom;
          data().standby = true;
          return Optional.empty();
        });
  }

  private void work(Work what, long millis, java.util.function.Supplier<Optional<String>> result) {
    phase = Phase.BUSY;
    work = what;
    after(
        millis,
        () -> {
          phase = Phase.STOPPED;
          result
              .get()
              .ifPresentOrElse(
                  why -> failed(Failure.What.valueOf(what.name()), why), this::succeeded);
        });
  }

  private void failed(Failure.What what, String why) {
    var attempts = failure.filter(f -> f.what() == what).map(Failure::attempts).orElse(0);
    failure = Optional.of(new Failure(what, attempts + 1, why));
    phase = Phase.STOPPED;
  }

  private void succeeded() {
    failure = Optional.empty();
  }

  @Override
  public void setAside(String why) {
    site.trace().say(name, "sets its data aside: " + why);
    volume.setAside();
    failure = Optional.empty();
  }

  // Starting.

  @Override
  public void startPrimary() {
    asPrimary = true;
    data().divergence = Optional.empty();
    start(
        () -> {
          if (data().standby)
            throw new InvariantViolated(
                name + " goes on writing on a timeline that it only followed");
          data().flushed += CHECKPOINT_RECORD;
          becomePrimary();
        });
  }

  @Override
  public void startStandby(Optional<String> following) {
    asPrimary = false;
    follows = following;
    data().divergence = Optional.empty();
    start(
        () -> {
          // The program sees to it that a standby has no less than its data was written with.
          data()
              .required
              .forEach(
                  (name, least) -> {
                    if (has(name) < least) settings.put(name, Long.toString(least));
                  });
          data().standby = true;
          data().clean = false;
          phase = Phase.STANDBY;
          replayed = data().flushed;
          connect(turn);
        });
  }

  private void start(Runnable then) {
    phase = Phase.STARTING;
    promoting = false;
    logMissing = false;
    var recovery = !data().clean && !data().standby;
    after(
        recovery ? site.chance().between(200, 2500) : site.chance().between(80, 500),
        () -> {
          if (site.wontStart(name)) {
            failed(Failure.What.START, "could not start");
            return;
          }
          succeeded();
          settings.clear();
          settings.putAll(config.restartSettings());
          settings.putAll(config.reloadSettings());
          confirmAsTold();
          reloadTaken = config.reloadHash();
          then.run();
        });
  }

  private long has(String setting) {
    return Long.parseLong(settings.getOrDefault(setting, Long.toString(Long.MAX_VALUE)));
  }

  private void becomePrimary() {
    var data = data();
    data.standby = false;
    data.clean = false;
    data.checkpoint = data.flushed;
    data.required = site.required(settings);
    phase = Phase.PRIMARY;
    asPrimary = true;
    promoting = false;
    checkpointing = false;
    closeUpstream();
    waiting.clear();
    site.becamePrimary(this);
  }

  @Override
  public void promote(int epoch) {
    promoting = true;
    after(
        site.chance().between(15, 80),
        () -> {
          var data = data();
          data.branch = data.branch.fork(data.flushed);
          data.epochs.put(data.branch.timeline(), epoch);
          data.flushed += CHECKPOINT_RECORD;
          dropStandbys();
          becomePrimary();
        });
  }

  @Override
  public void noteTimeline(int timeline, TimelineHistory history) {
    history.formerEpochs().forEach(data().epochs::putIfAbsent);
    data().epochs.put(timeline, history.epoch());
  }

  @Override
  public void checkpoint() {
    if (phase != Phase.PRIMARY) return;
    checkpointing = true;
    var now = turn;
    site.agenda()
        .in(
            site.chance().between(5, 400),
            () -> {
              if (now != turn || phase != Phase.PRIMARY) return;
              checkpointing = false;
              data().checkpoint = data().flushed;
              changed.run();
            });
  }

  @Override
  public void reload() {
    if (config.errors().isEmpty()) {
      reloadTaken = config.reloadHash();
      settings.putAll(config.reloadSettings());
      confirmAsTold();
      confirmed();
    } else {
      reloadRefused = config.reloadHash();
    }
    changed.run();
  }

  @Override
  public void synchronise(Quorum quorum) {
    confirming = Optional.of(quorum);
    var now = turn;
    site.agenda()
        .in(
            site.chance().between(1, 30),
            () -> {
              if (now != turn || !running()) return;
              confirmAsTold();
              confirmed();
            });
  }

  private void confirmAsTold() {
    confirming.ifPresent(q -> settings.put("synchronous_standby_names", q.setting()));
  }

  @Override
  public Optional<Quorum> quorum() {
    return running()
        ? Optional.of(Quorum.parse(settings.getOrDefault("synchronous_standby_names", "")))
        : Optional.empty();
  }

  @Override
  public void register(List<String> members) {}

  // Stopping.

  @Override
  public void stop(StopMode mode) {
    if (phase == Phase.STOPPED || phase == Phase.BUSY) return;
    if (phase != Phase.STOPPING)
      asPrimary = phase == Phase.PRIMARY || asPrimary && phase == Phase.STARTING || promoting;
    var wasRunning =
        phase == Phase.PRIMARY
            || phase == Phase.STANDBY
            || phase == Phase.STOPPING && stopMode == StopMode.FAST;
    phase = Phase.STOPPING;
    stopMode = mode;
    waiting.clear();
    shutDown = false;
    switch (mode) {
      case IMMEDIATE -> {
        var killed = frozen;
        frozen = false;
        hung = false;
        // What does not hear the signal is killed.
        after(killed ? 2000 : site.chance().between(3, 20), this::crashed);
      }
      case FAST -> {
        turn++;
        if (site.hangsWhenStopping(name)) return;
        // Walsenders wait for every standby that is connected, up to their timeout.
        var hung = asPrimary && standbys.stream().anyMatch(l -> !l.reachable());
        after(site.chance().between(25, 120) + (hung ? 5000 : 0), () -> stopped(wasRunning));
      }
    }
  }

  private void stopped(boolean wasRunning) {
    var data = data();
    if (wasRunning) {
      data.checkpoint = data.flushed;
      data.clean = true;
      if (asPrimary) {
        data.flushed += CHECKPOINT_RECORD;
        List.copyOf(standbys).forEach(l -> l.flush(data.branch, data.flushed));
      }
    }
    // Walsenders, and clients that are told so, take their time to end.
    shutDown = wasRunning && asPrimary;
    if (shutDown) after(site.chance().between(3, 100), this::end);
    else end();
  }

  private void crashed() {
    if (asPrimary) site.primaryDied(this);
    end();
  }

  private void end() {
    phase = Phase.STOPPED;
    shutDown = false;
    frozen = false;
    hung = false;
    whileFrozen.clear();
    promoting = false;
    waiting.clear();
    closeUpstream();
    dropStandbys();
    follows = Optional.empty();
  }

  private void dropStandbys() {
    List.copyOf(standbys).forEach(WalLink::close);
    standbys.clear();
  }

  private void closeUpstream() {
    if (upstream != null) upstream.close();
    upstream = null;
  }

  /** The process is killed; the program sees that it ended. */
  void crash() {
    if (phase == Phase.STOPPED || phase == Phase.BUSY) return;
    turn++;
    if (phase == Phase.PRIMARY
        || phase == Phase.STARTING && asPrimary
        || phase == Phase.STOPPING && asPrimary) site.primaryDied(this);
    end();
    changed.run();
  }

  /**
   * The container is gone with everything in it; what had been on its way to the volume stays half
   * done.
   */
  void vanish(boolean withoutAWord) {
    turn++;
    // It was stopped to hand over, and nobody has everything yet.
    if (withoutAWord && phase == Phase.STOPPED && volume.data().map(d -> !d.standby).orElse(false))
      site.forgive(this);
    if (phase == Phase.PRIMARY || (phase == Phase.STARTING || phase == Phase.STOPPING) && asPrimary)
      site.primaryDied(this);
    if (withoutAWord) {
      List.copyOf(standbys).forEach(WalLink::upstreamVanished);
      if (upstream != null) upstream.standbyVanished();
      upstream = null;
      standbys.clear();
    }
    end();
  }

  // Streaming.

  @Override
  public void follow(String upstreamName) {
    follows = Optional.of(upstreamName);
    closeUpstream();
    logMissing = false;
  }

  @Override
  public void cutOff() {
    follows = Optional.empty();
    closeUpstream();
  }

  private void connect(int began) {
    if (began != turn || phase != Phase.STANDBY) return;
    if (upstream == null && !promoting && !frozen)
      follows
          .flatMap(f -> site.network().reach(name, f))
          .map(InstanceProgram::server)
          .ifPresent(this::tryLink);
    site.agenda().in(RETRY_MILLIS, () -> connect(began));
  }

  /** As a walreceiver sees it: it compares numbers of timelines and positions, and nothing else. */
  private void tryLink(PostgresServer source) {
    if (!source.running() || source == this) return;
    var mine = data();
    var theirs = source.data();
    if (mine.flushed < theirs.keptFrom) {
      logMissing = true;
      return;
    }
    var accepted =
        mine.branch.timeline() == theirs.branch.timeline()
            ? mine.flushed <= theirs.flushed
            : theirs.branch.switches().stream()
                .anyMatch(
                    s -> s.timeline() == mine.branch.timeline() && mine.flushed <= s.lsn().bytes());
    if (!accepted) return;
    if (!theirs.branch.holds(theirs.flushed, mine.branch, mine.flushed))
      throw new InvariantViolated(
          "%s streams from %s, which has another history: %s and %s"
              .formatted(name, source.name, mine.branch, theirs.branch));
    upstream = new WalLink(site.agenda(), site.network(), source, this, site.lag(name));
    source.standbys.add(upstream);
    upstream.send(theirs.branch, theirs.flushed);
    changed.run();
  }

  void receive(WalLink from, WalBranch branch, long lsn) {
    if (from != upstream || phase != Phase.STANDBY && phase != Phase.STOPPING) return;
    var data = data();
    data.branch = branch;
    data.flushed = Math.max(data.flushed, lsn);
    data.required =
        new TreeMap<>(
            site.network()
                .at(from.upstreamName())
                .map(p -> p.server().data().required)
                .orElse(data.required));
    // It needs more than it has: PostgreSQL receives on, but replays no further.
    if (data.required.entrySet().stream().allMatch(e -> has(e.getKey()) >= e.getValue()))
      replayed = data.flushed;
    standbys.forEach(l -> l.send(branch, data.flushed));
  }

  void unlinked(WalLink link) {
    standbys.remove(link);
    if (upstream != link) return;
    upstream = null;
    changed.run();
  }

  // Clients.

  /**
   * @return whether the write was let in; it is acknowledged when it is as safe as the settings ask
   */
  boolean write(int bytes) {
    if (!writable()) return false;
    var data = data();
    data.flushed += bytes;
    standbys.forEach(l -> l.send(data.branch, data.flushed));
    if (synchronousStandbys() == 0) site.commits().acknowledge(data.branch, data.flushed);
    else waiting.add(data.flushed);
    return true;
  }

  void confirmed() {
    if (!writable()) return;
    var quorum = quorum().orElseThrow();
    while (!waiting.isEmpty()) {
      var lsn = waiting.getFirst();
      var have =
          standbys.stream()
              .filter(l -> l.confirmed() >= lsn && quorum.members().contains(l.standby().name()))
              .count();
      if (have < quorum.standbys()) return;
      waiting.removeFirst();
      site.commits().acknowledge(data().branch, lsn);
    }
  }

  private void after(long millis, Runnable what) {
    var now = ++turn;
    site.agenda()
        .in(
            millis,
            () -> {
              if (frozen) whileFrozen.add(() -> ended(now, what));
              else ended(now, what);
            });
  }

  private void ended(int began, Runnable what) {
    if (began != turn) return;
    what.run();
    changed.run();
  }
}
