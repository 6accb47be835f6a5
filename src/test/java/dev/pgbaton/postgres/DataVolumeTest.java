package dev.pgbaton.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.pgbaton.cluster.WalPosition;
import dev.pgbaton.instance.Divergence;
import dev.pgbaton.instance.ServerState.Failure;
import dev.pgbaton.instance.ServerState.Stopped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With programs in the place of PostgreSQL's that do what those do when they are interrupted. */
class DataVolumeTest {
  private static final Divergence SEVEN =
      new Divergence(WalPosition.parse("1:0/3000148"), 900, 7, false);

  @TempDir Path directory;
  private final List<String> log = new ArrayList<>();
  private Path data;
  private InstancePaths paths;

  @BeforeEach
  void aVolumeWithData() throws IOException {
    data = Files.createDirectories(directory.resolve("volume/pgdata"));
    Files.createDirectories(data.resolve("pg_wal"));
    Files.createDirectories(directory.resolve("run"));
    Files.writeString(data.resolve("PG_VERSION"), "17\n");
    paths =
        new InstancePaths(
            Files.createDirectories(directory.resolve("bin")),
            data,
            directory.resolve("run"),
            directory.resolve("restart.conf"),
            directory);
    program(
        "pg_controldata",
        """
        cat <<END
        Database system identifier:           7300000000000000001
        Database cluster state:               in production
        Latest checkpoint location:           0/3000028
        Latest checkpoint's TimeLineID:       1
        Min recovery ending loc's timeline:   0
        Minimum recovery ending location:     0/0
        END
        """);
  }

