package dev.pgbaton.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.WalPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
  void whatIsSetAsideStaysWithTheReason() throws IOException {
    var aside = files.setAside("another timeline of the same number");

    assertThat(files.present()).isFalse();
    assertThat(aside).isDirectoryContaining(p -> p.endsWith("PG_VERSION"));
    assertThat(Files.readString(aside.resolve("pgbaton.aside")))
        .isEqualTo("another timeline of the same number\n");
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
}
