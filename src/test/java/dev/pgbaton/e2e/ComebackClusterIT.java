package dev.pgbaton.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Instances that come back with data that must not be lost, merged or started as it is: on the real
 * cluster, without a daemon. The tests share one cluster and go on from where the one before ended.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ComebackClusterIT {
  private static final Surroundings WHERE = Surroundings.fromEnvironment();
  private static final Machine MACHINE = Machine.fromEnvironment();
  private static final String NAMESPACE = WHERE.namespace() + "-comeback";
  private static final Duration START = WHERE.patience(Duration.ofSeconds(90));
  private static final Duration RETURN = WHERE.patience(Duration.ofSeconds(60));

  private static final String SPEC =
      """
      apiVersion: pgbaton.dev/v1alpha1
      kind: PostgresCluster
      metadata: {name: %s, namespace: %s}
      spec:
        instances: %d
        image: %s
        storage: {size: 1Gi, storageClassName: standard}
        postgresql: {parameters: {wal_keep_size: 32MB, autovacuum: "off"}}
        replication: {synchronousStandbys: %d}
      """;

  private static KubernetesClient kubernetes;
  private static BareCluster tale;
  private static BareCluster pair;
  private static boolean running;

  @RegisterExtension
  static final Diagnostics DIAGNOSTICS =
      new Diagnostics(
          () -> kubernetes,
          WHERE,
          () ->
              Shell.run(
                  WHERE.kubectl(),
                  "-n",
                  NAMESPACE,
                  "logs",
                  "-l",
                  "pgbaton.dev/cluster=tale",
                  "--tail=80",
                  "--prefix"),
          List.of(NAMESPACE));

  @BeforeAll
  static void makeTheClusters() {
    kubernetes = Installation.client();
    BareCluster.removeNamespace(kubernetes, NAMESPACE);
    Installation.load(WHERE, WHERE.postgresImage());
    BareCluster.namespace(kubernetes, NAMESPACE);
    tale = new BareCluster(kubernetes, WHERE, MACHINE, NAMESPACE, "tale");
    pair = new BareCluster(kubernetes, WHERE, MACHINE, NAMESPACE, "pair");
    tale.create(SPEC.formatted("tale", NAMESPACE, 3, WHERE.postgresImage(), 0));
    pair.create(SPEC.formatted("pair", NAMESPACE, 2, WHERE.postgresImage(), 1));
  }

  @AfterAll
  static void removeEverything() {
    MACHINE.restore();
    if (!Boolean.getBoolean("pgbaton.keep")) BareCluster.removeNamespace(kubernetes, NAMESPACE);
    kubernetes.close();
  }

  @Test
  @Order(1)
  void aClusterWithASynchronousStandbyBootstraps() throws Exception {
    until("three instances are Ready", START, () -> tale.ready() == 3);
    until("both instances are Ready", START, () -> pair.ready() == 2);
    pair.sql(pair.holder(), "create table t (i int)", "insert into t values (1)");
    until(
        "commits wait for the standby",
        START,
        () -> pair.sql(pair.holder(), "show synchronous_standby_names").getFirst().contains("1"));
    pair.scale(0);
    tale.sql(
        tale.holder(),
        "create table tale (line text)",
        "create table big as select i, repeat('x', 400) as filler from generate_series(1, 100000) i");
    until(
        "both standbys have it",
        RETURN,
        () ->
            tale.sql(
                        tale.holder(),
                        "select pid from pg_stat_replication where replay_lsn = pg_current_wal_flush_lsn()")
                    .size()
                == 2);
    running = true;
  }

  @Test
  @Order(2)
  void aTimelineOfTheSameNumberIsSetAsideWithItsSize() throws Exception {
    assumeTrue(running);
    var primary = tale.holder();
    var fork = other(primary);
    var next = other(primary, fork);
    var program = tale.program(fork);
    MACHINE.pause(program);
    tale.sql(fork, "select pg_promote()", "insert into tale values ('only in the fork')");
    tale.sql(primary, "insert into tale values ('before the handoff')");
    tale.askToHandOffTo(next);
    until(next + " is the primary", RETURN, () -> tale.writable(next));
    assertThat(timeline(next)).isEqualTo(timeline(fork));
    tale.sql(next, "insert into tale values ('after the handoff')");
    MACHINE.resume(program);

    until(fork + " streams again", RETURN, () -> tale.streamsFrom(fork, next));
    assertThat(lines(next)).containsExactly("before the handoff", "after the handoff");
    until("its data too", RETURN, () -> lines(fork).equals(lines(next)));
    until("it is told", RETURN, () -> setAside(fork).size() == 1);
    var aside = setAside(fork);
    assertThat(aside.getFirst().path("why").asText()).contains("another timeline 2");
    assertThat(aside.getFirst().path("bytes").asLong()).isGreaterThan(20L << 20);
    assertThat(
            tale.exec(
                fork, "ls", "/var/lib/pgbaton/data/" + aside.getFirst().path("name").asText()))
        .contains("PG_VERSION");
  }

  @Test
  @Order(3)
  void commitsThatOnlyTheOldPrimaryHasAreSetAsideWithTheirNumber() throws Exception {
    assumeTrue(running);
    var old = tale.holder();
    var before = setAside(old).size();
    String next;
    try (var connection = tale.at(old).getConnection();
        var statement = connection.createStatement()) {
      var paused = tale.allButSessions(old);
      MACHINE.pause(paused);
      next = successorOf(old);
      statement.execute("insert into tale values ('lost one')");
      statement.execute("insert into tale values ('lost two')");
      MACHINE.resume(paused);
    }

    until(old + " streams again", RETURN, () -> tale.streamsFrom(old, next));
    until("it is told", RETURN, () -> setAside(old).size() == before + 1);
    var aside = setAside(old);
    // repmgrd of the others may have noted something there too.
    assertThat(aside.getLast().path("why").asText()).containsPattern("with [2-9] commits");
    assertThat(aside.getLast().path("bytes").asLong()).isGreaterThan(20L << 20);
    assertThat(tale.log(old)).containsPattern("data set aside as .* with [2-9] commits");
    assertThat(lines(next)).doesNotContain("lost one");
  }

  @Test
  @Order(4)
  void aRewindThatIsInterruptedIsDoneAgainAndLosesNothing() throws Exception {
    assumeTrue(running);
    var old = tale.holder();
    // What repmgrd notes of itself would be commits that nobody else has.
    tale.in("repmgr", old, "alter table repmgr.events rename to events_away");
    var before = setAside(old).size();
    var next = "";
    try (var connection = tale.at(old).getConnection();
        var statement = connection.createStatement()) {
      connection.setNetworkTimeout(Runnable::run, 20_000);
      var paused = tale.allButSessions(old);
      MACHINE.pause(paused);
      next = successorOf(old);
      connection.setAutoCommit(false);
      statement.execute("update big set filler = repeat('y', 400)");
      MACHINE.resume(paused);
      until("it is being rewound", RETURN, () -> !tale.processes(old, "pg_rewind").isEmpty());
      untilItHasWritten(tale.processes(old, "pg_rewind"));
      tale.killContainer(old);
    } catch (SQLException e) {
      // That server is gone.
    }

    var upstream = next;
    until(old + " streams again", RETURN, () -> tale.streamsFrom(old, upstream));
    assertThat(tale.log(old)).contains("with 0 commits").contains("the rewind did not end");
    assertThat(setAside(old)).hasSize(before);
    tale.in("repmgr", next, "alter table repmgr.events_away rename to events");
    until(
        "all of it is there",
        RETURN,
        () ->
            tale.sql(old, "select count(*) from big where filler like 'x%'")
                .equals(List.of("100000")));
  }

  @Test
  @Order(5)
  void aReplicaWhoseLogIsGoneClonesAgainByItselfAlsoIfTheCopyIsInterrupted() throws Exception {
    assumeTrue(running);
    var primary = tale.holder();
    var behind = other(primary);
    var before = setAside(behind).size();
    var program = tale.program(behind);
    MACHINE.pause(program);
    MACHINE.kill(tale.processes(behind, "/bin/postgres "));
    // What is copied must not make the copy follow itself.
    tale.exec(
        primary,
        "bash",
        "-c",
        "echo \"primary_conninfo = 'host=%s.tale-headless user=repmgr'\" >> /var/lib/pgbaton/data/pgdata/postgresql.auto.conf"
            .formatted(behind));
    for (var i = 0; i < 3; i++)
      tale.sql(primary, "update big set filler = repeat('x', 400)", "checkpoint");
    MACHINE.resume(program);
    until("it is being cloned", RETURN, () -> !tale.processes(behind, "pg_basebackup").isEmpty());
    tale.killContainer(behind);

    // What it had before streams for a moment, too.
    until(
        "the copy is started",
        RETURN,
        () -> tale.log(behind).contains("postgresql.auto.conf is not for pgbaton's instances"));
    until(behind + " streams again", RETURN, () -> tale.streamsFrom(behind, primary));
    assertThat(tale.log(behind)).contains("its log is gone from the primary");
    assertThat(setAside(behind)).hasSize(before);
    assertThat(tale.exec(behind, "ls", "/var/lib/pgbaton/data"))
        .doesNotContain("pgdata.new")
        .doesNotContain("pgdata.replaced");
    assertThat(tale.sql(behind, "show primary_conninfo").getFirst())
        .contains("host=" + primary + ".");
  }

  @Test
  @Order(6)
  void aPausedRepmgrdAndWrongMetadataAreRepairedAndTold() throws Exception {
    assumeTrue(running);
    breakRepmgr();
    until("repmgr is mended", RETURN, ComebackClusterIT::repmgrIsWhole);
    var primary = tale.status(tale.holder()).path("repmgrd");
    assertThat(primary.path("running").asBoolean()).isTrue();
    assertThat(primary.path("repaired").asText()).isNotEmpty();
    assertThat(tale.log(tale.holder())).contains("repmgr's metadata was wrong and is mended");
  }

  @Test
  @Order(7)
  void aStaleFormerPrimaryThatIsStartedFirstWaitsUnlessAPersonSaysOtherwise() throws Exception {
    assumeTrue(running);
    if (tale.holder().equals(tale.pod(0))) {
      tale.askToHandOffTo(tale.pod(1));
      until("tale-1 is the primary", RETURN, () -> tale.writable(tale.pod(1)));
      until("all follow", RETURN, () -> tale.ready() == 3);
    }
    var last = tale.holder();
    var stale = tale.pod(0);
    MACHINE.pause(tale.program(stale));
    MACHINE.kill(tale.processes(stale, "/bin/postgres "));
    tale.sql(last, "insert into tale values ('the newest')");
    tale.scale(0);
    tale.cutPower();
    MACHINE.restore();
    until(
        "all are gone",
        RETURN,
        () -> IntStream.range(0, 3).allMatch(i -> tale.find(tale.pod(i)).isEmpty()));

    tale.scale(1);
    // Whether the last primary had the time to say how far it got decides which of the two it says.
    until(
        "it says what it waits for",
        RETURN,
        () -> {
          var reason = tale.status(stale).path("reason").asText();
          return reason.contains("pgbaton-ask take-over " + last)
              || reason.contains("which was confirmed to clients");
        });
    assertThat(tale.writable(stale)).isFalse();
    assertThat(ask(stale, "take-over", tale.pod(0))).contains("refused").contains(last);

    assertThat(ask(stale, "take-over", last)).contains("this is the primary now");
    assertThat(tale.writable(stale)).isTrue();
    tale.sql(stale, "insert into tale values ('after the decision')");
    tale.scale(3);
    until("all are Ready again", START, () -> tale.ready() == 3);
    assertThat(lines(stale)).contains("after the decision").doesNotContain("the newest");
    // By its commits, or because both began a timeline of the same number.
    until("what was given up is kept", RETURN, () -> !setAside(last).isEmpty());
    assertThat(setAside(last).getLast().path("bytes").asLong()).isGreaterThan(20L << 20);
  }

  private static String ask(String pod, String... words) {
    try {
      return tale.exec(
          pod,
          Stream.concat(Stream.of("pgbaton-ask"), Arrays.stream(words)).toArray(String[]::new));
    } catch (Shell.Failed e) {
      return e.getMessage();
    }
  }

  private static void breakRepmgr() throws Exception {
    tale.exec(other(tale.holder()), "repmgr", "-f", "/run/pgbaton/repmgr.conf", "service", "pause");
    tale.in(
        "repmgr",
        tale.holder(),
        "delete from repmgr.nodes where type = 'standby'",
        "update repmgr.nodes set type = 'standby', active = false");
  }

  private static boolean repmgrIsWhole() throws Exception {
    for (var i = 0; i < 3; i++)
      if (!tale.in("repmgr", tale.pod(i), "select repmgr.repmgrd_is_paused()").equals(List.of("f")))
        return false;
    return tale.in(
            "repmgr",
            tale.holder(),
            "select node_name || ' ' || type from repmgr.nodes where active order by 1")
        .equals(
            IntStream.range(0, 3)
                .mapToObj(tale::pod)
                .map(pod -> pod + (pod.equals(tale.holder()) ? " primary" : " standby"))
                .toList());
  }

  private static String other(String... but) {
    return IntStream.range(0, 3)
        .mapToObj(tale::pod)
        .filter(pod -> !List.of(but).contains(pod))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> lines(String pod) throws Exception {
    return tale.sql(pod, "select line from tale");
  }

  private static String timeline(String pod) throws Exception {
    return tale.sql(pod, "select substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)").getFirst();
  }

  private static List<JsonNode> setAside(String pod) {
    var all = new ArrayList<JsonNode>();
    tale.status(pod).path("setAside").forEach(all::add);
    return all;
  }

  /** Half-way, if it is not over in a moment: it begins with a recovery that writes nothing. */
  private static void untilItHasWritten(List<Long> rewinds) {
    var end = System.nanoTime() + Duration.ofMillis(300).toNanos();
    while (System.nanoTime() < end && rewinds.stream().noneMatch(ComebackClusterIT::hasWritten))
      Thread.onSpinWait();
  }

  private static boolean hasWritten(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/io"))
          .lines()
          .filter(line -> line.startsWith("wchar: "))
          .anyMatch(line -> Long.parseLong(line.substring(7)) > 1 << 20);
    } catch (IOException e) {
      return false;
    }
  }

  private static String successorOf(String old) {
    until(
        "another one is the primary",
        RETURN,
        () -> !tale.holder().equals(old) && tale.writable(tale.holder()));
    return tale.holder();
  }

  private static void until(String what, Duration atMost, Callable<Boolean> condition) {
    await(what).atMost(atMost).pollInterval(Duration.ofMillis(20)).until(condition);
  }
}
