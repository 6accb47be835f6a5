package dev.pgbaton.postgres;

import dev.pgbaton.cluster.LoginsTaken;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ServiceRole;
import dev.pgbaton.cluster.WalPosition;
import dev.pgbaton.instance.Condition;
import dev.pgbaton.instance.Divergence;
import dev.pgbaton.instance.Postgres;
import dev.pgbaton.instance.Quorum;
import dev.pgbaton.instance.ReloadState;
import dev.pgbaton.instance.ServerState;
import dev.pgbaton.instance.ServerState.Busy;
import dev.pgbaton.instance.ServerState.Failure;
import dev.pgbaton.instance.ServerState.Primary;
import dev.pgbaton.instance.ServerState.Standby;
import dev.pgbaton.instance.ServerState.Starting;
import dev.pgbaton.instance.ServerState.Stopped;
import dev.pgbaton.instance.ServerState.Stopping;
import dev.pgbaton.instance.StopMode;
import dev.pgbaton.instance.TimelineHistory;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** The PostgreSQL server of this pod, a child of this process, and its volume. */
public final class LocalPostgres implements Postgres {
  /** A server that ran that long before it ended on its own is started again at once. */
  private static final Duration WELL = Duration.ofSeconds(60);

  /** But for what it says to clients that come too early or must go. */
  private static final Pattern FATAL =
      Pattern.compile("(?:FATAL|PANIC): (?! *the database system is | *terminating connection).*");

  /** The first on a line; the lines that follow of a longer message begin with a tab. */
  private static final Pattern SEVERITY = Pattern.compile("^(?!\t).*?\\b([A-Z]+):  ");

  private static final Set<String> OWN_WORDS = Set.of("PANIC", "FATAL", "ERROR", "LOG");

  private static final String END_READERS =
      """
      SELECT count(pg_terminate_backend(a.pid)) FROM pg_stat_activity a
      WHERE a.backend_type = 'client backend' AND a.application_name <> 'pgbaton'
        AND EXISTS (SELECT FROM pg_stat_activity s WHERE s.backend_type = 'startup'
                    AND (s.wait_event LIKE 'RecoveryConflict%' OR s.wait_event = 'BufferPin'))
      """;

  /** Whose position is in an older segment than the one that is written now. */
  private static final String BEHIND_A_SEGMENT =
      """
      SELECT count(*) FROM pg_stat_replication
      WHERE state = 'streaming' AND flush_lsn IS NOT NULL
        AND pg_walfile_name(flush_lsn) < pg_walfile_name(pg_current_wal_lsn())""";

  private static final int PADDING_LOOKS = 40;
  private static final long PADDING_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** What PostgreSQL says every ten seconds of a long crash recovery. */
  private static final Pattern REDO =
      Pattern.compile("redo in progress, .*|syncing data directory .*, elapsed time: .*");

  private static final Duration UNTIL_KILLED = Duration.ofSeconds(2);

  private static final int STATEMENT_ROUNDS = 5;
  private static final long STATEMENT_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(3);

  private static final String END_IDLE =
      """
      SELECT count(*) FILTER (
          WHERE state = 'active' AND clock_timestamp() - query_start < interval '50 ms'),
        count(*) FILTER (WHERE state = 'idle' AND pg_terminate_backend(pid))
      FROM pg_stat_activity
      WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()""";

  /** At its start this is fatal. */
  private static final Pattern NOT_LOADED =
      Pattern.compile(
          "FATAL:  (?:could not (?:load|access) (?:server certificate|private key|root certificate) file|private key file .* has )");

  /** And this is all that it says of a reload. */
  private static final String NOT_RELOADED = "SSL configuration was not reloaded";

  /** What is said of a certificate later than that is somebody else's word. */
  private static final Duration CERTIFICATE_HEARD = Duration.ofSeconds(10);

  private static final String NOT_OURS =
      Names.ACCESS_FILE + " has lines that pgbaton does not write: none of it is taken";

