package dev.pgbaton.plan;

import static dev.pgbaton.plan.Clusters.NOW;
import static dev.pgbaton.plan.Clusters.cluster;
import static dev.pgbaton.plan.Clusters.lag;
import static dev.pgbaton.plan.Clusters.outdated;
import static dev.pgbaton.plan.Clusters.silent;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.JournalEntry.Quarantine;
import dev.pgbaton.plan.Forecast.Verdict;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ForecastTest {
  private static Forecast forecast(Clusters cluster) {
    return Forecast.of(cluster.desired(), cluster.observed(), cluster.plan());
  }

  @Test
  void theStepsOfARolloutInTheirOrder() {
    var forecast =
        forecast(cluster().primary("orders-0").replica("orders-1").replica("orders-2").pushed());

    assertThat(forecast.verdict()).isEqualTo(Verdict.CAN_PROCEED);
    assertThat(forecast.outage()).isEqualTo("one handoff: no writes for a fraction of a second");
    assertThat(forecast.steps()).hasSize(5).first().isEqualTo("write 1 object");
    assertThat(forecast.steps().get(3)).isEqualTo("hand off orders-0 → orders-1");
    assertThat(forecast.steps().get(1)).startsWith("restart orders-1: ");
    assertThat(forecast.steps().get(4)).startsWith("restart orders-0, a replica by then: ");
  }

  @Test
  void whatIsLeftOfARolloutThatHasBegun() {
    var forecast =
        forecast(cluster().primary("orders-0", outdated()).replica("orders-1").replica("orders-2"));

    assertThat(forecast.steps())
        .containsExactly(
            "hand off orders-0 → orders-1",
            "restart orders-0, a replica by then: image "
                + Clusters.OLD_IMAGE
                + " → "
                + Clusters.NEW_IMAGE);
  }

  @Test
  void aRefusalHasItsCodeAtOnce() {
    var forecast = forecast(cluster().primary("orders-0").replica("orders-1", lag(40)).pushed());

    assertThat(forecast.verdict()).isEqualTo(Verdict.REFUSED);
    assertThat(forecast.reason()).contains(Refusal.REPLICA_LAGS);
  }

  @Test
  void whoCouldNotBeAskedLeavesItOpen() {
    var forecast =
        forecast(cluster().primary("orders-0", silent()).replica("orders-1", silent()).pushed());

    assertThat(forecast.verdict()).isEqualTo(Verdict.NOT_KNOWN);
  }

  @Test
  void commitsWaitWhereEveryReplicaHasToConfirm() {
    var forecast =
        forecast(cluster().synchronousStandbys(1).primary("orders-0").replica("orders-1").pushed());

    assertThat(forecast.outage()).contains("commits wait while a replica restarts: 1 of 1");
  }

  @Test
  void whatIsNewIsSupposedToBeTriedAndWhatIsKnownStaysAsItIs() {
    var failed =
        Forecast.supposing(JournalEntry.EMPTY, "bad", "orders.yaml", NOW)
            .withQuarantine(Optional.of(new Quarantine("bad", "c0ffee", "no image", NOW)));

    assertThat(Forecast.supposing(failed, "bad", "orders.yaml", NOW)).isEqualTo(failed);
    assertThat(Forecast.supposing(failed, "good", "orders.yaml", NOW).quarantine()).isEmpty();
  }
}
