package dev.pgbaton.plan;

import static dev.pgbaton.plan.Clusters.NOW;
import static dev.pgbaton.plan.Clusters.cluster;
import static dev.pgbaton.plan.Clusters.lag;
import static dev.pgbaton.plan.Clusters.outdated;
import static dev.pgbaton.plan.Clusters.silent;
import static dev.pgbaton.plan.Clusters.took;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.desired.AppliedHash;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.JournalEntry.Quarantine;
import dev.pgbaton.plan.Forecast.Verdict;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
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

  /** The one change in Git that deletes data. */
  @Test
  void whatIsGoingToBeDroppedIsForetold() {
    var declaring =
        cluster()
            .primary("orders-0", took("abc"))
            .replica("orders-1")
            .spec(
                text ->
                    text
                        + """
                            users: [{name: app}, {name: gone, ensure: absent}]
                            databases:
                              - {name: shop, owner: app, schemas: [{name: s, ensure: absent}]}
                              - {name: old, ensure: absent}
                          """);
    var secret =
        (Secret) declaring.desired().get(new ObjectKey("Secret", "shop", "orders-users")).object();

    assertThat(forecast(declaring.with(written(secret, "of an earlier commit", "abc"))).steps())
        .containsExactly(
            "write 1 object",
            "drop database old with all of its data, if it is there, once nobody is connected to it",
            "drop schema s of database shop, if it is there and nothing is in it or uses it",
            "drop role gone, if it is there and owns nothing");
    // Written, and not taken yet.
    assertThat(forecast(declaring.with(written(secret, AppliedHash.of(secret), "new"))).steps())
        .hasSize(3);
    assertThat(forecast(declaring.with(written(secret, AppliedHash.of(secret), "abc"))).steps())
        .isEmpty();
  }

  @Test
  void whatCouldNotBeDroppedYetIsStillForetold() {
    var declaring =
        cluster()
            .primary(
                "orders-0",
                took("abc", "database old: it is dropped once nobody is connected to it"))
            .replica("orders-1")
            .spec(text -> text + "  databases: [{name: old, ensure: absent}]\n");
    var secret =
        (Secret) declaring.desired().get(new ObjectKey("Secret", "shop", "orders-users")).object();

    assertThat(forecast(declaring.with(written(secret, AppliedHash.of(secret), "abc"))).steps())
        .hasSize(1)
        .first()
        .asString()
        .startsWith("drop database old");
  }

  private static Secret written(Secret secret, String applied, String id) {
    return new SecretBuilder(secret)
        .editMetadata()
        .addToAnnotations(Names.APPLIED, applied)
        .addToAnnotations(Names.USERS, id)
        .endMetadata()
        .build();
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
