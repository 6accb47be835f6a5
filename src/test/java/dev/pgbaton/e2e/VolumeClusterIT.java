package dev.pgbaton.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The primary's volume is full, or can't be written any more: on the real cluster, without a
 * daemon, with one synchronous standby.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class VolumeClusterIT {
  private static final Surroundings WHERE = Surroundings.fromEnvironment();
  private static final Machine MACHINE = Machine.fromEnvironment();
  private static final String NAMESPACE = WHERE.namespace() + "-volume";
  private static final Duration PATIENCE = WHERE.patience(Duration.ofSeconds(90));
  private static final String FIRST = "narrow-0";

  private static final String SPEC =
      """
      apiVersion: pgbaton.dev/v1alpha1
      kind: PostgresCluster
      metadata: {name: narrow, namespace: %s}
      spec:
        instances: 3
        image: %s
        storage: {size: 1Gi, storageClassName: standard}
        replication: {synchronousStandbys: 1}
      """;

  private static KubernetesClient kubernetes;
  private static BareCluster narrow;
  private static SmallVolume volume;

  @RegisterExtension
  static final Diagnostics DIAGNOSTICS =
      new Diagnostics(
          () -> kubernetes,
          WHERE,
          () ->
              IntStream.range(0, 3)
                  .mapToObj(narrow::pod)
                  .map(pod -> "\n##### " + pod + "\n" + narrow.log(pod))
                  .reduce("", String::concat));

  @BeforeAll
  static void makeTheCluster() throws Exception {
    kubernetes = Installation.client();
    BareCluster.removeNamespace(kubernetes, NAMESPACE);
    if (!WHERE.imageLoad().isEmpty()) Shell.run(WHERE.imageLoad(), WHERE.postgresImage());
    BareCluster.namespace(kubernetes, NAMESPACE);
    volume = new SmallVolume(kubernetes, NAMESPACE, "narrow", 0, 300);
    narrow = new BareCluster(kubernetes, WHERE, MACHINE, NAMESPACE, "narrow");
    narrow.create(SPEC.formatted(NAMESPACE, WHERE.postgresImage()));
    until("three instances are Ready", () -> narrow.ready() == 3);
    until(
        "commits wait for a standby",
        () -> narrow.sql(FIRST, "show synchronous_standby_names").getFirst().contains("1"));
    narrow.sql(FIRST, "create table filling (i bigserial, filler text)");
  }

  @AfterAll
  static void removeEverything() {
    MACHINE.restore();
    BareCluster.removeNamespace(kubernetes, NAMESPACE);
    if (volume != null) volume.close();
    kubernetes.close();
  }

  @Test
  @Order(1)
  void aFullVolumeMovesThePrimaryAndLosesNothing() throws Exception {
    var confirmed = fill();

    until("another one is the primary", VolumeClusterIT::moved);
    assertThat(rows(holder())).isGreaterThanOrEqualTo(confirmed);
    // A copy in the place of its data may have helped it before anybody asks.
    until("it says why", () -> said("No space left on device"));

    volume.grow(800);
    comesBack();
  }

  @Test
  @Order(2)
  void aVolumeThatTurnsReadOnlyMovesThePrimaryAndLosesNothing() throws Exception {
    until(
        FIRST + " has everything",
        () ->
            narrow
                    .sql(
                        holder(),
                        "select pid from pg_stat_replication where application_name = '"
                            + FIRST
                            + "' and replay_lsn = pg_current_wal_flush_lsn()")
                    .size()
                == 1);
    narrow.askToHandOffTo(FIRST);
    until(FIRST + " is the primary", () -> narrow.writable(FIRST));
    narrow.sql(FIRST, "insert into filling (filler) values ('the last one')");
    var confirmed = rows(FIRST);
    var program = narrow.program(FIRST);
    MACHINE.pause(program);
    MACHINE.kill(narrow.processes(FIRST, "/bin/postgres "));
    until("nothing writes", () -> narrow.processes(FIRST, "postgres: ").isEmpty());
    volume.readOnly(true);
    MACHINE.resume(program);

    until("another one is the primary", VolumeClusterIT::moved);
    assertThat(rows(holder())).isEqualTo(confirmed);
    until(
        "it says why",
        () -> narrow.status(FIRST).path("reason").asText().contains("Read-only file system"));

    volume.readOnly(false);
    comesBack();
  }

  /** As the reason that its status had at some time. */
  private static boolean said(String words) {
    return narrow
        .log(FIRST)
        .lines()
        .anyMatch(line -> line.contains(" pgbaton waiting: ") && line.contains(words));
  }

  /** By itself. */
  private static void comesBack() throws Exception {
    until(FIRST + " streams again", () -> narrow.streamsFrom(FIRST, holder()));
    var rows = rows(holder());
    until("it has all", () -> rows(FIRST) == rows);
    until("all are Ready", () -> narrow.ready() == 3);
  }

  /**
   * Returns how many rows were confirmed. A table that can't grow is an error of one statement; WAL
   * that can't grow ends the server.
   */
  private static long fill() throws SQLException {
    var confirmed = 0L;
    try (Connection connection = narrow.at(FIRST).getConnection();
        var statement = connection.createStatement()) {
      while (confirmed < 10_000_000)
        confirmed +=
            statement.executeUpdate(
                "insert into filling (filler) select repeat('x', 1000) from generate_series(1, 2000)");
    } catch (SQLException e) {
      System.out.println(FIRST + " takes no more rows: " + e.getMessage());
    }
    try (Connection connection = narrow.at(FIRST).getConnection();
        var statement = connection.createStatement()) {
      for (var mebibytes = 0; mebibytes < 1_000; mebibytes++)
        statement.execute("select pg_logical_emit_message(false, 'filling', repeat('x', 1 << 20))");
    } catch (SQLException e) {
      System.out.println(FIRST + " takes no more WAL: " + e.getMessage());
      return confirmed;
    }
    throw new AssertionError("the volume never was full");
  }

  private static boolean moved() {
    var now = holder();
    return !now.isEmpty() && !now.equals(FIRST) && narrow.writable(now);
  }

  private static long rows(String pod) throws SQLException {
    return Long.parseLong(narrow.sql(pod, "select count(*) from filling").getFirst());
  }

  private static String holder() {
    return narrow.holder();
  }

  private static void until(String what, Callable<Boolean> condition) {
    await(what).atMost(PATIENCE).pollInterval(Duration.ofMillis(100)).until(condition);
  }
}
