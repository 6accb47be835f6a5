package dev.pgbaton.postgres;

import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.WalPosition;
import dev.pgbaton.instance.DataDirectory;
import dev.pgbaton.instance.TimelineHistory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The files of a data directory that decide how it may be started. */
final class DataFiles {
  /**
   * A line a timeline: its number and the epoch in which it was begun. Copied with every clone and
   * rewind.
   */
  private static final String EPOCHS = "pgbaton.timelines";

  private final InstancePaths paths;

  DataFiles(InstancePaths paths) {
    this.paths = paths;
  }

  boolean present() {
    return Files.exists(paths.data().resolve("PG_VERSION"));
  }

  Optional<DataDirectory> read() {
    if (!present()) return Optional.empty();
    var control = ControlData.parse(controlData());
    return Optional.of(
        new DataDirectory(
            control.systemIdentifier(),
            control.position(),
            standby(),
            control.shutDown(),
            history(control.position().timeline())));
  }

  private String controlData() {
    var ended =
        Programs.run(
            List.of(paths.program("pg_controldata").toString(), paths.data().toString()),
            Map.of(),
            "");
    if (!ended.well()) throw new IllegalStateException("pg_controldata: " + ended.lastLine());
    return ended.output();
  }

  /** What a standby's configuration ends with; see {@link StandbyMinimums}. */
  String standbyMinimums() {
    return present() ? StandbyMinimums.of(controlData(), paths.restartSettings()) : "";
  }

  boolean standby() {
    return Files.exists(signal());
  }

  void makeStandby() {
    if (!standby()) write(signal(), "");
  }

  private Path signal() {
    return paths.data().resolve("standby.signal");
  }

  TimelineHistory history(int timeline) {
    return new TimelineHistory(switches(timeline), epoch(timeline));
  }

  private List<WalPosition> switches(int timeline) {
    var file = paths.data().resolve("pg_wal").resolve("%08X.history".formatted(timeline));
    if (timeline == 1 || !Files.exists(file)) return List.of();
    return lines(file).stream()
        .map(line -> line.strip().split("\\s+"))
        .filter(words -> words.length >= 2 && Character.isDigit(words[0].charAt(0)))
        .map(words -> new WalPosition(Integer.parseInt(words[0]), Lsn.parse(words[1])))
        .toList();
  }

  private int epoch(int timeline) {
    var file = paths.data().resolve(EPOCHS);
    if (!Files.exists(file)) return 0;
    return lines(file).stream()
        .map(line -> line.split(" "))
        .filter(words -> words.length == 2 && words[0].equals(Integer.toString(timeline)))
        .mapToInt(words -> Integer.parseInt(words[1]))
        .reduce(0, (_, last) -> last);
  }

  void noteEpoch(int timeline, int epoch) {
    var file = paths.data().resolve(EPOCHS);
    var known = new ArrayList<String>(Files.exists(file) ? lines(file) : List.of());
    known.removeIf(line -> line.startsWith(timeline + " "));
    known.add(timeline + " " + epoch);
    replace(file, String.join("\n", known) + "\n");
  }

  /** What the postmaster itself says in its file, on the line for pg_ctl. */
  boolean accepting() {
    var file = paths.data().resolve("postmaster.pid");
    if (!Files.exists(file)) return false;
    var lines = lines(file);
    return lines.size() >= 8 && lines.get(7).strip().equals("ready");
  }

  /** Left by a container that was killed: its process numbers mean nothing here. */
  void forgetFormerPostmaster() {
    try {
      Files.deleteIfExists(paths.data().resolve("postmaster.pid"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Never deleted: what was committed here and nowhere else may be wanted back. */
  Path setAside(String why) {
    var aside = paths.beside(".aside-" + System.currentTimeMillis());
    try {
      Files.move(paths.data(), aside);
      Files.writeString(aside.resolve("pgbaton.aside"), why + "\n");
      return aside;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A pg_rewind that did not end well leaves data that must not be started. */
  boolean rewindUnfinished() {
    return Files.exists(paths.beside(".rewinding"));
  }

  void rewinding(boolean now) {
    try {
      if (now) write(paths.beside(".rewinding"), "");
      else Files.deleteIfExists(paths.beside(".rewinding"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An empty place beside the data directory to make new data in. */
  Path fresh() {
    var fresh = paths.beside(".new");
    delete(fresh);
    return fresh;
  }

  void complete(Path fresh) {
    try {
      Files.move(fresh, paths.data());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Only ever what this program was about to make. */
  static void delete(Path unfinished) {
    if (!Files.exists(unfinished)) return;
    try (Stream<Path> all = Files.walk(unfinished)) {
      for (var path : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(
          file,
          text,
          StandardOpenOption.CREATE,
          StandardOpenOption.TRUNCATE_EXISTING,
          StandardOpenOption.WRITE,
          StandardOpenOption.SYNC);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void replace(Path file, String text) {
    try {
      var next = file.resolveSibling(file.getFileName() + ".next");
      write(next, text);
      Files.move(
          next,
          file,
          java.nio.file.StandardCopyOption.ATOMIC_MOVE,
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
