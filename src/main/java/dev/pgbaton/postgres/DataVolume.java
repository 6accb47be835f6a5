package dev.pgbaton.postgres;

import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.WalPosition;
import dev.pgbaton.instance.Condition;
import dev.pgbaton.instance.DataDirectory;
import dev.pgbaton.instance.Divergence;
import dev.pgbaton.instance.ServerState.Failure;
import dev.pgbaton.instance.ServerState.Stopped;
import dev.pgbaton.instance.ServerState.Work;
import dev.pgbaton.instance.TimelineHistory;
import dev.pgbaton.postgres.Programs.Ended;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** What lies on the volume while PostgreSQL doesn't run, and the work that fills and mends it. */
final class DataVolume {
  /** So often in a row, a second apart at least, it is not the moment's trouble. */
  private static final int UNREADABLE = 10;

  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private static final long KEPT_LOOKED_AT_EVERY = Duration.ofSeconds(5).toNanos();

  private final InstancePaths paths;
  private final DataFiles files;
  private final ServerConfiguration configuration;
  private final NewCluster newCluster;
  private final Runnable changed;
  private final Consumer<String> log;
  private final LongSupplier nanoTime;
  private final SetAside aside;
  private final DivergedLog divergedLog;

  private Optional<DataDirectory> data = Optional.empty();
  private boolean dataRead;
  private int unreadable;
  private long unreadableAt;
  private Optional<Divergence> divergence = Optional.empty();
  private Optional<Failure> failure = Optional.empty();
  private Optional<Work> busy = Optional.empty();
  private volatile Process working;
  private volatile List<Condition.SetAside> kept = List.of();
  private volatile long keptLookedAt = System.nanoTime() - KEPT_LOOKED_AT_EVERY;

  DataVolume(
      InstancePaths paths,
      DataFiles files,
      ServerConfiguration configuration,
      NewCluster newCluster,
      Runnable changed,
      Consumer<String> log,
      LongSupplier nanoTime) {
    this.paths = paths;
    this.files = files;
    this.configuration = configuration;
    this.newCluster = newCluster;
    this.changed = changed;
    this.log = log;
    this.nanoTime = nanoTime;
    this.unreadableAt = nanoTime.getAsLong() - SECOND;
    this.aside = new SetAside(paths, log);
    this.divergedLog = new DivergedLog(paths);
    files.clear();
    if (files.rewindUnfinished())
      failure = Optional.of(new Failure(Failure.What.REWIND, 1, "it was interrupted"));
  }

  synchronized Optional<Work> busy() {
    return busy;
  }

  synchronized Stopped stopped() {
    if (!dataRead) {
      data = read();
      dataRead = true;
    }
    return new Stopped(data.map(d -> d.with(divergence)), failure);
  }

  /** What stays unreadable is nobody's data: it is set aside as another cluster's is. */
  private Optional<DataDirectory> read() {
    try {
      var read = files.read();
      unreadable = 0;
      return read;
    } catch (IllegalStateException e) {
      // Whoever asks how this instance is has it read.
      var now = nanoTime.getAsLong();
      if (now - unreadableAt >= SECOND) {
        unreadable++;
        unreadableAt = now;
      }
      if (unreadable < UNREADABLE) throw e;
      return Optional.of(
          new DataDirectory(
              "unreadable: " + e.getMessage(),
              new WalPosition(1, Lsn.ZERO),
              true,
              false,
              TimelineHistory.NONE));
    }
  }

  /** PostgreSQL is about to write here. */
  synchronized void changes() {
    dataRead = false;
    divergence = Optional.empty();
  }

  /** PostgreSQL has ended as it should, or after it had run well. */
  synchronized void rested() {
    dataRead = false;
    failure = Optional.empty();
  }

  synchronized void failed(Failure.What what, String reason) {
    dataRead = false;
    var before = failure.filter(f -> f.what() == what).map(Failure::attempts).orElse(0);
    failure = Optional.of(new Failure(what, before + 1, reason));
  }

  /** Whatever is under way is broken off. */
  void interrupt() {
    var worker = working;
    if (busy().isPresent() && worker != null) worker.destroy();
  }

  void initialise() {
    fill(
        Work.INITIALISE,
        Failure.What.INITIALISE,
        fresh -> newCluster.make(fresh, p -> working = p));
  }

  void cloneFrom(String upstream) {
    fill(
        Work.CLONE,
        Failure.What.CLONE,
        fresh -> {
          makeRoom();
          configuration.writePasswords();
          var copied =
              configuration
                  .neighbours()
                  .copying()
                  .map(by -> copied(by, upstream, fresh))
                  .orElseGet(() -> copied(upstream, fresh));
          if (copied.well()) makeStandby(fresh);
          return copied;
        });
  }

