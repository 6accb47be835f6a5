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

  private HandOffBenchmark(Estate estate, PrintStream out) {
    this.estate = estate;
    this.out = out;
  }

  /** Runs, ways, kinds of replication, file. */
  public static void main(String[] arguments) throws Exception {
    var runs = Integer.parseInt(arguments[0]);
    var ways =
        Arrays.stream(arguments[1].split(","))
            .map(way -> Departure.valueOf(way.toUpperCase(Locale.ROOT)))
            .toList();
    var replications = List.of(arguments[2].split(","));
    var work = Estate.workDirectory();
    try (var kubernetes = Estate.client();
        var out = new PrintStream(Files.newOutputStream(Path.of(arguments[3])), true)) {
      var estate = Estate.install(Surroundings.fromEnvironment(), kubernetes, work);
      try {
        for (var replication : replications) {
          estate.synchronousStandbys(replication.equals("sync") ? 1 : 0);
          for (var way : ways) new HandOffBenchmark(estate, out).measure(way, replication, runs);
        }
      } finally {
        if (!Boolean.getBoolean("pgbaton.keep")) estate.close();
      }
    }
    // Sessions that hang must not keep it.
    System.exit(0);
  }

  private void measure(Departure way, String replication, int runs)
      throws InterruptedException, IOException, SQLException {
    var streams = new ArrayList<WriteStream>();
    try {
      streams.add(
          WriteStream.start("pgpool", estate.shop().throughPgpool(), Duration.ofSeconds(30)));
      streams.add(
          WriteStream.start(
              "service", estate.shop().throughPrimaryService(), Duration.ofSeconds(30)));
      for (var run = 0; run < runs; run++) once(way, replication, streams);
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
