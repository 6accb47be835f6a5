package dev.pgbaton.e2e;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** pgbaton's half of {@code bench/handoff}: the primary goes again and again, under load. */
final class HandOffBenchmark {
  private static final Duration RECOVERY = Duration.ofSeconds(60);

  private final Estate estate;
  private final PrintStream out;
  private final int plainRuns;
  private final List<String> plain;

  private HandOffBenchmark(Estate estate, PrintStream out, int plainRuns, List<String> plain) {
    this.estate = estate;
    this.out = out;
    this.plainRuns = plainRuns;
    this.plain = plain;
  }

  /** Runs, ways, kinds of replication, file, runs of the plain way, its command. */
  public static void main(String[] arguments) throws Exception {
    var kinds = Arrays.stream(arguments[1].split(",")).map(kind -> kind.split(":")).toList();
    var work = Estate.workDirectory();
    try (var kubernetes = Installation.client();
        var out = new PrintStream(Files.newOutputStream(Path.of(arguments[3])), true)) {
      var estate = Estate.install(Surroundings.fromEnvironment(), kubernetes, work);
      var benchmark =
          new HandOffBenchmark(estate, out, Integer.parseInt(arguments[4]), List.of(arguments[5]));
      try {
        for (var replication : arguments[2].split(",")) {
          estate.synchronousStandbys(replication.equals("sync") ? 1 : 0);
          for (var kind : kinds)
            benchmark.alternate(
                Departure.valueOf(kind[0].toUpperCase(Locale.ROOT)),
                replication,
                Integer.parseInt(kind.length > 1 ? kind[1] : arguments[0]));
        }
      } finally {
        if (!Boolean.getBoolean("pgbaton.keep")) estate.close();
      }
    }
    // Sessions that hang must not keep it.
    System.exit(0);
  }

  /** A few of ours, one of the plain way, and so on: what else the machine does befalls both. */
  private void alternate(Departure way, String replication, int runs)
      throws InterruptedException, IOException, SQLException {
    var turns = Math.max(1, plainRuns);
    for (var turn = 0; turn < turns; turn++) {
      measure(way, replication, runs * (turn + 1) / turns - runs * turn / turns);
      if (plainRuns > 0) plain(way, replication);
    }
  }

  private void plain(Departure way, String replication) throws IOException {
    var output =
        Shell.run(
            plain,
            "-n",
            "1",
            "--by",
            way == Departure.DELETE ? "delete" : "rollout",
            "--replication",
            replication,
            "--reuse",
            "--keep");
    output.lines().filter(line -> line.startsWith("{")).forEach(out::println);
    System.err.print(output);
  }

  private void measure(Departure way, String replication, int times)
      throws InterruptedException, IOException, SQLException {
    var streams = new ArrayList<WriteStream>();
    try {
      streams.add(
          WriteStream.start("pgpool", estate.shop().throughPgpool(), Duration.ofSeconds(30)));
      streams.add(
          WriteStream.start(
              "service", estate.shop().throughPrimaryService(), Duration.ofSeconds(30)));
      for (var run = 0; run < times; run++) once(way, replication, streams);
    } finally {
      streams.forEach(WriteStream::close);
    }
  }

  private void once(Departure way, String replication, List<WriteStream> streams)
      throws InterruptedException, SQLException {
    streams.forEach(WriteStream::begin);
    var from = estate.holder();
    var at = Instant.now();
    var began = System.nanoTime();
    way.happen(estate);
    var took = Duration.ofNanos(System.nanoTime() - began);
    var recovered = Recovery.await(streams, Duration.ofSeconds(1), RECOVERY);
    for (var stream : streams) {
      var seen = stream.end();
      var measurement =
          Measurement.of(
              "pgbaton",
              way.name().toLowerCase(Locale.ROOT),
              replication,
              stream.route(),
              seen,
              recovered.contains(stream),
              took);
      out.println(measurement.json());
      System.err.printf("%s %s -> %s %s%n", at, from, estate.holder(), measurement.json());
    }
  }
}