  private Ended copied(String upstream, Path fresh) {
    return run(
        "pg_basebackup",
        "--pgdata=" + fresh,
        "--dbname=" + configuration.copying(upstream),
        "--wal-method=stream",
        // With one it would confirm commits.
        "--no-slot",
        "--checkpoint=fast",
        "--no-password");
  }

  private static Ended copied(Neighbours.Copying by, String upstream, Path fresh) {
    by.copy(upstream, fresh);
    return new Ended(0, "");
  }

  /** Data that is there holds nothing of its own, or it would have been set aside. */
  private void makeRoom() {
    if (!files.present()) {
      aside.latestSize().ifPresent(aside::makeRoomFor);
      return;
    }
    var bytes = SetAside.size(paths.data());
    aside.makeRoomFor(bytes);
    if (aside.fits(bytes)) return;
    log.accept(
        "no room for a second copy: the data here, %s, is removed first"
            .formatted(Divergence.size(bytes)));
    files.give();
  }

  private static void makeStandby(Path fresh) {
    try {
      Files.writeString(fresh.resolve("standby.signal"), "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void fill(Work work, Failure.What what, Function<Path, Ended> job) {
    inBackground(
        work,
        what,
        () -> {
          var fresh = files.fresh();
          var ended = job.apply(fresh);
          if (ended.well()) files.complete(fresh);
          else DataFiles.delete(fresh);
          if (ended.well()) files.rewinding(false);
          return ended;
        });
  }

  void inspect(WalPosition fork) {
    inBackground(
        Work.INSPECT,
        Failure.What.INSPECT,
        () -> {
          var found = divergedLog.beyond(fork, files.read().orElseThrow(), aside.roomForACopy());
          log.accept("the data here " + found.text());
          synchronized (this) {
            divergence = Optional.of(found);
          }
          return new Ended(0, "");
        });
  }

  void rewindFrom(String upstream, Optional<Divergence> keep, MountedSettings settings) {
    var kept = keep.isEmpty();
    inBackground(
        Work.REWIND,
        kept ? Failure.What.REWIND : Failure.What.INSPECT,
        () -> {
          if (!kept) aside.log(keep.get());
          return rewind(upstream, settings);
        });
  }

  private Ended rewind(String upstream, MountedSettings settings) {
    files.rewinding(true);
    configuration.write(Optional.empty(), settings, "");
    var rewound =
        run(
            "pg_rewind",
            "--target-pgdata=" + paths.data(),
            "--source-server=" + configuration.copying(upstream),
            "--config-file=" + paths.configuration());
    if (rewound.well()) {
      files.makeStandby();
      files.rewinding(false);
    }
    return rewound;
  }

  /** Measuring it, and removing what is older, takes its time. */
  void setAside(String why) {
    inBackground(
        Work.SET_ASIDE,
        Failure.What.SET_ASIDE,
        () -> {
          aside.data(why);
          files.rewinding(false);
          return new Ended(0, "");
        });
  }

  /** Asked for often, and changed seldom. */
  List<Condition.SetAside> kept() {
    if (System.nanoTime() - keptLookedAt >= KEPT_LOOKED_AT_EVERY) {
      keptLookedAt = System.nanoTime();
      kept = aside.kept();
    }
    return kept;
  }

  private interface Job {
    Ended run();
  }

  private Ended run(String program, String... arguments) {
    var command = new ArrayList<>(List.of(paths.program(program).toString()));
    command.addAll(List.of(arguments));
    return Programs.run(command, Map.of(), "", p -> working = p);
  }

  private synchronized void inBackground(Work work, Failure.What what, Job job) {
    busy = Optional.of(work);
    Thread.ofPlatform()
        .name(work.name().toLowerCase(Locale.ROOT))
        .daemon()
        .start(() -> finished(what, wrong(job)));
  }

  private Optional<String> wrong(Job job) {
    try {
      var ended = job.run();
      if (ended.well()) return Optional.empty();
      log.accept(ended.output());
      return Optional.of(ended.lastLine());
    } catch (RuntimeException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private void finished(Failure.What what, Optional<String> wrong) {
    synchronized (this) {
      dataRead = false;
      if (what != Failure.What.INSPECT) divergence = Optional.empty();
      // Once it was let loose on the data, it is a rewind that failed.
      var rewinding = busy.filter(Work.REWIND::equals).isPresent() && files.rewindUnfinished();
      wrong.ifPresentOrElse(
          reason -> failed(rewinding ? Failure.What.REWIND : what, reason),
          () -> failure = Optional.empty());
      busy = Optional.empty();
      keptLookedAt = System.nanoTime() - KEPT_LOOKED_AT_EVERY;
    }
    changed.run();
  }
}
