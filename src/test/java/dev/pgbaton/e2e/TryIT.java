package dev.pgbaton.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** {@code pgbaton try}, as somebody uses it who has just found it. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class TryIT {
  private static final Pattern LOG_IN = Pattern.compile("PGPASSFILE=(\\S+) psql .* -p (\\d+) ");
  private static final Pattern PAGE = Pattern.compile("look +(http\\S+)");
  private static final String ALL_WELL = "2 clusters are as the repository says";

  @TempDir static Path directory;

  @BeforeEach
  void everybodyMayLookIn() throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void rollsACommitOutOnRealDatabasesAndLeavesNothingBehind() throws Exception {
    var began = System.nanoTime();
    var first = new Running(directory.resolve("try"));
    try {
      first.await(ALL_WELL, 180);
      System.out.printf("all well after %.1f s%n", (System.nanoTime() - began) / 1e9);
      var second = new Running(directory.resolve("try"));
      try {
        second.await("look ", 90);
        assertThat(second.text()).contains(directory.resolve("try-2").toString());
        assertThat(second.find(PAGE)).isNotEqualTo(first.find(PAGE));
        assertThat(second.end("INT")).isTrue();
        assertThat(second.process.exitValue()).isEqualTo(130);
      } finally {
        second.process.destroyForcibly();
      }
      assertThat(processesIn("try-2")).isEmpty();
      assertThat(directory.resolve("try-2/instances")).doesNotExist();

      declaresAUserThatLogsIn(first);

      var client = new Client(first);
      client.start();
      commit(first, "shared_buffers: 256MB", "shared_buffers: 128MB", "Smaller buffers");
      first.await("longest write gap", 180);
      assertThat(client.rows()).isPositive();
      System.out.printf("a client's longest gap in a rollout: %d ms%n", client.longestGap());
      // On a machine that is busy with other things; what it takes usually is printed above.
      assertThat(client.longestGap()).isLessThan(10_000);

      var rows = client.rows();
      var postmaster =
          Files.readAllLines(
              directory.resolve(
                  "try/instances/shop/%s/volume/pgdata/postmaster.pid".formatted(client.server())));
      ProcessHandle.of(Long.parseLong(postmaster.getFirst())).orElseThrow().destroyForcibly();
      await().atMost(Duration.ofSeconds(60)).until(() -> client.rows() > rows + 10);
      client.end();
      assertThat(first.end("TERM")).isTrue();
      assertThat(first.process.exitValue()).isEqualTo(143);
    } finally {
      first.process.destroyForcibly();
    }
    assertThat(processesIn("try")).isEmpty();
    assertThat(directory.resolve("try/instances")).doesNotExist();
    assertThat(directory.resolve("try/repository/clusters/orders.yaml")).exists();
  }

  private static void declaresAUserThatLogsIn(Running in) throws Exception {
    var head =
        commit(
            in,
            "  scheduling:",
            "  users: [{name: app, settings: {work_mem: 8MB}}]\n  databases: [{name: shop, owner: app}]\n  scheduling:",
            "A user and its database");
    await()
        .ignoreExceptions()
        .atMost(Duration.ofSeconds(120))
        .untilAsserted(
            () -> {
              try (var connection = new Client(in, "app", "shop").source.getConnection();
                  var statement = connection.createStatement();
                  var row = statement.executeQuery("SHOW work_mem")) {
                assertThat(row.next()).isTrue();
                assertThat(row.getString(1)).isEqualTo("8MB");
                statement.execute("CREATE TABLE IF NOT EXISTS mine (it int)");
              }
            });
    in.await("status SUCCESS on " + head.substring(0, 8), 60);
  }

  private static String commit(Running of, String before, String after, String message)
      throws Exception {
    var file = of.directory.resolve("repository/clusters/orders.yaml");
    Files.writeString(file, Files.readString(file).replace(before, after));
    try (var git = Git.open(of.directory.resolve("repository").toFile())) {
      return git.commit().setAll(true).setSign(false).setMessage(message).call().getName();
    }
  }

  private static List<String> processesIn(String name) {
    var mark = directory.resolve(name) + "/";
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.flatMap(p -> p.info().commandLine().stream())
          .filter(line -> line.contains(mark))
          .toList();
    }
  }

  /** One that was started, and what it has printed. */
  private static final class Running {
    final Path directory;
    final Process process;
    private final StringBuffer printed = new StringBuffer();

    Running(Path directory) throws IOException {
      this.directory = directory;
      process = Packaged.start(Map.of(), "try", "--directory", directory.toString());
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                try (var output = process.getInputStream()) {
                  var buffer = new byte[4096];
                  for (var n = output.read(buffer); n >= 0; n = output.read(buffer))
                    printed.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
                } catch (IOException e) {
                  // it ended
                }
              });
    }

    String text() {
      return printed.toString();
    }

    void await(String words, int seconds) {
      org.awaitility.Awaitility.await(words)
          .atMost(Duration.ofSeconds(seconds))
          .failFast(() -> !process.isAlive())
          .untilAsserted(() -> assertThat(text()).contains(words));
    }

    String find(Pattern pattern) {
      var matcher = pattern.matcher(text());
      assertThat(matcher.find()).isTrue();
      return matcher.group(1);
    }

    boolean end(String signal) throws IOException, InterruptedException {
      new ProcessBuilder("/bin/sh", "-c", "kill -" + signal + " " + process.pid())
          .start()
          .waitFor();
      return process.waitFor(60, TimeUnit.SECONDS);
    }
  }

  /** Inserts through the front, and connects again when it has to. */
  private static final class Client {
    private final PGSimpleDataSource source = new PGSimpleDataSource();
    private volatile String server = "";
    private volatile long rows;
    private volatile long longest;
    private final Thread thread = Thread.ofPlatform().daemon().unstarted(this::run);

    Client(Running to) throws IOException {
      this(to, "postgres", "postgres");
    }

    Client(Running to, String user, String database) throws IOException {
      var logIn = LOG_IN.matcher(to.text());
      assertThat(logIn.find()).isTrue();
      var line =
          Files.readAllLines(Path.of(logIn.group(1))).stream()
              .filter(l -> l.startsWith("127.0.0.1:" + logIn.group(2) + ":*:" + user + ":"))
              .findFirst()
              .orElseThrow();
      source.setServerNames(new String[] {"127.0.0.1"});
      source.setPortNumbers(new int[] {Integer.parseInt(logIn.group(2))});
      source.setUser(user);
      source.setDatabaseName(database);
      source.setPassword(line.substring(line.lastIndexOf(':') + 1));
      source.setSocketTimeout(3);
    }

    void start() throws SQLException {
      try (var connection = source.getConnection();
          var statement = connection.createStatement()) {
        statement.execute("CREATE TABLE written (at timestamptz)");
      }
      thread.start();
    }

    private void run() {
      var last = System.nanoTime();
      while (!Thread.currentThread().isInterrupted()) {
        try (Connection connection = source.getConnection();
            var insert = connection.prepareStatement("INSERT INTO written VALUES (now())")) {
          try (var statement = connection.createStatement();
              var name = statement.executeQuery("SHOW cluster_name")) {
            name.next();
            server = name.getString(1);
          }
          while (!Thread.currentThread().isInterrupted()) {
            insert.execute();
            rows++;
            longest = Math.max(longest, System.nanoTime() - last);
            last = System.nanoTime();
            Thread.sleep(10);
          }
        } catch (SQLException e) {
          // once more
        } catch (InterruptedException e) {
          return;
        }
      }
    }

    long rows() {
      return rows;
    }

    long longestGap() {
      return longest / 1_000_000;
    }

    String server() {
      return server;
    }

    void end() throws InterruptedException {
      thread.interrupt();
      thread.join();
    }
  }
}
