package dev.pgbaton.postgres;

import static dev.pgbaton.postgres.PostgresPair.layout;
import static dev.pgbaton.postgres.PostgresPair.pod;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Login;
import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.observed.InstanceProbe.Setting;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against real servers. */
class JdbcProbesTest {
  @TempDir static Path directory;
  private static PostgresPair pair;

  private final MonitorLogins passwords =
      new MonitorLogins(_ -> Optional.of(new Login("pgbaton", PostgresPair.PASSWORD)), _ -> "");
  private JdbcInstanceProbe probe;

  @BeforeAll
  static void start() throws IOException, SQLException {
    pair = new PostgresPair(directory);
  }

  @AfterAll
  static void stop() throws IOException {
    pair.close();
  }

  @BeforeEach
  void open() {
    probe = new JdbcInstanceProbe(passwords, pair::address);
  }

  @AfterEach
  void close() {
    probe.close();
  }

  @Test
  void aPrimaryAndItsStandbySayWhatTheyAre() {
    await()
        .untilAsserted(
            () -> {
              var primary = known("orders-0");
              assertThat(primary.role()).isEqualTo(Role.PRIMARY);
              assertThat(primary.timeline()).isEqualTo(1);
              assertThat(primary.standbys()).containsOnlyKeys("orders-1");
              var standby = primary.standbys().get("orders-1");
              assertThat(standby.streaming()).isTrue();
              assertThat(standby.lagBytes()).isZero();
              assertThat(standby.synchronous()).isFalse();

              var replica = known("orders-1");
              assertThat(replica.role()).isEqualTo(Role.REPLICA);
              assertThat(replica.timeline()).isEqualTo(1);
              assertThat(replica.flushed()).isEqualTo(primary.flushed()).isGreaterThan(Lsn.ZERO);
              assertThat(replica.standbys()).isEmpty();
            });
  }

  @Test
  void aStandbyThatCommitsWaitForIsSynchronous() throws Exception {
    pair.reloadableSetting("synchronous_standby_names = 'ANY 1 (\"orders-1\")'");
    await().until(this::synchronous, Boolean.TRUE::equals);
    pair.reloadableSetting("");
    await().until(this::synchronous, Boolean.FALSE::equals);
  }

  @Test
  void settingsAreReportedWithTheirUnits() {
    assertThat(known("orders-0", "wal_segment_size", "wal_level", "nonsense").settings())
        .isEqualTo(
            Map.of(
                "wal_segment_size",
                new Setting("16777216", "B", false),
                "wal_level",
                new Setting("replica", "", false)));
  }

  @Test
  void whatTheFilesHaveWrongIsReportedAndWhatWaitsForARestartIsNot() throws Exception {
    pair.reloadableSetting("work_mem = lots");
    await()
        .untilAsserted(
            () ->
                assertThat(known("orders-0").fileErrors())
                    .singleElement()
                    .asString()
                    .startsWith("work_mem (line 1)"));

    pair.reloadableSetting("max_prepared_transactions = 7");
    await()
        .until(
            () ->
                known("orders-0", "max_prepared_transactions")
                    .settings()
                    .get("max_prepared_transactions")
                    .pendingRestart());
    assertThat(known("orders-0").fileErrors()).isEmpty();
    pair.reloadableSetting("");
  }

  @Test
  void aHostThatDoesNotAnswerDelaysNobodyForLong() throws IOException {
    try (var silent = new ServerSocket(0)) {
      var addresses = Map.of("orders-1", new InetSocketAddress("127.0.0.1", silent.getLocalPort()));
      try (var other =
          new JdbcInstanceProbe(
              passwords,
              p ->
                  Optional.ofNullable(addresses.get(p.getMetadata().getName()))
                      .or(() -> pair.address(p)))) {
        var begun = System.nanoTime();
        var answers = other.ask(layout(), List.of(pod("orders-0"), pod("orders-1")), Set.of());

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(6));
        assertThat(answers.get("orders-0")).isInstanceOf(Answer.Known.class);
        assertThat(answers.get("orders-1")).isInstanceOf(Answer.Unknown.class);
      }
    }
  }

  @Test
  void aPodWithoutAnAddressIsNotKnown() {
    assertThat(probe.ask(layout(), List.of(pod("orders-7")), Set.of()))
        .containsEntry("orders-7", new Answer.Unknown("its pod has no address yet"));
  }

  @Test
  void aRefusedPasswordIsNamedWithoutBeingShown() {
    var reads = new AtomicInteger();
    var wrong =
        new MonitorLogins(
            _ -> {
              reads.incrementAndGet();
              return Optional.of(new Login("pgbaton", "hunter2"));
            },
            _ -> "");
    try (var other = new JdbcInstanceProbe(wrong, pair::address)) {
      for (int i = 0; i < 3; i++)
        assertThat(other.ask(layout(), List.of(pod("orders-0")), Set.of()).get("orders-0"))
            .isInstanceOfSatisfying(
                Answer.Unknown.class,
                u ->
                    assertThat(u.reason())
                        .contains("password authentication failed")
                        .doesNotContain("hunter2"));
    }
    assertThat(reads).hasValue(1);
  }

  @Test
  void theLongestGapIsTheTimeWithoutAnAcknowledgedWrite() throws Exception {
    try (var writes = new JdbcWriteProbe(passwords, _ -> pair.address(pod("orders-0")))) {
      ClusterLayout layout = layout();
      assertThat(writes.longestGap(layout.id())).isEmpty();
      writes.start(layout);
      await().until(() -> writes.longestGap(layout.id()).isPresent());

      pair.stopPrimary();
      var stopped = System.nanoTime();
      await()
          .until(
              () ->
                  writes.longestGap(layout.id()).orElseThrow().compareTo(Duration.ofMillis(300))
                      > 0);
      pair.startPrimary();
      var down = Duration.ofNanos(System.nanoTime() - stopped);
      await().until(() -> known("orders-0").role() == Role.PRIMARY);
      await().until(() -> settled(writes, layout));

      // What is measured begins before the stop has returned, and ends once a client is back.
      assertThat(writes.longestGap(layout.id()).orElseThrow())
          .isBetween(Duration.ofMillis(300), down.plusSeconds(3));
      writes.stop(layout.id());
      assertThat(writes.longestGap(layout.id())).isEmpty();
    }
  }

  /** The gap grows no more: writes are acknowledged again. */
  private static boolean settled(JdbcWriteProbe writes, ClusterLayout layout)
      throws InterruptedException {
    var before = writes.longestGap(layout.id());
    Thread.sleep(300);
    return before.equals(writes.longestGap(layout.id()));
  }

  /** Null while the standby is not connected. */
  private Boolean synchronous() {
    var standby = known("orders-0").standbys().get("orders-1");
    return standby == null ? null : standby.synchronous();
  }

  private Answer.Known known(String pod, String... settings) {
    var answer = probe.ask(layout(), List.of(pod("orders-0"), pod("orders-1")), Set.of(settings));
    assertThat(answer.get(pod)).isInstanceOf(Answer.Known.class);
    return (Answer.Known) answer.get(pod);
  }
}
