package dev.pgbaton.web;

import static dev.pgbaton.web.MetricsTest.done;
import static dev.pgbaton.web.MetricsTest.journal;
import static dev.pgbaton.web.MetricsTest.rollout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.reconcile.Fleet;
import dev.pgbaton.reconcile.Pass;
import dev.pgbaton.report.ClusterHealth;
import dev.pgbaton.report.ClusterHealth.Condition;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ClusterDetailTest {
  @Test
  void aReplicaSaysWhomItFollowsAndHowFarItIsBehind() {
    var detail = detail(done(Condition.HEALTHY, journal("abc")));

    assertThat(detail.members())
        .extracting(m -> m.name() + " " + m.role() + " " + m.follows() + " " + m.lagBytes())
        .containsExactly(
            "orders-0 primary  Optional.empty", "orders-1 replica orders-0 Optional[4096]");
  }

  @Test
  void aRefusalSaysWhatToDo() {
    var pass = done(Condition.BLOCKED, journal("abc"));
    var blocked =
        new Pass.Done(
            pass.id(),
            pass.observed(),
            pass.plan(),
            pass.outcome(),
            new ClusterHealth(Condition.BLOCKED, "ReplicaLags", "orders-1 is far behind"),
            false);

    assertThat(detail(blocked).refusals())
        .singleElement()
        .satisfies(
            r -> {
              assertThat(r.found()).isEqualTo("orders-1 is far behind");
              assertThat(r.remedy()).contains("wait until it has caught up");
            });
  }

  @Test
  void anOutageThatIsNotKnownIsNotZero() {
    var detail =
        detail(
            done(
                Condition.HEALTHY,
                journal(
                    "abc",
                    rollout(Optional.empty()),
                    rollout(Optional.of(Duration.ofMillis(230))))));

    assertThat(detail.rollouts())
        .extracting(ClusterDetail.RolloutView::outageMillis)
        .containsExactly(Optional.of(230L), Optional.empty());
  }

  @Test
  void whatNeedsSomebodyComesFirst() {
    var passes = new TreeMap<ClusterId, Pass>();
    for (var name : List.of("a", "b", "c")) {
      var id = new ClusterId("shop", name);
      passes.put(
          id,
          new Pass.Removed(
              id,
              new ClusterHealth(
                  name.equals("c") ? Condition.UNWRITABLE : Condition.HEALTHY, "", "words")));
    }
    var fleet =
        new Fleet(Optional.empty(), Optional.of("away"), Optional.empty(), List.of(), passes);

    var summary = FleetSummary.of(fleet, List.of("Pod"));

    assertThat(summary.clusters()).extracting(ClusterSummary::name).containsExactly("c", "a", "b");
    assertThat(summary.troubles()).containsExactly("The repository: away", "Not visible now: Pod");
  }

  @Test
  void aDecisionIsSaidOnce() {
    var decisions = new Decisions();
    var healthy = done(Condition.HEALTHY, journal("abc"));
    decisions.passed(healthy, Optional.empty());
    decisions.passed(healthy, Optional.of(healthy));
    decisions.passed(done(Condition.DEGRADED, journal("abc")), Optional.of(healthy));

    assertThat(decisions.of(healthy.id()))
        .extracting(Decisions.Decision::kind)
        .containsExactly("degraded", "healthy");
  }

  private static ClusterDetail detail(Pass pass) {
    return ClusterDetail.of(
        pass,
        Optional.empty(),
        new ClusterDetail.Said(List.of(), List.of(), Optional.of(List.of())));
  }
}