  private final InstancePaths paths;
  private final String name;
  private final CurrentCredentials credentials;
  private final ServerConfiguration configuration;
  private final DataVolume volume;
  private final DataFiles files;
  private final LocalConnection local;
  private final OutputStream serverLog;
  private final Runnable changed;
  private final Consumer<String> log;

  private final LocalFence.Target target = new LocalFence.Target();
  private Optional<StopMode> stopping = Optional.empty();
  private Optional<String> follows = Optional.empty();
  private boolean cuttingOff;
  private boolean logRead;
  private Optional<Quorum> quorum = Optional.empty();
  private volatile Optional<Quorum> inForce = Optional.empty();
  private boolean promoting;
  private boolean wasPrimary;
  private int promotionEpoch;
  private int timelineSeen;
  private int newestAtStart;
  private Duration startedAt = Duration.ZERO;
  private volatile boolean logMissing;
  private volatile boolean certificateNotLoaded;
  private volatile Duration certificateGivenAt = Duration.ofDays(-1);
  private volatile String trouble = "";
  private volatile String progress = "";
  private volatile boolean answered;
  private volatile boolean checkpointing;
  private volatile boolean registered;
  private MountedSettings taken = MountedSettings.NONE;
  private String refused = "";
  private List<String> errors = List.of();

  /**
   * @param serverLog gets what PostgreSQL itself prints
   * @param changed called from any thread when something has happened that {@link #state()} shows
   */
  public LocalPostgres(
      InstancePaths paths,
      String name,
      Neighbours neighbours,
      CurrentCredentials credentials,
      NewData newData,
      OutputStream serverLog,
      Runnable changed,
      Consumer<String> log) {
    this.paths = paths;
    this.name = name;
    this.credentials = credentials;
    this.configuration = new ServerConfiguration(paths, name, neighbours, credentials);
    this.files = new DataFiles(paths);
    this.volume =
        new DataVolume(
            paths,
            files,
            configuration,
            new NewCluster(paths, credentials, newData),
            changed,
            log,
            System::nanoTime);
    this.local =
        new LocalConnection(() -> credentials.get().superuser(), paths.run(), neighbours.own(name));
    this.serverLog = serverLog;
    this.changed = changed;
    this.log = log;
    files.forgetFormerPostmaster();
    configuration.writePasswords();
  }

  /** Whether repmgr's metadata tells of this instance as the primary. */
  public boolean registered() {
    return registered;
  }

  /**
   * @param password of the daemon's first login, as it is now; empty while it has none
   */
  public MonitorRole monitorRole(Supplier<Optional<Password>> password) {
    return new MonitorRole(local, password, log);
  }

  /**
   * @param mounted the credentials as they are now, once they have changed
   */
  public ServiceRoles serviceRoles(LoginsTaken atFirst, Supplier<Optional<Credentials>> mounted) {
    return new ServiceRoles(local, atFirst, mounted, this::comeWith, log);
  }

  /** From now on this instance comes to the others with these. */
  private synchronized void comeWith(Credentials next) {
    var before = credentials.get();
    if (next.equals(before)) return;
    // What is written goes by what is present.
    credentials.take(next);
    try {
      configuration.writePasswords();
      if (before.inUse(ServiceRole.REPMGR).equals(next.inUse(ServiceRole.REPMGR))) return;
      if (target.server() != null && !cuttingOff && follows.isPresent()) {
        configuration.writeUpstream(follows);
        if (!reloadServer()) throw new IllegalStateException("PostgreSQL does not answer");
      }
      log.accept("instances are connected to as " + configuration.login());
    } catch (RuntimeException e) {
      // It is tried again.
      credentials.take(before);
      throw e;
    }
  }

  public DeclaredCatalog declaredCatalog(DeclaredCatalog.Source source) {
    return new DeclaredCatalog(local, source, log);
  }