  private void program(String name, String script) throws IOException {
    var file = paths.binaries().resolve(name);
    Files.writeString(file, "#!/bin/bash\n" + script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private final AtomicLong clock = new AtomicLong();

  private DataVolume volume() {
    var credentials =
        new CurrentCredentials(
            new Credentials(new Password("a"), new Password("b"), new Password("c")));
    return new DataVolume(
        paths,
        new DataFiles(paths),
        new ServerConfiguration(paths, "pg-0", Neighbours.behind("pg-headless"), credentials),
        new NewCluster(paths, credentials, NewData.DEFAULT),
        () -> {},
        log::add,
        clock::get);
  }

  private static Stopped ended(DataVolume volume) {
    await().until(() -> volume.busy().isEmpty());
    return volume.stopped();
  }

  private static Failure.What failed(Stopped stopped) {
    return stopped.failure().map(Failure::what).orElse(null);
  }

  @Test
  void aRewindThatWasKilledIsKnownAfterTheProgramsRestart() throws IOException {
    program("pg_rewind", "echo half > $(echo $1 | sed s/--target-pgdata=//)/half; kill -9 $$");
    assertThat(failed(ended(rewound(volume(), Optional.empty())))).isEqualTo(Failure.What.REWIND);

    assertThat(failed(volume().stopped())).isEqualTo(Failure.What.REWIND);
  }

  private static DataVolume rewound(DataVolume volume, Optional<Divergence> keep) {
    volume.rewindFrom("pg-1", keep, MountedSettings.NONE);
    return volume;
  }

  @Test
  void aRewindThatEndedWellLeavesAStandby() throws IOException {
    program("pg_rewind", "exit 0");

    var stopped = ended(rewound(volume(), Optional.empty()));

    assertThat(stopped.failure()).isEmpty();
    assertThat(stopped.data().orElseThrow().standby()).isTrue();
    assertThat(volume().stopped().failure()).isEmpty();
  }

  @Test
  void withoutItsLogKeptNothingIsRewound() throws IOException {
    program("pg_rewind", "touch " + directory.resolve("called"));
    // Can't be read, as on a broken volume.
    Files.createSymbolicLink(
        data.resolve("pg_wal/000000010000000000000003"), directory.resolve("nowhere"));

    var stopped = ended(rewound(volume(), Optional.of(SEVEN)));

    assertThat(directory.resolve("called")).doesNotExist();
    assertThat(failed(stopped)).isEqualTo(Failure.What.INSPECT);
  }

  @Test
  void aRewindThatFailsAfterItsLogWasKeptIsARewindThatFailed() throws IOException {
    program("pg_rewind", "exit 1");
    Files.writeString(data.resolve("pg_wal/000000010000000000000003"), "log");
    var volume = volume();

    var stopped = ended(rewound(volume, Optional.of(SEVEN)));

    assertThat(failed(stopped)).as("%s %s", stopped, log).isEqualTo(Failure.What.REWIND);
    assertThat(volume.kept()).singleElement().satisfies(k -> assertThat(k.why()).contains("7"));
  }

  @Test
  void aCopyThatIsBrokenOffLeavesTheDataAsItWas() throws IOException {
    program(
        "pg_basebackup",
        "to=$(echo $1 | sed s/--pgdata=//); mkdir $to; echo half > $to/half; kill -9 $$");
    var volume = volume();
    volume.cloneFrom("pg-1");

    var stopped = ended(volume);

    assertThat(failed(stopped)).isEqualTo(Failure.What.CLONE);
    assertThat(stopped.data()).isPresent();
    assertThat(data.resolve("half")).doesNotExist();
    assertThat(data.getParent()).isDirectoryNotContaining(p -> !p.equals(data));
  }

  @Test
  void aCompleteCopyTakesThePlaceOfHalfRewoundData() throws IOException {
    program("pg_rewind", "exit 1");
    program(
        "pg_basebackup",
        "to=$(echo $1 | sed s/--pgdata=//); mkdir $to; echo 17 > $to/PG_VERSION; touch $to/new");
    var volume = volume();
    ended(rewound(volume, Optional.empty()));
    volume.cloneFrom("pg-1");

    var stopped = ended(volume);

    assertThat(stopped.failure()).isEmpty();
    assertThat(stopped.data().orElseThrow().standby()).isTrue();
    assertThat(data.resolve("new")).exists();
    assertThat(volume().stopped().failure()).isEmpty();
  }

  /** PostgreSQL counts whoever streams by that name, and with a slot, as one that confirms. */
  @Test
  void aCopyThatIsBeingMadeConfirmsNoCommit() throws IOException {
    program(
        "pg_basebackup",
        "to=$(echo $1 | sed s/--pgdata=//); mkdir $to; echo 17 > $to/PG_VERSION; echo \"$@\" > $to/asked");
    var volume = volume();
    volume.cloneFrom("pg-1");

    ended(volume);

    assertThat(Files.readString(data.resolve("asked")))
        .contains("application_name=pg-0-copy ")
        .contains("--no-slot");
  }

  @Test
  void aLogOfWhichOnlyAPartCouldBeReadIsNotWithoutCommits() throws IOException {
    Files.writeString(data.resolve("pg_wal/000000010000000000000003"), "log");
    program("pg_waldump", "kill -9 $$");
    var volume = volume();
    volume.inspect(WalPosition.parse("1:0/3000148"));

    var found = ended(volume).data().orElseThrow().divergence().orElseThrow();

    assertThat(found.commits()).isEqualTo(-1);
  }

  @Test
  void commitsBeyondTheForkAreFoundByPgWaldump() throws IOException {
    Files.writeString(data.resolve("pg_wal/000000010000000000000003"), "log");
    program(
        "pg_waldump",
        """
        echo 'rmgr: Transaction len (rec/tot): 34/34, tx: 7, lsn: 0/03000200, prev 0/03000148, desc: COMMIT 2026'
        echo 'pg_waldump: error: error in WAL record at 0/3000200: invalid record length at 0/3000548: expected at least 24, got 0'
        exit 1
        """);
    var volume = volume();
    volume.inspect(WalPosition.parse("1:0/3000148"));

    var found = ended(volume).data().orElseThrow().divergence().orElseThrow();

    assertThat(found.commits()).isEqualTo(1);
    assertThat(found.bytes()).isEqualTo(0x400);
    assertThat(log).anyMatch(line -> line.contains("with 1 commits in 1 kB of log"));
  }

  @Test
  void dataThatCanNotBeReadForAWhileIsNobodys() throws IOException {
    program("pg_controldata", "echo 'pg_controldata: error: could not read'; exit 1");
    var volume = volume();
    for (var i = 0; i < 9; i++) {
      // However many ask within a second.
      for (var j = 0; j < 20; j++)
        assertThat(catchThrowable(volume::stopped)).isInstanceOf(IllegalStateException.class);
      clock.addAndGet(1_000_000_000);
    }

    assertThat(volume.stopped().data().orElseThrow().systemIdentifier()).startsWith("unreadable");
  }
}
