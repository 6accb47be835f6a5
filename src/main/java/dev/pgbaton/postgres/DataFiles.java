package dev.pgbaton.postgres;

import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.WalPosition;
import dev.pgbaton.instance.DataDirectory;
import dev.pgbaton.instance.TimelineHistory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The files of a data directory that decide how it may be started. */
final class DataFiles {
  /**
   * A line a timeline: its number and the epoch in which it was begun. Copied with every clone and
   * rewind.
   */
  private static final String EPOCHS = "pgbaton.timelines";

  /**
   * The superuser of this data does not log in over the network unless the spec says so. Made with
   * the data, and copied with every clone: what was made before there was this has none.
   */
  private static final String SUPERUSER_LOCAL = "pgbaton.superuser-local";

  private final InstancePaths paths;

  DataFiles(InstancePaths paths) {
    this.paths = paths;
  }

  static boolean keepSuperuserLocal(Path data) {
    return Files.exists(data.resolve(SUPERUSER_LOCAL));
  }

  static void noteSuperuserLocal(Path fresh) {
    write(fresh.resolve(SUPERUSER_LOCAL), "");
  }

  boolean present() {
    return Files.exists(paths.data().resolve("PG_VERSION"));
  }

  /**
   * @throws IllegalStateException if it can't be read
   */
  Optional<DataDirectory> read() {
    if (!present()) return Optional.empty();
    ControlData control;
    try {
      control = ControlData.parse(controlData());
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
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

  /**
   * PostgreSQL reads postgresql.auto.conf after all else: one that was copied, or that ALTER SYSTEM
   * wrote elsewhere, could make it follow another instance, or itself.
   */
  void silenceAlteredSettings(Consumer<String> log) {
    var file = paths.data().resolve("postgresql.auto.conf");
    if (!Files.exists(file)) return;
    var settings =
        lines(file).stream()
            .map(String::strip)
            .filter(line -> !line.isEmpty() && !line.startsWith("#"))
            .toList();
    if (settings.isEmpty()) return;
    try {
      Files.copy(
          file,
          paths.data().resolve("postgresql.auto.conf.ignored"),
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    replace(
        file,
        "# pgbaton: settings come from the cluster's spec; see postgresql.auto.conf.ignored\n");
    log.accept(
        "postgresql.auto.conf is not for pgbaton's instances; moved away: "
            + settings.stream().map(line -> line.split("[\\s=]", 2)[0]).toList());
  }

  TimelineHistory history(int timeline) {
    var epochs = epochs();
    var own = epochs.getOrDefault(timeline, 0);
    epochs.keySet().removeIf(t -> t >= timeline);
    return new TimelineHistory(switches(timeline), own, Map.copyOf(epochs));
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

  /** The newest timeline that is known here, and that PostgreSQL would not begin once more. */
  int newestTimeline() {
    return timelines("history").max().orElse(1);
  }

  /**
   * The newest timeline of which there is log: the history of one that is not followed in the end
   * is fetched, too.
   */
  int newestReceived() {
    var received = timelines("[0-9A-F]{16}").boxed().collect(Collectors.toSet());
    return timelines("history").filter(received::contains).max().orElse(1);
  }

  private IntStream timelines(String what) {
    var pattern = Pattern.compile("([0-9A-F]{8})\\.?" + what);
    try (Stream<Path> files = Files.list(paths.data().resolve("pg_wal"))) {
      return IntStream.of(
          files
              .map(file -> pattern.matcher(file.getFileName().toString()))
              .filter(Matcher::matches)
              .mapToInt(name -> Integer.parseUnsignedInt(name.group(1), 16))
              .toArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** On which timeline what was read to there is, if recovery goes for that one. */
  int timelineOf(Lsn reached, int newest) {
    return switches(newest).stream()
        .filter(end -> reached.compareTo(end.lsn()) <= 0)
        .mapToInt(WalPosition::timeline)
        .findFirst()
        .orElse(newest);
  }

  private SortedMap<Integer, Integer> epochs() {
    var epochs = new TreeMap<Integer, Integer>();
    var file = paths.data().resolve(EPOCHS);
    if (Files.exists(file))
      lines(file).stream()
          .map(line -> line.split(" "))
          .filter(words -> words.length == 2)
          .forEach(words -> epochs.put(Integer.parseInt(words[0]), Integer.parseInt(words[1])));
    return epochs;
  }

  void noteEpoch(int timeline, int epoch) {
    var epochs = epochs();
    epochs.put(timeline, epoch);
    write(epochs);
  }

  /** Of a promotion that came to nothing: somebody else may begin a timeline of that number. */
  void forgetEpochsBeyond(int timeline) {
    var epochs = epochs();
    if (epochs.keySet().removeIf(t -> t > timeline)) write(epochs);
  }

  /** As the primary tells them, where nothing is known here: what is known is of this very data. */
  void noteEpochs(int timeline, TimelineHistory history) {
    var epochs = epochs();
    history.formerEpochs().forEach(epochs::putIfAbsent);
    epochs.put(timeline, history.epoch());
    write(epochs);
  }

  private void write(SortedMap<Integer, Integer> epochs) {
    replace(
        paths.data().resolve(EPOCHS),
        epochs.entrySet().stream()
            .map(e -> e.getKey() + " " + e.getValue() + "\n")
            .collect(Collectors.joining()));
  }

  /** What the postmaster itself says in its file, on the line for pg_ctl. */
  boolean accepting() {
    var file = paths.data().resolve("postmaster.pid");
    if (!Files.exists(file)) return false;
    var lines = lines(file);
    return lines.size() >= 8 && lines.get(7).strip().equals("ready");
  }

  /**
   * Left by a container that was killed: its process numbers mean nothing here. The directory of
   * the socket outlives a container too, and a number in it is soon a thread of ours, which
   * PostgreSQL takes for a server that runs.
   */
  void forgetFormerPostmaster() {
    try {
      Files.deleteIfExists(paths.data().resolve("postmaster.pid"));
      Files.deleteIfExists(paths.run().resolve(".s.PGSQL.5432.lock"));
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

  /** What was made takes its place, and that of data which is there. */
  void complete(Path fresh) {
    try {
      if (Files.exists(paths.data())) Files.move(paths.data(), replaced());
      Files.move(fresh, paths.data());
      delete(replaced());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives up the data here. */
  void give() {
    try {
      Files.move(paths.data(), givenUp());
      delete(givenUp());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path givenUp() {
    return paths.beside(".given-up");
  }

  private Path replaced() {
    return paths.beside(".replaced");
  }

  /**
   * What a work that was broken off has left behind. Between the two renames of {@link #complete}
   * the data here is whole, under its other name.
   */
  void clear() {
    try {
      if (!Files.exists(paths.data()) && Files.exists(replaced()))
        Files.move(replaced(), paths.data());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    delete(givenUp());
    delete(paths.beside(".new"));
    delete(paths.beside(".keeping"));
    delete(replaced());
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
    replace(file, text, true);
  }

  /** What is written anew at each start, perhaps while clients wait. */
  static void replaceUntilRestart(Path file, String text) {
    replace(file, text, false);
  }

  private static void replace(Path file, String text, boolean lasting) {
    try {
      var next = file.resolveSibling(file.getFileName() + ".next");
      if (lasting) write(next, text);
      else Files.writeString(next, text);
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