  /** Of the logins that this instance goes by; it is in repmgr's metadata, too. */
  String turn() {
    return configuration.turn();
  }

  RepmgrNodes repmgr() {
    return new RepmgrNodes(local, configuration, name);
  }

  /** Data and logs that are kept on the volume. */
  public List<Condition.SetAside> setAside() {
    return volume.kept();
  }

  /** What is read while a primary stops: for the first time now, and not then. */
  public void rehearse() {
    ControlFile.read(paths.data()).flatMap(ControlFile::shutDown);
    Signals.rehearse();
  }

  /** What the fence cuts off. */
  public LocalFence.Target fenced() {
    return target;
  }

  @Override
  public synchronized ServerState state() {
    if (volume.busy().isPresent()) return new Busy(volume.busy().get());
    var server = target.server();
    if (server == null) return volume.stopped();
    if (!server.isAlive()) return ended(server);
    if (stopping.isPresent())
      return new Stopping(wasPrimary || target.writable(), stopping.get(), shutDown());
    return running();
  }

  /**
   * A primary that was told to stop waits for its walsenders and its clients' last words after it
   * has written everything. Nobody else needs to.
   */
  private Optional<WalPosition> shutDown() {
    if (!wasPrimary) return Optional.empty();
    var written = ControlFile.read(paths.data()).flatMap(ControlFile::shutDown);
    if (written.isPresent()) target.isShutDown();
    return written;
  }

  private Stopped ended(Process server) {
    var asked = stopping.isPresent();
    var ran = now().minus(startedAt);
    local.close();
    // Backends outlive a postmaster that was killed, and would keep the next one from starting.
    if (server.exitValue() != 0) Signals.kill(paths.data());
    target.stopped();
    wasPrimary = false;
    stopping = Optional.empty();
    promoting = false;
    checkpointing = false;
    if (!asked && !answered && NOT_LOADED.matcher(trouble).lookingAt())
      configuration.certificate().doesNotLoad("PostgreSQL does not start with it: " + trouble);
    if (asked || answered && ran.compareTo(WELL) >= 0) volume.rested();
    else
      volume.failed(
          Failure.What.START,
          trouble.isEmpty() ? "PostgreSQL ended with " + server.exitValue() : trouble);
    return volume.stopped();
  }

  private ServerState running() {
    // Asked earlier, it would say that it starts, and log that somebody asked.
    if (!answered && !files.accepting()) return new Starting(target.writable(), progress);
    var seen = local.ask(ServerQuery.SQL, ServerQuery::read);
    if (seen.isEmpty()) return new Starting(target.writable(), local.recovers(), progress);
    answered = true;
    var s = seen.get();
    inForce = Optional.of(s.quorum());
    if (cuttingOff && !s.receiving()) {
      cuttingOff = false;
      follows = Optional.empty();
    }
    if (!s.inRecovery()) {
      if (promoting) {
        if (files.history(s.timeline()).epoch() != promotionEpoch)
          keep(() -> files.noteEpoch(s.timeline(), promotionEpoch));
        keep(() -> files.forgetEpochsBeyond(s.timeline()));
        promoting = false;
        follows = Optional.empty();
      }
      target.isWritable();
      wasPrimary = true;
      return new Primary(
          s.position(0), files.history(s.timeline()), s.systemIdentifier(), checkpointing);
    }
    // How far its log reaches is not known before.
    if (!logRead && !s.logRead() && !promoting) return new Starting(false);
    // Its control file says what it began with, which may be some timelines ago.
    if (!logRead) timelineSeen = files.timelineOf(s.log(), newestAtStart);
    logRead = true;
    timelineSeen = Math.max(timelineSeen, s.timeline());
    var position = s.position(timelineSeen);
    return new Standby(
        position,
        s.replayed(),
        files.history(position.timeline()),
        s.systemIdentifier(),
        follows,
        s.streamingFrom(),
        promoting,
        logMissing);
  }

