package dev.pgbaton.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.WalPosition;
import dev.pgbaton.instance.TimelineHistory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFilesTest {
  @TempDir Path volume;
  private Path data;
  private DataFiles files;

  @BeforeEach
  void aDataDirectory() throws IOException {
    data = Files.createDirectories(volume.resolve("pgdata"));
    Files.createDirectories(data.resolve("pg_wal"));
    Files.writeString(data.resolve("PG_VERSION"), "17\n");
    files =
        new DataFiles(
            new InstancePaths(Path.of("/nowhere"), data, volume.resolve("run"), volume, volume));
  }

  @Test
  void theHistoryIsReadFromPostgresOwnFile() throws IOException {
    Files.writeString(
        data.resolve("pg_wal/00000003.history"),
        "1\t0/50BC6F8\tno recovery target specified\n\n2\t0/50E1250\tno recovery target specified\n");

    assertThat(files.history(3).switches())
        .containsExactly(WalPosition.parse("1:0/50BC6F8"), WalPosition.parse("2:0/50E1250"));
  }

  @Test
  void theEpochOfATimelineIsKeptWithTheData() {
    files.noteEpoch(2, 5);
    files.noteEpoch(3, 7);
    files.noteEpoch(2, 6);

    assertThat(files.history(2).epoch()).isEqualTo(6);
    assertThat(files.history(3).epoch()).isEqualTo(7);
    assertThat(files.history(4).epoch()).isZero();
  }

  @Test
  void theEpochsOfFormerTimelinesAreToldToo() {
    files.noteEpoch(2, 5);
    files.noteEpoch(3, 7);

    assertThat(files.history(3).formerEpochs()).containsExactly(Map.entry(2, 5));
    assertThat(files.history(2).formerEpochs()).isEmpty();
  }

  @Test
  void whatThePrimaryTellsOfTimelinesFillsWhatIsNotKnownHere() {
    files.noteEpoch(2, 5);

    files.noteEpochs(4, new TimelineHistory(List.of(), 9, Map.of(2, 7, 3, 8)));

    assertThat(files.history(4).epoch()).isEqualTo(9);
    assertThat(files.history(4).formerEpochs()).isEqualTo(Map.of(2, 5, 3, 8));
  }

  @Test
  void whatWasNotedOfAPromotionThatCameToNothingIsForgotten() {
    files.noteEpoch(2, 5);
    files.noteEpoch(3, 6);

    files.forgetEpochsBeyond(2);

    assertThat(files.history(4).formerEpochs()).isEqualTo(Map.of(2, 5));
  }

  @Test
  void theTimelineOfWhatWasReadFollowsFromTheNewestHistory() throws IOException {
    assertThat(files.newestTimeline()).isEqualTo(1);
    Files.writeString(data.resolve("pg_wal/00000002.history"), "1\t0/80000A0\tby hand\n");
    Files.writeString(
        data.resolve("pg_wal/0000000B.history"),
        "1\t0/80000A0\tby hand\n\n2\t0/A000478\tby hand\n");

    assertThat(files.newestTimeline()).isEqualTo(11);
    assertThat(files.newestReceived()).isEqualTo(1);
    Files.writeString(data.resolve("pg_wal/000000020000000000000008"), "");
    assertThat(files.newestReceived()).isEqualTo(2);
    assertThat(files.timelineOf(Lsn.parse("0/80000A0"), 11)).isEqualTo(1);
    assertThat(files.timelineOf(Lsn.parse("0/80000A1"), 11)).isEqualTo(2);
    assertThat(files.timelineOf(Lsn.parse("0/C00A748"), 11)).isEqualTo(11);
    assertThat(files.timelineOf(Lsn.parse("0/C00A748"), 1)).isEqualTo(1);
  }

  @Test
  void aCopyTakesThePlaceOfTheDataOnlyOnceItIsComplete() throws IOException {
    var fresh = Files.createDirectories(files.fresh());
    Files.writeString(fresh.resolve("PG_VERSION"), "17\n");
    Files.writeString(fresh.resolve("new"), "");
    assertThat(files.present()).isTrue();

    files.complete(fresh);

    assertThat(data).isDirectoryContaining(p -> p.endsWith("new"));
    assertThat(volume).isDirectoryNotContaining(p -> !p.equals(data));
  }

  @Test
  void aKillBetweenTheTwoRenamesOfACopyLosesNoData() throws IOException {
    Files.createDirectories(volume.resolve("pgdata.new"));
    Files.move(data, volume.resolve("pgdata.replaced"));

    files.clear();

    assertThat(files.present()).isTrue();
    assertThat(volume).isDirectoryNotContaining(p -> !p.equals(data));
  }

  @Test
  void dataThatWasBeingGivenUpDoesNotComeBackInHalf() throws IOException {
    Files.move(data, volume.resolve("pgdata.given-up"));

    files.clear();

    assertThat(files.present()).isFalse();
    assertThat(volume).isEmptyDirectory();
  }

  @Test
  void whatABrokenOffCopyLeftBehindIsCleared() throws IOException {
    Files.createDirectories(volume.resolve("pgdata.new/base"));
    Files.createDirectories(volume.resolve("pgdata.replaced/base"));

    files.clear();

    assertThat(volume).isDirectoryNotContaining(p -> !p.equals(data));
  }

  @Test
  void settingsThatWereCopiedWithTheDataAreMovedAway() throws IOException {
    var file = data.resolve("postgresql.auto.conf");
    Files.writeString(file, "# by hand\nprimary_conninfo = 'host=orders-0 password=secret'\n");
    var log = new ArrayList<String>();

    files.silenceAlteredSettings(log::add);
    files.silenceAlteredSettings(log::add);

    assertThat(Files.readString(file)).doesNotContain("primary_conninfo");
    assertThat(data.resolve("postgresql.auto.conf.ignored")).content().contains("host=orders-0");
    assertThat(log)
        .singleElement()
        .asString()
        .contains("primary_conninfo")
        .doesNotContain("secret");
  }

  @Test
  void aRewindThatDidNotEndIsRemembered() {
    files.rewinding(true);
    assertThat(files.rewindUnfinished()).isTrue();

    files.rewinding(false);
    assertThat(files.rewindUnfinished()).isFalse();
  }

  @Test
  void aServerAnswersOnceItsOwnFileSaysSo() throws IOException {
    assertThat(files.accepting()).isFalse();
    var file = data.resolve("postmaster.pid");
    Files.writeString(file, "1\n/data\n1\n5432\n/run\n*\n  1 2\nstarting\n");
    assertThat(files.accepting()).isFalse();
    Files.writeString(file, "1\n/data\n1\n5432\n/run\n*\n  1 2\nready   \n");
    assertThat(files.accepting()).isTrue();
  }

  @Test
  void whatAFormerContainersServerLeftDoesNotKeepThisOneFromStarting() throws IOException {
    var inTheData = data.resolve("postmaster.pid");
    var atTheSocket = Files.createDirectories(volume.resolve("run")).resolve(".s.PGSQL.5432.lock");
    Files.writeString(inTheData, "52\n");
    Files.writeString(atTheSocket, "52\n");

    files.forgetFormerPostmaster();

    assertThat(inTheData).doesNotExist();
    assertThat(atTheSocket).doesNotExist();
  }
}
