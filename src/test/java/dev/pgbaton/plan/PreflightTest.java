package dev.pgbaton.plan;

import static dev.pgbaton.plan.Clusters.NOW;
import static dev.pgbaton.plan.Clusters.cluster;
import static dev.pgbaton.plan.Clusters.crashed;
import static dev.pgbaton.plan.Clusters.doesNotKnow;
import static dev.pgbaton.plan.Clusters.fileError;
import static dev.pgbaton.plan.Clusters.free;
import static dev.pgbaton.plan.Clusters.lag;
import static dev.pgbaton.plan.Clusters.neverReady;
import static dev.pgbaton.plan.Clusters.notReady;
import static dev.pgbaton.plan.Clusters.notStreaming;
import static dev.pgbaton.plan.Clusters.outdated;
import static dev.pgbaton.plan.Clusters.silent;
import static dev.pgbaton.plan.Clusters.unreadySince;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.JournalEntry.Intent;
import dev.pgbaton.observed.JournalEntry.Rollout;
import dev.pgbaton.plan.Clusters.Trait;
import dev.pgbaton.plan.Plan.Await;
import dev.pgbaton.plan.Plan.Blocked;
import dev.pgbaton.plan.Plan.Proceed;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A commit that restarts instances, while the cluster is not fit for it. */
class PreflightTest {
  private static Clusters push(Trait... ofTheReplica) {
    return cluster()
        .primary("orders-0")
        .replica("orders-1", ofTheReplica)
        .replica("orders-2")
        .pushed();
  }

  private static JournalEntry begunLongAgo(JournalEntry journal) {
    return journal.withIntent(
        new Intent("c0ffee", "hash", "clusters/orders.yaml", NOW.minusSeconds(60), false));
  }

  private static Blocked refused(Clusters cluster) {
    var plan = cluster.journal(PreflightTest::begunLongAgo).plan();
    assertThat(plan).isInstanceOf(Blocked.class);
    return (Blocked) plan;
  }

  @Test
  void aFitClusterIsChanged() {
    assertThat(push().plan()).isInstanceOf(Proceed.class);
  }

  @Test
  void whatMayPassByItselfIsWaitedForAMomentWithItsReason() {
    assertThat(push(lag(40)).plan())
        .isEqualTo(
            new Await(
                "orders-1: it is 41943040 bytes of WAL behind, more than the 16777216 allowed. Nothing is changed before it is well",
                NOW.plusSeconds(25),
                Optional.of(Refusal.REPLICA_LAGS)));
  }

  @Test
  void aReplicaThatLagsRefusesIt() {
    assertThat(refused(push(lag(40))).reason()).isEqualTo(Refusal.REPLICA_LAGS);
  }

  /** With fewer connections than its primary a standby replays no further. */
  @Test
  void aReplicaThatCantCatchUpBeforeItRestartsRefusesNothing() {
    var cluster =
        cluster()
            .primary("orders-0", Clusters.maxConnections("300"))
            .replica("orders-1", lag(40))
            .pushed();

    assertThat(cluster.plan()).isInstanceOf(Proceed.class);
  }

  @Test
  void aReplicaThatDoesNotStreamRefusesIt() {
    assertThat(refused(push(notStreaming())).reason()).isEqualTo(Refusal.REPLICA_NOT_STREAMING);
  }

  @Test
  void aReplicaThatIsNotReadyRefusesIt() {
    assertThat(refused(push(notReady())).reason()).isEqualTo(Refusal.REPLICA_NOT_READY);
  }

  @Test
  void aRoleThatIsNotKnownRefusesIt() {
    assertThat(refused(push(silent())).reason()).isEqualTo(Refusal.ROLE_NOT_KNOWN);
  }

  @Test
  void twoPrimariesRefuseIt() {
    var cluster = cluster().primary("orders-0").primary("orders-1").pushed();

    assertThat(refused(cluster).reason()).isEqualTo(Refusal.MORE_THAN_ONE_PRIMARY);
  }

  @Test
  void aClusterWithoutAPrimaryRefusesIt() {
    var cluster = cluster().replica("orders-0").replica("orders-1").pushed();

    assertThat(refused(cluster).reason()).isEqualTo(Refusal.NO_PRIMARY);
  }

  @Test
  void aCordonedNodeRefusesIt() {
    assertThat(refused(push().cordon("orders-2")))
        .isEqualTo(
            new Blocked(
                Refusal.NODE_CORDONED,
                "orders-2 is on a node that takes no new pods (cordoned), so it might not start again. Uncordon the node, or wait until the work on it is done."));
  }

  @Test
  void aVolumeThatIsNearlyFullRefusesIt() {
    assertThat(refused(push(free(100))))
        .isEqualTo(
            new Blocked(
                Refusal.VOLUME_NEARLY_FULL,
                "orders-1's volume has 100 MiB of 10240 MiB left; a rollout holds WAL back and needs more. Make room first."));
    assertThat(push(free(1000)).plan()).isInstanceOf(Proceed.class);
  }

