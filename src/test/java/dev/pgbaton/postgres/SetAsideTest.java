package dev.pgbaton.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.WalPosition;
import dev.pgbaton.instance.Condition;
import dev.pgbaton.instance.Divergence;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SetAsideTest {
  @TempDir Path volume;
  private final List<String> log = new ArrayList<>();
  private Path data;
  private SetAside aside;

  @BeforeEach
  void aVolume() {
    data = volume.resolve("pgdata");
    aside =
        new SetAside(
            new InstancePaths(Path.of("/nowhere"), data, volume.resolve("run"), volume, volume),
            log::add);
  }

  private void fill() throws IOException {
    Files.createDirectories(data.resolve("pg_wal"));
    Files.writeString(data.resolve("PG_VERSION"), "17\n");
    Files.write(data.resolve("relation"), new byte[20_000]);
  }

  @Test
  void whatIsSetAsideStaysWithItsReasonAndItsSize() throws IOException {
    fill();

    aside.data("it diverged");

    assertThat(data).doesNotExist();
    assertThat(aside.kept())
        .singleElement()
        .satisfies(
            kept -> {
              assertThat(kept.bytes()).isEqualTo(20_003);
              assertThat(kept.why()).isEqualTo("it diverged");
              assertThat(volume.resolve(kept.name())).isDirectoryContaining("glob:**/PG_VERSION");
            });
    assertThat(log).singleElement().asString().contains("19 kB").contains("it diverged");
  }

  @Test
  void theLogFromTheForkOnIsKeptBeforeARewind() throws IOException {
    fill();
    for (var name :
        List.of(
            "000000010000000000000002",
            "000000010000000000000003",
            "000000020000000000000003",
            "000000020000000000000004",
            "00000002.history")) Files.writeString(data.resolve("pg_wal").resolve(name), name);

    aside.log(new Divergence(WalPosition.parse("1:0/3000148"), 20 << 20, 7, false));

    assertThat(data).isDirectoryContaining("glob:**/PG_VERSION");
    var kept = aside.kept().getFirst();
    assertThat(kept.why()).contains("1:0/3000148").contains("7 commits").contains("20 MB");
    try (Stream<Path> files = Files.list(volume.resolve(kept.name()).resolve("pg_wal"))) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "000000010000000000000003",
              "000000020000000000000003",
              "000000020000000000000004",
              "00000002.history");
    }
  }

  /** initdb --wal-segsize=64: position 1:0/10000148 is in the fifth of its segments. */
  @Test
  void segmentsOfAnotherSizeAreKnownByTheirFiles() throws IOException {
    fill();
    var names = List.of("000000010000000000000003", "000000010000000000000004");
    for (var name : names) {
      try (var file = new RandomAccessFile(data.resolve("pg_wal").resolve(name).toFile(), "rw")) {
        file.setLength(64L << 20);
      }
    }

    aside.log(new Divergence(WalPosition.parse("1:0/10000148"), 20 << 20, 7, false));

    try (Stream<Path> files =
        Files.list(volume.resolve(aside.kept().getFirst().name()).resolve("pg_wal"))) {
      assertThat(files.map(f -> f.getFileName().toString())).containsExactly(names.getLast());
    }
  }

  @Test
  void onlyTheLatestFewAreKept() throws IOException, InterruptedException {
    for (var i = 0; i < 5; i++) {
      fill();
      aside.data("number " + i);
      // They are named by the millisecond.
      Thread.sleep(2);
    }

    assertThat(aside.kept().stream().map(Condition.SetAside::why))
        .containsExactly("number 2", "number 3", "number 4");
    assertThat(log)
        .anyMatch(line -> line.contains("removes the older") && line.contains("number 1"));
  }

  @Test
  void theLatestIsTheLatestAlsoWhenTheClockWasSetBack() throws IOException {
    Files.createDirectories(volume.resolve("pgdata.aside-2999999999999"));
    fill();

    aside.data("after the clock was set back");

    assertThat(aside.kept().getLast().why()).isEqualTo("after the clock was set back");
    assertThat(aside.kept()).hasSize(2);
  }

  @Test
  void theLatestIsNeverRemovedToMakeRoom() throws IOException, InterruptedException {
    for (var i = 0; i < 2; i++) {
      fill();
      aside.data("number " + i);
      Thread.sleep(2);
    }

    aside.makeRoomFor(Long.MAX_VALUE / 4);

    assertThat(aside.kept().stream().map(Condition.SetAside::why)).containsExactly("number 1");
  }
}
