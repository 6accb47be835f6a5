package dev.pgbaton.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.e2e.Fault.ApiServerAway;
import dev.pgbaton.e2e.Fault.Isolation;
import dev.pgbaton.e2e.Fault.KillPostmaster;
import dev.pgbaton.e2e.Fault.Part;
import dev.pgbaton.e2e.Fault.Pause;
import dev.pgbaton.e2e.Fault.PowerCut;
import dev.pgbaton.e2e.Fault.Target.Primary;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What nobody has planned, on a real cluster: the figures of docs/promises.md. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FailoverClusterIT {
  private static final Surroundings WHERE = Surroundings.fromEnvironment();
  private static final Duration WELL = WHERE.patience(Duration.ofSeconds(120));

  /** One cluster for all of them. */
  private static final class Shared
      implements BeforeAllCallback, AfterAllCallback, AfterTestExecutionCallback {
    private final LongRun run = new LongRun(WHERE, "failover");
    private boolean told;

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
      run.beforeEach(context);
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
      if (told || context.getExecutionException().isEmpty()) return;
      told = true;
      run.tell(context.getExecutionException().get());
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
      run.afterEach(context);
    }
  }

  @RegisterExtension static final Shared SHARED = new Shared();

  private final LongRun run = SHARED.run;

  @BeforeAll
  static void everythingIsWell() throws InterruptedException {
    assertThat(SHARED.run.health().await(WELL, SHARED.run::clientsWrite)).isEmpty();
  }

  @AfterAll
  static void noAcknowledgedRowIsLost() throws Exception {
    SHARED.run.clients().forEach(ChaosClient::close);
    assertThat(SHARED.run.lostRows(true)).as("acknowledged rows that are lost").isEmpty();
  }

  @Test
  @Order(1)
  void anOutageOfTheApiServerAloneFailsNoWrite() throws Exception {
    var seconds = Integer.getInteger("pgbaton.failover.outage", 22);
    var holder = run.health().holder();
    var seen = strike(new ApiServerAway(false, seconds));

    seen.forEach(
        (client, s) -> {
          assertThat(s.failed()).as(client).isEmpty();
          assertThat(s.longestGap()).as(client).isLessThan(WHERE.patience(Duration.ofSeconds(1)));
        });
    assertThat(run.health().holder()).isEqualTo(holder);
  }

  @Test
  @Order(2)
  void aKilledPostgresIsBackWithinFiveSeconds() throws Exception {
    assertGaps(strike(new KillPostmaster(new Primary())), Duration.ofSeconds(5));
  }

  @Test
  @Order(3)
  void anIsolatedPrimaryStopsWithinNineSecondsAndBeforeAnotherStarts() throws Exception {
    var old = run.eyes().addressOf(run.health().primary());
    var begun = System.nanoTime();
    var looks = looksDuring(new Isolation(new Primary(), 22));

    var itsLast =
        looks.stream().filter(l -> l.address().equals(old)).mapToLong(Look::answered).max();
    var othersFirst =
        looks.stream().filter(l -> !l.address().equals(old)).mapToLong(Look::begun).min();
    assertThat(Duration.ofNanos(itsLast.orElseThrow() - begun))
        .isLessThan(WHERE.patience(Duration.ofSeconds(9)));
    assertThat(othersFirst.orElseThrow()).isGreaterThan(itsLast.getAsLong());
  }

  @Test
  @Order(4)
  void aPowerCutTakesNewConnectionsFifteenSecondsAtMost() throws Exception {
    assertGaps(strike(new PowerCut(new Primary(), 20)), Duration.ofSeconds(15));
  }

  @Test
  @Order(5)
  void aStoppedProgramDoesNotKeepItsServerWritable() throws Exception {
    var old = run.eyes().addressOf(run.health().primary());
    var begun = System.nanoTime();
    var looks = looksDuring(new Pause(new Primary(), Part.PROGRAM, 20));

    var itsLast =
        looks.stream().filter(l -> l.address().equals(old)).mapToLong(Look::answered).max();
    assertThat(Duration.ofNanos(itsLast.orElseThrow() - begun))
        .isLessThan(WHERE.patience(Duration.ofSeconds(9)));
  }

  @Test
  @Order(6)
  void aMachineThatStoodStillDoesNotGoOnAsThePrimary() throws Exception {
    var old = run.health().primary();
    looksDuring(new Pause(new Primary(), Part.EVERYTHING, 30));

    assertThat(run.health().primary()).isNotEqualTo(old);
  }

  @Test
  @Order(7)
  void theProgramNeedsNoPasswordForItsOwnServer() throws Exception {
    var over =
        Databases.query(
            run.stage().shop().throughPrimaryService(),
            "select distinct coalesce(host(client_addr), 'socket') from pg_stat_activity"
                + " where application_name = 'pgbaton' and usename = 'postgres'");

    assertThat(over).containsExactly("socket");
  }

  private List<Look> looksDuring(Fault fault) throws Exception {
    run.begin();
    strikes().strike(fault);
    var looks = run.eyes().take();
    judge(fault, looks);
    return looks;
  }

  private Map<String, ChaosClient.Seen> strike(Fault fault) throws Exception {
    run.begin();
    strikes().strike(fault);
    assertThat(run.health().await(WELL, run::clientsWrite)).isEmpty();
    var seen =
        run.clients().stream()
            .collect(
                Collectors.toMap(ChaosClient::name, ChaosClient::take, (a, _) -> a, TreeMap::new));
    run.timeline().say("%s: %s", fault.text(), gaps(seen));
    judge(fault, run.eyes().take());
    return seen;
  }

  private void judge(Fault fault, List<Look> looks) throws Exception {
    run.timeline().say("%s: writable %s", fault.text(), spans(looks));
    assertThat(WritableSpans.together(looks)).as("two writable at once").isEmpty();
    assertThat(run.health().await(WELL, run::clientsWrite)).isEmpty();
    assertThat(run.lostRows(false)).as("acknowledged rows that are lost").isEmpty();
  }

  private String spans(List<Look> looks) {
    return WritableSpans.text(looks, run.eyes()::podAt);
  }

  private static String gaps(Map<String, ChaosClient.Seen> seen) {
    var gaps = new TreeMap<String, Duration>();
    seen.forEach((name, s) -> gaps.put(name, s.longestGap()));
    return LongRun.text(gaps) + " failed " + seen.values().stream().map(s -> s.failed()).toList();
  }

  private void assertGaps(Map<String, ChaosClient.Seen> seen, Duration bound) {
    seen.forEach(
        (client, s) -> assertThat(s.longestGap()).as(client).isLessThan(WHERE.patience(bound)));
  }

  private Strikes strikes() {
    return new Strikes(
        run.stage(),
        run.machine(),
        run.lease()::holder,
        this::moveClientsAway,
        run.eyes(),
        run.timeline());
  }

  /** Nothing is learned from a client that is cut off. */
  private void moveClientsAway(String node) {
    var next = "node-" + (Integer.parseInt(node.substring("node-".length())) % 3 + 1);
    for (var client : run.clients()) if (client.node().equals(node)) client.moveTo(next);
    try {
      Thread.sleep(300);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