  @Test
  void aParameterThatOnlyTheNewImageKnowsIsRefusedAtOnceWithItsField() {
    assertThat(push(doesNotKnow("work_mem")).plan())
        .isEqualTo(
            new Blocked(
                Refusal.PARAMETER_NOT_KNOWN,
                "spec.postgresql.parameters.work_mem",
                "orders-1 runs a PostgreSQL that does not know it, and the image changes in the same commit: there would be no way back. Push the image first, and this with a commit after it."));
  }

  @Test
  void aDisruptionBudgetOfSomebodyElseRefusesIt() {
    assertThat(refused(push().with(budget("orders"))))
        .isEqualTo(
            new Blocked(
                Refusal.FOREIGN_DISRUPTION_BUDGET,
                "the PodDisruptionBudget team-budget selects orders-0, too, and Kubernetes evicts no pod that two budgets select. Delete it, or narrow its selector."));
    assertThat(push().with(budget("other")).plan()).isInstanceOf(Proceed.class);
  }

  private static PodDisruptionBudget budget(String hash) {
    return new PodDisruptionBudgetBuilder()
        .withNewMetadata()
        .withNamespace("shop")
        .withName("team-budget")
        .endMetadata()
        .withNewSpec()
        .withNewSelector()
        .addNewMatchExpression()
        .withKey("controller-revision-hash")
        .withOperator("Exists")
        .endMatchExpression()
        .addToMatchLabels("pgbaton.dev/role", hash.equals("orders") ? "primary" : "nobody")
        .endSelector()
        .endSpec()
        .build();
  }

  @Test
  void errorsInTheFilesRefuseTheFirstRestart() {
    var cluster =
        cluster()
            .primary("orders-0", outdated())
            .replica("orders-1", outdated(), fileError("work_mem (line 3): invalid value"));

    assertThat(refused(cluster))
        .isEqualTo(
            new Blocked(
                Refusal.CONFIG_ERRORS,
                "orders-1 might not start again: work_mem (line 3): invalid value."));
  }

  @Test
  void aRolloutThatHasBegunIsBroughtToItsEnd() {
    var plan =
        cluster()
            .primary("orders-0", outdated())
            .replica("orders-1", outdated(), free(10))
            .replica("orders-2")
            .journal(j -> j.withRollout(Optional.of(rollout())))
            .plan();

    assertThat(plan).isInstanceOf(Proceed.class);
  }

  private static Rollout rollout() {
    return new Rollout(
        "c0ffee", "", NOW, Optional.empty(), "daemon", Optional.empty(), Optional.empty());
  }

  @Test
  void whatIsBrokenMayNeedThisVeryCommit() {
    assertThat(push(neverReady()).plan()).isInstanceOf(Proceed.class);
    assertThat(push(notReady(), crashed()).plan()).isInstanceOf(Proceed.class);
  }

  @Test
  void whatWasNeverReadyMayBeThePrimaryThatTheOthersWaitFor() {
    var waiting =
        cluster()
            .replica("orders-0", notReady())
            .replica("orders-1", neverReady())
            .replica("orders-2", neverReady());
    var perhapsThePrimary =
        cluster().primary("orders-0", silent()).replica("orders-1", neverReady()).pushed();

    assertThat(waiting.pushed().plan()).isInstanceOf(Proceed.class);
    assertThat(refused(perhapsThePrimary).reason()).isEqualTo(Refusal.ROLE_NOT_KNOWN);
  }

  /** The former primary's pod was made anew: nobody's commit may hurry then. */
  @Test
  void aPodThatWasMadeAMomentAgoIsOnItsWay() {
    var failover =
        cluster()
            .replica("orders-0", neverReady(), m -> m.since = NOW.minusSeconds(10).toString())
            .replica("orders-1")
            .replica("orders-2")
            .pushed();

    assertThat(refused(failover).reason()).isEqualTo(Refusal.NO_PRIMARY);
  }

  /** PostgreSQL ends again and again, while the program and so the container run. */
  @Test
  void aServerThatHasNotStartedForLongMayNeedThisVeryCommit() {
    var down = cluster().primary("orders-0", unreadySince(NOW.minusSeconds(660))).pushed();
    var justNow = cluster().primary("orders-0", unreadySince(NOW.minusSeconds(60))).pushed();

    assertThat(down.plan()).isInstanceOf(Proceed.class);
    assertThat(refused(justNow).reason()).isEqualTo(Refusal.REPLICA_NOT_READY);
    assertThat(
            ((Proceed)
                    cluster()
                        .primary("orders-0", unreadySince(NOW.minusSeconds(660)), outdated())
                        .plan())
                .step())
        .isInstanceOf(Step.RestartReplica.class);
  }

  @Test
  void aChangeByHandIsRepairedWhileTheCommitIsRefused() {
    var cluster = push(lag(40));
    var service = new ObjectKey("Service", "shop", "orders-primary");

    var plan =
        cluster
            .without(service)
            .journal(j -> j.withInventory(new TreeSet<>(java.util.Set.of(service))))
            .plan();

    assertThat(((Proceed) plan).step().text()).isEqualTo("create " + service);
  }
}