  @Override
  public synchronized ReloadState reloadState() {
    var mounted = MountedSettings.read(paths.reloadSettings());
    var running = target.server() != null && answered && stopping.isEmpty();
    // A server that starts takes what is mounted anyway.
    var is = running ? mounted.hash() : taken.hash();
    if (certificateNotLoaded) {
      certificateNotLoaded = false;
      configuration
          .certificate()
          .doesNotLoad("PostgreSQL goes on with the one before; its log says why");
      configuration.certificate().trouble().ifPresent(log);
      // Rules that ask for TLS must not outlive the certificate.
      configuration.writeReloadable(taken);
      if (running) reloadServer();
    }
    // One that does not answer may be waiting for it: libpq reads it at each connection.
    if (target.server() != null && !answered && configuration.takeClientCertificate())
      configuration.client().again();
    var certificates = running ? configuration.pendingCertificates() : "";
    // What was wrong with others that are gone is over.
    var wrong = new ArrayList<>(is.equals(taken.hash()) ? List.of() : errors);
    configuration.certificate().trouble().ifPresent(wrong::add);
    configuration.client().trouble().ifPresent(wrong::add);
    return new ReloadState(is + certificates, taken.hash(), refused, List.copyOf(wrong));
  }

  @Override
  public void initialise() {
    volume.initialise();
  }

  @Override
  public synchronized void cloneFrom(String upstream) {
    configuration.takeClientCertificate();
    volume.cloneFrom(upstream);
  }

  @Override
  public void inspect(WalPosition fork) {
    volume.inspect(fork);
  }

  @Override
  public synchronized void rewindFrom(String upstream, Optional<Divergence> keep) {
    configuration.takeClientCertificate();
    volume.rewindFrom(upstream, keep, taken);
  }

  @Override
  public void setAside(String why) {
    volume.setAside(why);
  }

  @Override
  public synchronized void startPrimary() {
    if (files.standby())
      throw new IllegalStateException("a standby's data can't be started as a primary");
    start(true, Optional.empty());
  }

  @Override
  public synchronized void startStandby(Optional<String> following) {
    start(false, following);
  }

  private void start(boolean asPrimary, Optional<String> upstream) {
    if (target.server() != null) throw new IllegalStateException("PostgreSQL runs already");
    if (files.rewindUnfinished())
      throw new IllegalStateException("half rewound data can't be started");
    startedAt = now();
    try {
      if (!asPrimary) files.makeStandby();
      // Of a promotion that came to nothing.
      files.forgetEpochsBeyond(files.newestTimeline());
      newestAtStart = files.newestReceived();
      files.silenceAlteredSettings(log);
      configuration.certificate().take();
      configuration.certificate().trouble().ifPresent(log);
      configuration.takeClientCertificate();
      configuration.client().trouble().ifPresent(log);
      takeMounted(upstream, asPrimary ? "" : files.standbyMinimums());
    } catch (UncheckedIOException e) {
      // A full volume, or one that can't be written to.
      volume.failed(Failure.What.START, String.valueOf(e.getMessage()));
      return;
    }
    follows = upstream;
    cuttingOff = false;
    logRead = false;
    inForce = Optional.empty();
    promoting = false;
    logMissing = false;
    answered = false;
    registered = false;
    stopping = Optional.empty();
    timelineSeen = 0;
    promotionEpoch = 0;
    volume.changes();
    trouble = "";
    progress = "";
    try {
      var server =
          target.start(
              asPrimary,
              new ProcessBuilder(
                      paths.program("postgres").toString(),
                      "-D",
                      paths.data().toString(),
                      "-c",
                      "config_file=" + paths.configuration())
                  .redirectErrorStream(true));
      Thread.ofPlatform().name("postgres-log").daemon().start(() -> readLog(server));
      Thread.ofPlatform().name("postgres-start").daemon().start(() -> watchStart(server));
      server.onExit().thenRun(changed);
    } catch (IOException e) {
      volume.failed(Failure.What.START, String.valueOf(e.getMessage()));
    }
  }

