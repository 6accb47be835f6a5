package dev.pgbaton.plan;

import static dev.pgbaton.plan.Clusters.NOW;
import static dev.pgbaton.plan.Clusters.cluster;
import static dev.pgbaton.plan.Clusters.outdated;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.observed.JournalEntry.StepRecord;
import dev.pgbaton.observed.RouteProbe.Leads;
import dev.pgbaton.plan.Plan.Await;
import dev.pgbaton.plan.Plan.Blocked;
import dev.pgbaton.plan.Plan.InSync;
import dev.pgbaton.plan.Plan.Proceed;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RoutesTest {
  private static final Leads.ToAPrimary WELL = new Leads.ToAPrimary("10.0.0.1");

  private static Clusters well() {
    return cluster()
        .primary("orders-0")
        .replica("orders-1")
        .with(pgpool("orders-pgpool-a", "2026-01-01T00:00:00Z"))
        .with(pgpool("orders-pgpool-b", "2026-01-01T00:00:00Z"))
        .leads("orders-pgpool-a", WELL)
        .leads("orders-pgpool-b", WELL);
  }

  private static Pod pgpool(String name, String made) {
    return new PodBuilder()
        .withNewMetadata()
        .withNamespace("shop")
        .withName(name)
        .withUid("uid-" + name)
        .withCreationTimestamp(made)
        .addToLabels("app.kubernetes.io/component", "pgpool")
        .endMetadata()
        .build();
  }

  private static Leads astray(long seconds) {
    return new Leads.Astray(NOW.minusSeconds(seconds), "it leads to 10.0.0.2, a replica");
  }

  @Test
  void pgpoolThatLeadsToThePrimaryIsLeftAlone() {
    assertThat(well().plan()).isEqualTo(new InSync());
    assertThat(well().leads("orders-pgpool-b", new Leads.Full()).plan()).isEqualTo(new InSync());
  }

  @Test
  void whatMayBeAMomentsTroubleIsWaitedFor() {
    assertThat(well().leads("orders-pgpool-b", astray(3)).plan()).isInstanceOf(Await.class);
  }

  @Test
  void onePgpoolAtATimeIsReplaced() {
    var plan =
        well().leads("orders-pgpool-a", astray(11)).leads("orders-pgpool-b", astray(11)).plan();

    assertThat(((Proceed) plan).step().text())
        .isEqualTo(
            "replace orders-pgpool-a, which does not lead to the primary: it leads to 10.0.0.2, a replica");
  }

  @Test
  void pgpoolThatWasReplacedInVainIsSaid() {
    var plan =
        well()
            .with(pgpool("orders-pgpool-c", NOW.minusSeconds(20).toString()))
            .leads("orders-pgpool-c", astray(11))
            .journal(j -> j.withStep(Optional.of(replaced(NOW.minusSeconds(21)))))
            .plan();

    assertThat(((Blocked) plan).reason()).isEqualTo(Refusal.ROUTE_ASTRAY);
  }

  private static StepRecord replaced(Instant at) {
    return new StepRecord("replace orders-pgpool-a, which …", "orders-pgpool-a", "uid", at);
  }

  @Test
  void theServiceIsTheHoldersToPutRight() {
    assertThat(well().leads("orders-primary", astray(11)).plan()).isInstanceOf(Await.class);
    assertThat(well().leads("orders-primary", astray(31)).plan())
        .isInstanceOfSatisfying(
            Blocked.class, b -> assertThat(b.reason()).isEqualTo(Refusal.ROUTE_ASTRAY));
  }

  @Test
  void nothingIsReplacedWhileAnInstanceIsNotWell() {
    var plan =
        cluster()
            .primary("orders-0", outdated())
            .replica("orders-1")
            .with(pgpool("orders-pgpool-a", "2026-01-01T00:00:00Z"))
            .leads("orders-pgpool-a", astray(60))
            .plan();

    assertThat(((Proceed) plan).step()).isInstanceOf(Step.HandOffPrimary.class);
  }
}
