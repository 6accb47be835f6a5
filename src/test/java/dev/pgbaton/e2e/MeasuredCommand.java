package dev.pgbaton.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * {@code bench/load}: writes through one or several routes while a command runs, and says in JSON
 * how long each could not.
 */
final class MeasuredCommand {
  private static final String USAGE =
      """
      usage: bench/load --route NAME=JDBC_URL [--route …] --user NAME --password-file FILE
                        [--way plain] [--by rollout] [--replication async]
                        [--settle SECONDS] [--recovery SECONDS] -- COMMAND [ARGUMENT…]
        COMMAND returns when what it does is complete. Then the routes must write for SETTLE seconds (3), all of them
        within RECOVERY seconds (120). One line of JSON a route goes to stdout; the command's own output to stderr.
      """;

  private MeasuredCommand() {}

  public static void main(String[] arguments) throws Exception {
    var options = new LinkedHashMap<String, String>();
    var routes = new LinkedHashMap<String, String>();
    var i = 0;
    for (; i < arguments.length && !arguments[i].equals("--"); i += 2) {
      if (!arguments[i].startsWith("--") || i + 1 == arguments.length) fail();
      if (arguments[i].equals("--route")) {
        var pair = arguments[i + 1].split("=", 2);
        routes.put(pair[0], pair[1]);
      } else options.put(arguments[i].substring(2), arguments[i + 1]);
    }
    var command = List.of(arguments).subList(Math.min(i + 1, arguments.length), arguments.length);
    if (routes.isEmpty() || command.isEmpty() || !options.containsKey("password-file")) fail();
    // Not the end of the program by itself: sessions that hang must not keep it.
    System.exit(measure(options, routes, command));
  }

  private static void fail() {
    System.err.print(USAGE);
    System.exit(2);
  }

  private static int measure(
      Map<String, String> options, Map<String, String> routes, List<String> command)
      throws IOException, InterruptedException {
    var streams = new ArrayList<WriteStream>();
    for (var route : routes.entrySet())
      streams.add(
          WriteStream.start(
              route.getKey(), database(route.getValue(), options), Duration.ofSeconds(60)));
    var settle = Duration.ofSeconds(Long.parseLong(options.getOrDefault("settle", "3")));
    var recovery = Duration.ofSeconds(Long.parseLong(options.getOrDefault("recovery", "120")));
    streams.forEach(WriteStream::begin);
    var began = System.nanoTime();
    var process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(Path.of("/dev/stderr").toFile()))
            .start();
    var code = process.waitFor();
    var rollout = Duration.ofNanos(System.nanoTime() - began);
    var recovered = Recovery.await(streams, settle, recovery);
    for (var stream : streams) {
      var back = recovered.contains(stream);
      System.out.println(
          Measurement.of(
                  options.getOrDefault("way", "plain"),
                  options.getOrDefault("by", "rollout"),
                  options.getOrDefault("replication", "async"),
                  stream.route(),
                  stream.end(),
                  back,
                  rollout)
              .json());
    }
    return code;
  }

  private static PGSimpleDataSource database(String url, Map<String, String> options)
      throws IOException {
    var database = Databases.at("localhost", 5432, "", "");
    database.setUrl(url);
    database.setUser(options.getOrDefault("user", "postgres"));
    database.setPassword(Files.readString(Path.of(options.get("password-file"))).strip());
    return database;
  }
}