  /**
   * Settings that would keep the server from starting are not taken: it starts with the last good
   * ones.
   */
  private void takeMounted(Optional<String> upstream, String last) {
    var mounted = MountedSettings.read(paths.reloadSettings());
    if (mounted.hash().equals(taken.hash()) || mounted.hash().equals(refused)) {
      configuration.write(upstream, taken, last);
      return;
    }
    if (!mounted.wellFormed()) {
      notTaken(mounted, List.of(NOT_OURS));
      configuration.write(upstream, taken, last);
      return;
    }
    configuration.write(upstream, mounted, last);
    var check =
        Programs.run(
            List.of(
                paths.program("postgres").toString(),
                "-D",
                paths.data().toString(),
                "-C",
                "port",
                "-c",
                "config_file=" + paths.configuration()),
            Map.of(),
            "");
    if (check.well()) {
      taken = mounted;
      keepTaken();
      refused = "";
      errors = List.of();
    } else {
      notTaken(mounted, check.output().lines().toList());
      configuration.write(upstream, taken, last);
    }
  }

  private void notTaken(MountedSettings mounted, List<String> why) {
    refused = mounted.hash();
    errors = why;
    readKept();
  }

  private void keepTaken() {
    try {
      var rules = paths.beside(".access");
      if (taken.rules().isPresent()) DataFiles.replace(rules, taken.rules().get());
      else Files.deleteIfExists(rules);
      DataFiles.replace(paths.beside(".reload"), taken.hash() + "\n" + taken.text());
    } catch (IOException | UncheckedIOException e) {
      log.accept("the settings in force can't be kept: " + e.getMessage());
    }
  }

  private void readKept() {
    var kept = paths.beside(".reload");
    try {
      if (!taken.hash().isEmpty() || !Files.exists(kept)) return;
      var text = Files.readString(kept);
      var end = text.indexOf('\n');
      var rules = paths.beside(".access");
      taken =
          new MountedSettings(
              text.substring(0, end),
              text.substring(end + 1),
              Files.exists(rules) ? Optional.of(Files.readString(rules)) : Optional.empty());
    } catch (IOException e) {
      log.accept("the last good settings can't be read: " + e.getMessage());
    }
  }

  private void readLog(Process server) {
    try (var output = server.getInputStream()) {
      LogLines.read(output, serverLog, this::told);
    } catch (IOException e) {
      // it ended
    }
  }

  private void told(String line) {
    // What a client has sent is no word of the server's.
    var severity = SEVERITY.matcher(line);
    if (!severity.find() || !OWN_WORDS.contains(severity.group(1))) return;
    // From its beginning: what follows may be a client's own words, such as the name it comes with.
    var message = line.substring(severity.end());
    if (message.startsWith("could not receive data from WAL stream:")
        && message.contains("requested WAL segment")
        && message.contains("has already been removed")) logMissing = true;
    var fatal = FATAL.matcher(line);
    if (fatal.find()) trouble = fatal.group();
    if (severity.group(1).equals("LOG")
        && message.strip().equals(NOT_RELOADED)
        && now().minus(certificateGivenAt).compareTo(CERTIFICATE_HEARD) < 0)
      certificateNotLoaded = true;
    var redo = REDO.matcher(line);
    if (redo.find()) progress = redo.group();
  }

