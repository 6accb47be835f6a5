package dev.pgbaton.postgres;

import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.WalPosition;
import dev.pgbaton.instance.DataDirectory;
import dev.pgbaton.instance.Divergence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What {@code pg_waldump} finds beyond the point at which the data left the primary's history. */
final class DivergedLog {
  private static final Pattern AT = Pattern.compile(", lsn: ([0-9A-F]+/[0-9A-F]+),");

  /** The log ends with a record that isn't one: that is how every log ends. */
  private static final Pattern END =
      Pattern.compile("error in WAL record at [0-9A-F]+/[0-9A-F]+: .* at ([0-9A-F]+/[0-9A-F]+)");

  /** The last segment was full, or closed. */
  private static final Pattern NO_MORE = Pattern.compile("could not find file \"([0-9A-F]{24})\"");

  private static final List<String> ENDS =
      List.of(
          "error in WAL record at", "could not find a valid record after", "could not find file");

  /** Commits, also those that are only prepared. */
  private static final Pattern COMMIT = Pattern.compile("desc: (COMMIT|PREPARE)");

  private final InstancePaths paths;

  DivergedLog(InstancePaths paths) {
    this.paths = paths;
  }

  Divergence beyond(WalPosition fork, DataDirectory data, boolean room) {
    var bytes = 0L;
    var commits = 0L;
    for (var span : spans(fork, data)) {
      var found = read(span);
      bytes += found.bytes();
      commits = found.commits() < 0 || commits < 0 ? -1 : commits + found.commits();
    }
    return new Divergence(fork, bytes, commits, room);
  }

  /**
   * @param end empty = as far as it goes
   */
  private record Span(int timeline, Lsn from, Optional<Lsn> end) {}

  record Found(long bytes, long commits) {
    static final Found UNREADABLE = new Found(0, -1);
  }

  /** The fork is on a former timeline if the present one was begun after it. */
  private static List<Span> spans(WalPosition fork, DataDirectory data) {
    var spans = new ArrayList<Span>();
    var from = fork.lsn();
    for (var left : data.history().switches()) {
      if (left.compareTo(fork) <= 0) continue;
      if (left.lsn().compareTo(from) > 0)
        spans.add(new Span(left.timeline(), from, Optional.of(left.lsn())));
      from = left.lsn();
    }
    spans.add(new Span(data.position().timeline(), from, Optional.empty()));
    return spans;
  }

  private Found read(Span span) {
    var wal = paths.data().resolve("pg_wal");
    var segments = segments(wal);
    var segment = wal.resolve(segments.name(span.timeline, span.from));
    // Nothing was ever written there.
    if (!Files.exists(segment) && span.from.bytes() % segments.size() == 0) return new Found(0, 0);
    if (!Files.exists(segment)) return Found.UNREADABLE;
    var command =
        new ArrayList<>(
            List.of(
                paths.program("pg_waldump").toString(),
                "--path=" + wal,
                "--timeline=" + span.timeline,
                "--start=" + span.from,
                "--rmgr=Transaction"));
    span.end.ifPresent(end -> command.add("--end=" + end));
    try {
      var builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().put("LC_ALL", "C");
      var process = builder.start();
      process.getOutputStream().close();
      try (var lines = Programs.reader(process)) {
        var found = count(lines.lines().iterator(), span.from, span.end, segments);
        // Each good end is an error to it, too; more than that, and somebody has killed it.
        return process.waitFor() > 1 ? Found.UNREADABLE : found;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Found.UNREADABLE;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static WalSegments segments(Path wal) {
    try {
      return WalSegments.in(wal);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Found count(Iterator<String> lines, Lsn from, Optional<Lsn> until, WalSegments segments) {
    var end = until.orElse(from);
    var commits = 0L;
    while (lines.hasNext()) {
      var line = lines.next();
      var at = AT.matcher(line);
      if (at.find()) end = later(end, Lsn.parse(at.group(1)));
      if (COMMIT.matcher(line).find()) commits++;
      if (!line.startsWith("pg_waldump: ")) continue;
      var ended = END.matcher(line);
      if (ended.find()) end = later(end, Lsn.parse(ended.group(1)));
      var noMore = NO_MORE.matcher(line);
      if (noMore.find()) end = later(end, segments.start(noMore.group(1)));
      if (line.contains("error:") && ENDS.stream().noneMatch(line::contains))
        return Found.UNREADABLE;
    }
    return new Found(Math.max(0, end.bytes() - from.bytes()), commits);
  }

  private static Lsn later(Lsn one, Lsn other) {
    return one.compareTo(other) > 0 ? one : other;
  }
}
