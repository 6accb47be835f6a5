package dev.pgbaton.plan;

import static dev.pgbaton.plan.Clusters.cluster;
import static dev.pgbaton.plan.Clusters.fileError;
import static dev.pgbaton.plan.Clusters.lag;
import static dev.pgbaton.plan.Clusters.notReady;
import static dev.pgbaton.plan.Clusters.notStreaming;
import static dev.pgbaton.plan.Clusters.silent;
import static dev.pgbaton.plan.Clusters.synchronous;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.observed.JournalEntry.Rollout;
import dev.pgbaton.observed.JournalEntry.Suspension;
import dev.pgbaton.plan.AskedHandOff.Possible;
import dev.pgbaton.plan.AskedHandOff.Refused;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AskedHandOffTest {
  private static final long MAX_LAG = 16L << 20;

  private static Clusters three() {
    return held(cluster().primary("orders-0").replica("orders-1").replica("orders-2"));
  }

  private static Clusters held(Clusters cluster) {
    return cluster.lease(
        l -> l.editOrNewSpec().withHolderIdentity("orders-0").withLeaseTransitions(3).endSpec());
  }

  private static AskedHandOff ask(Clusters cluster, String... to) {
    return ask(cluster, 0, to);
  }

  private static AskedHandOff ask(Clusters cluster, int synchronousStandbys, String... to) {
    return AskedHandOff.of(
        cluster.observed(),
        to.length == 0 ? Optional.empty() : Optional.of(to[0]),
        MAX_LAG,
        synchronousStandbys);
  }

  private static Optional<Refusal> code(AskedHandOff answer) {
    return ((Refused) answer).reason();
  }

  private static String candidate(AskedHandOff answer) {
    return ((Possible) answer).candidate().toString();
  }

  @Test
  void theFirstReplicaTakesOverUnlessAnotherIsNamed() {
    assertThat(candidate(ask(three()))).isEqualTo("orders-1");
    assertThat(candidate(ask(three(), "orders-2"))).isEqualTo("orders-2");
  }

  @Test
  void nothingIsAskedOfWhatIsSuspendedByHand() {
    var suspension = new Suspension("alice", Instant.parse("2026-01-02T03:04:05Z"));
    var answer = ask(three().journal(j -> j.withSuspension(Optional.of(suspension))));

    assertThat(code(answer)).contains(Refusal.SUSPENDED_BY_HAND);
    assertThat(((Refused) answer).text())
        .endsWith("by alice since 2026-01-02T03:04:05Z. Resume it first.");
  }

  @Test
  void nothingIsAskedWhileAnyInstanceIsUnwell() {
    assertThat(
            code(
                ask(
                    held(
                        cluster()
                            .primary("orders-0")
                            .replica("orders-1")
                            .replica("orders-2", notReady())))))
        .contains(Refusal.REPLICA_NOT_READY);
    assertThat(code(ask(held(cluster().primary("orders-0").replica("orders-1", notStreaming())))))
        .contains(Refusal.REPLICA_NOT_STREAMING);
    assertThat(code(ask(held(cluster().primary("orders-0").replica("orders-1", lag(40))))))
        .contains(Refusal.REPLICA_LAGS);
    assertThat(code(ask(held(cluster().primary("orders-0").replica("orders-1", silent())))))
        .contains(Refusal.ROLE_NOT_KNOWN);
    assertThat(code(ask(held(cluster().instances(3).primary("orders-0").replica("orders-1")))))
        .contains(Refusal.REPLICA_NOT_READY);
    assertThat(
            code(
                ask(
                    held(
                        cluster()
                            .primary("orders-0", fileError("no such parameter"))
                            .replica("orders-1")))))
        .contains(Refusal.CONFIG_ERRORS);
  }

  @Test
  void thereMustBeOnePrimaryAndItHoldsTheLease() {
    assertThat(code(ask(held(cluster().primary("orders-0").primary("orders-1")))))
        .contains(Refusal.MORE_THAN_ONE_PRIMARY);
    assertThat(code(ask(held(cluster().replica("orders-0").replica("orders-1")))))
        .contains(Refusal.NO_PRIMARY);
    assertThat(code(ask(held(cluster().replica("orders-0").primary("orders-1"))))).isNotEmpty();
  }

  @Test
  void aCordonedNodeOfAReplicaIsNoPlaceForThePrimaryButItsOwnMayBe() {
    assertThat(code(ask(three().cordon("orders-1"), "orders-1"))).contains(Refusal.NODE_CORDONED);
    assertThat(candidate(ask(three().cordon("orders-1")))).isEqualTo("orders-2");
    assertThat(candidate(ask(three().cordon("orders-0")))).isEqualTo("orders-1");
  }

  @Test
  void whereCommitsAreConfirmedOnlyWhoConfirmsTakesOver() {
    var cluster =
        held(cluster().primary("orders-0").replica("orders-1").replica("orders-2", synchronous()));

    assertThat(candidate(ask(cluster, 1))).isEqualTo("orders-2");
    assertThat(((Refused) ask(cluster, 1, "orders-1")).sentence())
        .startsWith("orders-1 does not confirm commits now");
  }

  @Test
  void nobodyGetsInTheWayOfWhoIsAtItAlready() {
    var asked =
        three()
            .lease(
                l -> l.editMetadata().addToAnnotations(Names.HANDOFF_TO, "orders-2").endMetadata());
    var rolling =
        three()
            .journal(
                j ->
                    j.withRollout(
                        Optional.of(
                            new Rollout(
                                "c0ffee",
                                "image 17 → 17.1",
                                Clusters.NOW,
                                Optional.empty(),
                                "",
                                Optional.empty(),
                                Optional.empty()))));

    assertThat(((Refused) ask(asked)).sentence()).contains("orders-2 was asked for already");
    assertThat(((Refused) ask(rolling)).sentence())
        .isEqualTo("a rollout is under way (image 17 → 17.1), and hands off by itself.");
  }

  @Test
  void whatMakesNoSenseIsSaidWithoutACode() {
    assertThat(((Refused) ask(three(), "orders-0")).sentence())
        .isEqualTo("orders-0 is the primary already.");
    assertThat(((Refused) ask(three(), "orders-7")).sentence())
        .startsWith("there is no instance orders-7");
    assertThat(((Refused) ask(held(cluster().primary("orders-0")))).sentence())
        .isEqualTo("orders-0 is the only instance.");
  }
}
