package dev.pgbaton.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.apply.Outcome;
import dev.pgbaton.cluster.Capabilities;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.SourceRef;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Plan;
import dev.pgbaton.plan.Refusal;
import dev.pgbaton.report.CommitStatus.State;
import dev.pgbaton.spec.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClusterHealthTest {
  private static final ObservedCluster OBSERVED =
      ObservedCluster.of(
          ClusterLayout.generated(
              new ClusterId("shop", "orders"),
              1,
              false,
              new Capabilities(true, Duration.ofSeconds(45))),
          new ClusterSnapshot(Map.of(), List.of(), Set.of(), true),
          Map.of(),
          JournalEntry.EMPTY);

  @Test
  void whatTheCachesCallWellAndACloserLookDoesNotIsNoGreen() {
    assertThat(
            ClusterHealth.of(OBSERVED, new Plan.InSync(), new Outcome.Stale("look again")).state())
        .isEqualTo(State.PENDING);
    assertThat(ClusterHealth.of(OBSERVED, new Plan.InSync(), new Outcome.NothingToDo()).state())
        .isEqualTo(State.SUCCESS);
  }

  @Test
  void whatWasLeftToOthersIsNamed() {
    var observed =
        OBSERVED.with(
            JournalEntry.EMPTY.withHandedOn(
                List.of("Service shop/lb (argocd-controller has applied it since)")));

    assertThat(ClusterHealth.of(observed, new Plan.InSync(), new Outcome.NothingToDo()).sentence())
        .endsWith(
            "; no longer in Git, and left to others: Service shop/lb (argocd-controller has applied it since)");
  }

  @Test
  void aSuspensionIsToldThoughAllIsWell() {
    var observed =
        OBSERVED.with(
            JournalEntry.EMPTY.withSuspension(
                Optional.of(
                    new JournalEntry.Suspension("alice", Instant.parse("2026-01-02T03:04:05Z")))));

    var health = ClusterHealth.of(observed, new Plan.InSync(), new Outcome.NothingToDo());

    assertThat(health.state()).isEqualTo(State.SUCCESS);
    assertThat(health.sentence()).endsWith("; suspended by alice since 2026-01-02T03:04:05Z");
  }

  @Test
  void whatAPersonHasToDoIsNoGreenEither() {
    var but = new Plan.Blocked(Refusal.COLLATION_CHANGED, "", "rebuild the indexes");
    var health =
        ClusterHealth.of(OBSERVED, new Plan.InSync(Optional.of(but)), new Outcome.NothingToDo());

    assertThat(health.state()).isEqualTo(State.FAILURE);
    assertThat(health.sentence()).isEqualTo("CollationChanged: rebuild the indexes");
  }

  @Test
  void wellAsItIsThereIsAWordOfAdvice() {
    var healthy = ClusterHealth.of(OBSERVED, new Plan.InSync(), new Outcome.NothingToDo());
    var refused =
        ClusterHealth.of(
            OBSERVED, new Plan.Blocked(Refusal.SUSPENDED, "", "no."), new Outcome.NothingToDo());

    assertThat(
            healthy
                .advised(List.of(advice("put this: it is better"), advice("or that")))
                .sentence())
        .isEqualTo(healthy.sentence() + "; advice: put this; or that");
    assertThat(healthy.advised(List.of())).isEqualTo(healthy);
    assertThat(refused.advised(List.of(advice("put this")))).isEqualTo(refused);
    assertThat(healthy.left().sentence())
        .isEqualTo("left to its owner, nothing of it is touched: " + healthy.sentence());
    assertThat(refused.left()).isEqualTo(refused);
  }

  private static Problem advice(String words) {
    return new Problem(new SourceRef("set.yaml", 1, 1), "spec", words);
  }
}
