package dev.pgbaton.postgres;

import dev.pgbaton.instance.Condition;
import dev.pgbaton.instance.Divergence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Data that could not go on, kept beside the data directory for a person. The latest is never
 * removed here; older ones are, so that they don't fill the volume.
 */
final class SetAside {
  private static final int KEPT = 3;
  private static final String NOTE = "pgbaton.aside";

  /** Left free beside a second copy, so that what follows does not fill the volume at once. */
  private static final long SLACK = 256L << 20;

  private final InstancePaths paths;
  private final Consumer<String> log;

  SetAside(InstancePaths paths, Consumer<String> log) {
    this.paths = paths;
    this.log = log;
  }

  /** The data directory as a whole: it can be started elsewhere. */
  void data(String why) {
    try {
      var bytes = size(paths.data());
      var aside = place();
      Files.move(paths.data(), aside);
      note(aside, why, bytes);
      log.accept("data set aside as %s, %s: %s".formatted(aside, Divergence.size(bytes), why));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    keepOnly(KEPT);
  }

  /** The log from the fork on, before the data is rewound. */
  void log(Divergence divergence) {
    var unfinished = paths.beside(".keeping");
    DataFiles.delete(unfinished);
    try {
      var wal = Files.createDirectories(unfinished.resolve("pg_wal"));
      for (var file : logFrom(divergence)) Files.copy(file, wal.resolve(file.getFileName()));
      var bytes = size(unfinished);
      note(unfinished, divergence.text() + "; its log", bytes);
      var aside = place();
      Files.move(unfinished, aside);
      log.accept(
          "log kept as %s, %s: the data %s"
              .formatted(aside, Divergence.size(bytes), divergence.text()));
    } catch (IOException e) {
      DataFiles.delete(unfinished);
      throw new UncheckedIOException(e);
    }
    keepOnly(KEPT);
  }

  private List<Path> logFrom(Divergence divergence) throws IOException {
    var wal = paths.data().resolve("pg_wal");
    var first =
        WalSegments.in(wal)
            .name(divergence.fork().timeline(), divergence.fork().lsn())
            .substring(8);
    try (var files = Files.list(wal)) {
      return files
          .filter(
              f -> {
                var name = f.getFileName().toString();
                return name.endsWith(".history")
                    || WalSegments.isSegment(name) && name.substring(8).compareTo(first) >= 0;
              })
          .toList();
    }
  }

  /** By the time, for people; always after the last one, also when the clock was set back. */
  private Path place() {
    var prefix = paths.data().getFileName() + ".aside-";
    var last =
        directories().stream()
            .map(d -> d.getFileName().toString().substring(prefix.length()))
            .filter(number -> number.matches("[0-9]{1,15}"))
            .mapToLong(Long::parseLong)
            .max()
            .orElse(0);
    return paths.beside(".aside-" + Math.max(System.currentTimeMillis(), last + 1));
  }

  private static void note(Path aside, String why, long bytes) throws IOException {
    Files.writeString(aside.resolve(NOTE), why + "\n" + bytes + "\n");
  }

  /** Oldest first. */
  private List<Path> directories() {
    var prefix = paths.data().getFileName() + ".aside-";
    var parent = paths.data().getParent();
    if (!Files.isDirectory(parent)) return List.of();
    try (var files = Files.list(parent)) {
      return files
          .filter(f -> f.getFileName().toString().startsWith(prefix))
          .sorted(Comparator.comparing(f -> f.getFileName().toString()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<Condition.SetAside> kept() {
    return directories().stream().map(SetAside::read).toList();
  }

  private static Condition.SetAside read(Path directory) {
    var name = directory.getFileName().toString();
    try {
      var lines = Files.readAllLines(directory.resolve(NOTE));
      return new Condition.SetAside(
          name, lines.size() > 1 ? Long.parseLong(lines.get(1)) : 0, lines.getFirst());
    } catch (IOException | RuntimeException e) {
      return new Condition.SetAside(name, 0, "");
    }
  }

  private void keepOnly(int number) {
    var all = directories();
    for (var old : all.subList(0, Math.max(0, all.size() - number))) remove(old);
  }

  private void remove(Path old) {
    var kept = read(old);
    log.accept(
        "removes the older %s, %s: %s".formatted(old, Divergence.size(kept.bytes()), kept.why()));
    DataFiles.delete(old);
  }

  /** Whether a copy of what is here would fit beside it, once all older data is removed. */
  boolean roomForACopy() {
    var removable = kept().stream().mapToLong(Condition.SetAside::bytes).sum();
    return free() + removable >= needed(size(paths.data()));
  }

  /** Removes older data until that much fits in; the latest stays. */
  void makeRoomFor(long bytes) {
    for (var all = directories(); all.size() > 1 && free() < needed(bytes); all = directories())
      remove(all.getFirst());
  }

  boolean fits(long bytes) {
    return free() >= needed(bytes);
  }

  /** Of the newest, which is about as large as what is to be copied. */
  Optional<Long> latestSize() {
    return kept().stream().reduce((_, last) -> last).map(Condition.SetAside::bytes);
  }

  private static long needed(long bytes) {
    return bytes + bytes / 10 + SLACK;
  }

  private long free() {
    try {
      return Files.getFileStore(paths.data().getParent()).getUsableSpace();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Files may come and go meanwhile. */
  static long size(Path directory) {
    try (var files = Files.walk(directory)) {
      return files.mapToLong(SetAside::length).sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long length(Path file) {
    try {
      return Files.isRegularFile(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      return 0;
    }
  }
}