  /** Until the server answers nobody else would wake the loop. */
  private void watchStart(Process server) {
    try {
      for (int i = 0; i < 400 && server.isAlive() && !answered; i++) {
        Thread.sleep(25);
        changed.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public synchronized void promote(int epoch) {
    var next = files.newestTimeline() + 1;
    promotionEpoch = epoch;
    promoting = true;
    target.isWritable();
    if (local
        .ask("SELECT pg_promote(wait => false)", row -> row.next() && row.getBoolean(1))
        .isEmpty()) promoting = false;
    else Thread.ofPlatform().name("promotion").daemon().start(this::endWhatHoldsThePromotionUp);
    // Meanwhile: a timeline of unknown origin, after a crash right now, would cost a new copy.
    keep(() -> files.noteEpoch(next, epoch));
  }

  /** A query that keeps replay from going on would keep every client from writing. */
  private void endWhatHoldsThePromotionUp() {
    try {
      for (int i = 0; i < 300 && promoting; i++) {
        Thread.sleep(100);
        if (promoting) endReaders();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void endReaders() {
    try (var connection = local.connect("postgres", 2);
        var statement = connection.createStatement();
        var row = statement.executeQuery(END_READERS)) {
      if (row.next() && row.getInt(1) > 0)
        log.accept("%d sessions held the promotion up: ended".formatted(row.getInt(1)));
    } catch (SQLException e) {
      // Asked again, or it is promoted.
    }
  }

  /**
   * If it can't be kept, a return costs a new copy; that is no reason to stay without a primary.
   */
  private void keep(Runnable epochs) {
    try {
      epochs.run();
    } catch (UncheckedIOException e) {
      log.accept("the epochs of the timelines can't be kept: " + e.getMessage());
    }
  }

  @Override
  public synchronized void follow(String upstream) {
    // Somebody else was promoted in its place.
    keep(() -> files.forgetEpochsBeyond(timelineSeen));
    files.silenceAlteredSettings(log);
    configuration.writeUpstream(Optional.of(upstream));
    if (reloadServer()) {
      follows = Optional.of(upstream);
      cuttingOff = false;
      logMissing = false;
    }
  }

  @Override
  public synchronized void cutOff() {
    if (cuttingOff) return;
    configuration.writeUpstream(Optional.empty());
    cuttingOff = reloadServer();
  }

  @Override
  public synchronized void synchronise(Quorum confirming) {
    if (!quorum.equals(Optional.of(confirming))) configuration.writeQuorum(confirming);
    quorum = Optional.of(confirming);
    if (target.server() == null || !answered || stopping.isPresent()) return;
    if (!inForce.equals(Optional.of(Quorum.parse(confirming.setting())))) reloadServer();
  }

  @Override
  public Optional<Quorum> quorum() {
    return target.server() != null && answered ? inForce : Optional.empty();
  }

  private boolean reloadServer() {
    return local
        .ask("SELECT pg_reload_conf()", row -> row.next() && row.getBoolean(1))
        .orElse(false);
  }

  @Override
  public synchronized void noteTimeline(int timeline, TimelineHistory history) {
    files.noteEpochs(timeline, history);
  }

  @Override
  public synchronized void checkpoint() {
    // One that was given up is still under way.
    if (checkpointing) return;
    checkpointing = true;
    Thread.ofPlatform()
        .name("checkpoint")
        .daemon()
        .start(
            () -> {
              try (var connection = local.connect("postgres", 60);
                  var statement = connection.createStatement()) {
                statement.execute("CHECKPOINT");
                beginASegment(statement);
              } catch (SQLException e) {
                log.accept("the checkpoint before the handoff went wrong: " + e.getMessage());
              } finally {
                checkpointing = false;
                changed.run();
              }
            });
  }

  /**
   * A standby that follows another primary asks from its segment's start on, and confirms nothing
   * before it has that: it should be short. The rest of the old segment, zeros, is sent while
   * clients write.
   */
  private static void beginASegment(Statement statement) throws SQLException {
    statement.execute("SELECT pg_switch_wal()");
    for (var i = 0; i < PADDING_LOOKS && padded(statement); i++)
      LockSupport.parkNanos(PADDING_PAUSE_NANOS);
  }

  /** Whether a standby lacks part of what was there a moment ago. */
  private static boolean padded(Statement statement) throws SQLException {
    try (var row = statement.executeQuery(BEHIND_A_SEGMENT)) {
      return row.next() && row.getInt(1) > 0;
    }
  }

  @Override
  public synchronized void stop(StopMode mode) {
    volume.interrupt();
    var server = target.server();
    if (server == null || !server.isAlive()) return;
    if (mode == StopMode.FAST && target.writable()) endBetweenStatements();
    stopping = Optional.of(mode);
    local.close();
    switch (mode) {
      case FAST -> Signals.interrupt(server.pid());
      case IMMEDIATE -> {
        Signals.quit(server.pid());
        killWhatStays(server);
      }
    }
  }

  /**
   * A client that is cut off in the middle of a statement doesn't know whether it was carried out,
   * and a pgpool was seen to wait for the other backend for ever then. Statements that have just
   * begun are given a few milliseconds, and most take less.
   */
  private void endBetweenStatements() {
    for (var round = 0; round < STATEMENT_ROUNDS; round++) {
      var busy = local.ask(END_IDLE, row -> row.next() ? row.getInt(1) : 0);
      if (busy.orElse(0) == 0) return;
      LockSupport.parkNanos(STATEMENT_PAUSE_NANOS);
    }
  }

  /** A process that is stopped, or waits for a disk, does not hear the signal. */
  private void killWhatStays(Process server) {
    Thread.ofPlatform()
        .name("postgres-kill")
        .daemon()
        .start(
            () -> {
              try {
                if (server.waitFor(UNTIL_KILLED.toMillis(), TimeUnit.MILLISECONDS)) return;
                log.accept("PostgreSQL has not stopped at once, and is killed");
                Signals.kill(paths.data());
                server.destroyForcibly();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  @Override
  public synchronized void reload() {
    takeCertificate();
    takeClientCertificate();
    var mounted = MountedSettings.read(paths.reloadSettings());
    if (mounted.hash().equals(taken.hash()) || mounted.hash().equals(refused)) return;
    if (mounted.wellFormed()) configuration.writeReloadable(mounted);
    var wrong =
        mounted.wellFormed()
            ? local.ask(ServerQuery.FILE_ERRORS, ServerQuery::errors)
            : Optional.of(List.of(NOT_OURS));
    if (wrong.isPresent() && wrong.get().isEmpty() && reloadServer()) {
      taken = mounted;
      keepTaken();
      refused = "";
      errors = List.of();
      return;
    }
    configuration.writeReloadable(taken);
    if (wrong.isEmpty()) return;
    refused = mounted.hash();
    errors = wrong.get();
    log.accept("the mounted settings are not taken: " + errors);
  }

  private void takeCertificate() {
    var certificate = configuration.certificate();
    if (certificate.take()) {
      // Without one, rules about it were not as they are meant.
      configuration.writeReloadable(taken);
      certificateGivenAt = now();
      if (reloadServer()) log.accept("another certificate is given to PostgreSQL");
      else certificate.again();
    } else certificate.trouble().ifPresent(log);
  }

  /** A standby that streams already goes on if only the file is another one. */
  private void takeClientCertificate() {
    var client = configuration.client();
    if (configuration.takeClientCertificate()) {
      configuration.writeUpstream(cuttingOff ? Optional.empty() : follows);
      if (!reloadServer()) client.again();
      else if (client.isThere()) log.accept("the others are come to with another certificate");
      else
        log.accept("the others are come to without a certificate: " + client.trouble().orElse(""));
    } else client.trouble().ifPresent(log);
  }

  @Override
  public void register(List<String> members) {
    Thread.ofPlatform()
        .name("repmgr-metadata")
        .daemon()
        .start(
            () -> {
              try {
                RepmgrNodes.write(local, configuration, members, name);
                registered = true;
              } catch (SQLException e) {
                log.accept("repmgr's metadata could not be written: " + e.getMessage());
              }
            });
  }

  private static Duration now() {
    return Duration.ofNanos(System.nanoTime());
  }
}
