package dev.pgbaton.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.observed.JournalEntry.Intent;
import dev.pgbaton.observed.JournalEntry.OwedStatus;
import dev.pgbaton.report.ClusterHealth;
import dev.pgbaton.report.ClusterHealth.Condition;
import dev.pgbaton.report.CommitStatus;
import dev.pgbaton.report.CommitStatuses.Delivery;
import dev.pgbaton.report.Contexts;
import dev.pgbaton.spec.SpecRevision;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReporterTest {
  private static final ClusterId ORDERS = new ClusterId("shop", "orders");
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final Contexts CONTEXTS = new Contexts("prod");

  private final MemoryJournal journal = new MemoryJournal();
  private final List<String> posted = new ArrayList<>();
  private final List<String> rejected = new ArrayList<>();
  private Delivery answer = new Delivery.Delivered();
  private final Reporter reporter = new Reporter(this::take, journal, CONTEXTS, rejected::add);

  private Delivery take(CommitStatus status) {
    if (answer instanceof Delivery.Delivered)
      posted.add("%s %s %s".formatted(status.commit(), status.context(), status.state()));
    return answer;
  }

  @BeforeEach
  void anIntent() {
    journal.write(
        ORDERS,
        journal
            .read(ORDERS)
            .withIntent(new Intent("c1", "h1", "clusters/orders.yaml", NOW, false)));
  }

  private static ClusterHealth health(Condition condition, String text) {
    return new ClusterHealth(condition, "", text);
  }

  @Test
  void theSameStatusIsPostedOnce() {
    for (int i = 0; i < 3; i++)
      reporter.cluster(ORDERS, health(Condition.HEALTHY, "fine"), NOW.plusSeconds(60L * i));

    assertThat(posted).containsExactly("c1 pgbaton/prod/shop/orders SUCCESS");
  }

  @Test
  void aNewReporterKnowsFromTheJournalWhatWasPosted() {
    reporter.cluster(ORDERS, health(Condition.HEALTHY, "fine"), NOW);
    new Reporter(this::take, journal, CONTEXTS, rejected::add)
        .cluster(ORDERS, health(Condition.HEALTHY, "fine"), NOW);

    assertThat(posted).hasSize(1);
  }

  @Test
  void anInstanceThatComesBackByItselfTurnsNoCommitRed() {
    reporter.cluster(ORDERS, health(Condition.HEALTHY, "fine"), NOW);
    var again =
        reporter.cluster(ORDERS, health(Condition.DEGRADED, "one is missing"), NOW.plusSeconds(1));
    reporter.cluster(ORDERS, health(Condition.HEALTHY, "fine"), NOW.plusSeconds(9));

    assertThat(again).contains(Duration.ofSeconds(30));
    assertThat(posted).containsExactly("c1 pgbaton/prod/shop/orders SUCCESS");
  }

  @Test
  void aBlipDoesNotTurnTheRepositorysSummaryRedEither() {
    var well = health(Condition.HEALTHY, "fine");
    var unwell = health(Condition.DEGRADED, "one is missing");
    reporter.cluster(ORDERS, well, NOW);
    reporter.summary(head("c1"), List.of(new Pass.Failed(ORDERS, well)), List.of(), NOW);
    reporter.cluster(ORDERS, unwell, NOW.plusSeconds(1));
    var again =
        reporter.summary(
            head("c1"), List.of(new Pass.Failed(ORDERS, unwell)), List.of(), NOW.plusSeconds(1));
    assertThat(posted).hasSize(2).allMatch(p -> p.endsWith("SUCCESS"));
    reporter.summary(
        head("c1"), List.of(new Pass.Failed(ORDERS, unwell)), List.of(), NOW.plusSeconds(31));

    assertThat(again).contains(Duration.ofSeconds(30));
    assertThat(posted).last().isEqualTo("c1 pgbaton/prod FAILURE");
  }

  @Test
  void healthThatIsLostLaterTurnsTheCommitRedAndGreenAgain() {
    reporter.cluster(ORDERS, health(Condition.HEALTHY, "fine"), NOW);
    reporter.cluster(ORDERS, health(Condition.DEGRADED, "one is missing"), NOW.plusSeconds(1));
    reporter.cluster(ORDERS, health(Condition.DEGRADED, "one is missing"), NOW.plusSeconds(32));
    reporter.cluster(ORDERS, health(Condition.HEALTHY, "fine"), NOW.plusSeconds(60));

    assertThat(posted)
        .containsExactly(
            "c1 pgbaton/prod/shop/orders SUCCESS",
            "c1 pgbaton/prod/shop/orders FAILURE",
            "c1 pgbaton/prod/shop/orders SUCCESS");
  }

  @Test
  void progressIsNotToldMoreOftenThanForgesCount() {
    reporter.cluster(ORDERS, health(Condition.PROGRESSING, "1"), NOW);
    var again = reporter.cluster(ORDERS, health(Condition.PROGRESSING, "2"), NOW.plusSeconds(2));
    reporter.cluster(ORDERS, health(Condition.PROGRESSING, "3"), NOW.plusSeconds(6));

    assertThat(again).contains(Duration.ofSeconds(3));
    assertThat(posted).hasSize(2);
  }

  @Test
  void whatAForgeCannotTakeNowIsTriedAgainAndNotForgotten() {
    answer = new Delivery.Later(Duration.ofSeconds(60), "rate limited");
    var again = reporter.cluster(ORDERS, health(Condition.HEALTHY, "fine"), NOW);
    answer = new Delivery.Delivered();
    reporter.cluster(ORDERS, health(Condition.HEALTHY, "fine"), NOW.plusSeconds(30));
    assertThat(posted).isEmpty();
    reporter.cluster(ORDERS, health(Condition.HEALTHY, "fine"), NOW.plusSeconds(61));

    assertThat(again).contains(Duration.ofSeconds(60));
    assertThat(posted).hasSize(1);
  }

  @Test
  void aSupersededCommitGetsItsFinalStatus() {
    var owed = new OwedStatus("c0", CONTEXTS.of(ORDERS), "ERROR", "superseded by c1");
    var entry = journal.read(ORDERS);
    journal.write(ORDERS, entry.withStatuses(entry.reported(), List.of(owed)));

    reporter.cluster(ORDERS, health(Condition.PROGRESSING, "restart orders-1"), NOW);

    assertThat(posted)
        .containsExactly(
            "c0 pgbaton/prod/shop/orders ERROR", "c1 pgbaton/prod/shop/orders PENDING");
    assertThat(journal.read(ORDERS).owed()).isEmpty();
  }

  @Test
  void anOldHeadsPendingSummaryIsEnded() {
    var working = new Pass.Failed(ORDERS, health(Condition.PROGRESSING, "restart orders-1"));
    reporter.summary(head("c1"), List.of(working), List.of(), NOW);
    reporter.summary(
        head("c2"),
        List.of(new Pass.Failed(ORDERS, health(Condition.HEALTHY, "fine"))),
        List.of(),
        NOW);

    assertThat(posted)
        .containsExactly(
            "c1 pgbaton/prod PENDING", "c1 pgbaton/prod ERROR", "c2 pgbaton/prod SUCCESS");
  }

  @Test
  void aSummaryThatIsPendingAgainIsEndedEvenIfItsDaemonDiesRightAfterPostingIt() {
    var working = new Pass.Failed(ORDERS, health(Condition.PROGRESSING, "restart orders-1"));
    var fine = new Pass.Failed(ORDERS, health(Condition.HEALTHY, "fine"));
    reporter.summary(head("c1"), List.of(fine), List.of(), NOW);
    var dying =
        new Reporter(
            status -> {
              take(status);
              throw new IllegalStateException("killed");
            },
            journal,
            CONTEXTS,
            rejected::add);
    assertThatThrownBy(() -> dying.summary(head("c1"), List.of(working), List.of(), NOW))
        .hasMessage("killed");

    reporter.summary(head("c2"), List.of(fine), List.of(), NOW);
    assertThat(posted)
        .containsExactly(
            "c1 pgbaton/prod SUCCESS",
            "c1 pgbaton/prod PENDING",
            "c1 pgbaton/prod ERROR",
            "c2 pgbaton/prod SUCCESS");
  }

  @Test
  void aStatusThatTheForgeWillNeverTakeIsSaidAndLeft() {
    answer = new Delivery.Rejected("no such commit");
    var again = reporter.cluster(ORDERS, health(Condition.HEALTHY, "fine"), NOW);

    assertThat(again).isEmpty();
    assertThat(rejected.getFirst()).contains("no such commit");
  }

  @Test
  void whatTheForgeHasNotTakenCountsUntilItTakesAnother() {
    var counts = new ArrayList<String>();
    var counting =
        new Reporter(
            this::take,
            journal,
            CONTEXTS,
            new Reporter.Listener() {
              @Override
              public void notTaken(String why) {}

              @Override
              public void undelivered(Optional<ClusterId> of, int statuses) {
                counts.add(of.map(ClusterId::name).orElse("repository") + " " + statuses);
              }
            });
    answer = new Delivery.Rejected("403");
    counting.cluster(ORDERS, health(Condition.BLOCKED, "no"), NOW);
    counting.cluster(ORDERS, health(Condition.BLOCKED, "no"), NOW.plusSeconds(600));
    answer = new Delivery.Delivered();
    counting.cluster(ORDERS, health(Condition.HEALTHY, "fine"), NOW.plusSeconds(900));
    answer = new Delivery.Later(Duration.ofSeconds(60), "502");
    counting.cluster(ORDERS, health(Condition.BLOCKED, "no"), NOW.plusSeconds(1000));
    counting.summary(head("c1"), List.of(), List.of(), NOW.plusSeconds(1001));
    answer = new Delivery.Delivered();
    counting.cluster(ORDERS, health(Condition.BLOCKED, "no"), NOW.plusSeconds(1100));

    assertThat(counts)
        .containsExactly(
            "orders 1", "orders 1", "orders 0", "orders 1", "repository 1", "orders 0");
  }

  private static Optional<SpecRevision> head(String commit) {
    return Optional.of(new SpecRevision(commit, NOW, "subject"));
  }
}
