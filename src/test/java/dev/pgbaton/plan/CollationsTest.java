package dev.pgbaton.plan;

import static dev.pgbaton.plan.Clusters.cluster;
import static dev.pgbaton.plan.Clusters.outdated;
import static dev.pgbaton.plan.Clusters.sorting;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.plan.Clusters.Trait;
import dev.pgbaton.plan.Plan.Blocked;
import dev.pgbaton.plan.Plan.InSync;
import dev.pgbaton.plan.Plan.Proceed;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** An image with another glibc: text is sorted otherwise than the indexes were made. */
class CollationsTest {
  private static Clusters halfWay(Trait... ofTheOthers) {
    return cluster()
        .primary("orders-0", both(outdated(), ofTheOthers))
        .replica("orders-1", both(outdated(), ofTheOthers))
        .replica("orders-2", sorting("2.36", "2.41"));
  }

  private static Trait both(Trait one, Trait... others) {
    return member -> {
      one.to(member);
      for (var other : others) other.to(member);
    };
  }

  @Test
  void theFirstUpdatedReplicaShowsItAndTheCommitIsTakenBack() {
    var cluster = halfWay();
    var lastGood = cluster.lastGood();

    assertThat(cluster.journal(j -> j.withLastGood(Optional.of(lastGood))).plan())
        .isInstanceOfSatisfying(
            Proceed.class,
            p ->
                assertThat(p.step())
                    .isInstanceOfSatisfying(
                        Step.GiveUp.class,
                        step -> {
                          assertThat(step.refusal()).isEqualTo(Refusal.COLLATION_CHANGED);
                          assertThat(step.why())
                              .startsWith(
                                  "orders-2 runs the new image, which sorts text by collation version 2.41; the indexes of database shop were made by 2.36")
                              .contains("spec.rollout.acceptCollationVersion: \"2.41\"");
                        }));
  }

  @Test
  void withoutAWayBackNothingMoreIsRestarted() {
    assertThat(halfWay().plan())
        .isInstanceOfSatisfying(
            Blocked.class,
            blocked -> assertThat(blocked.reason()).isEqualTo(Refusal.COLLATION_CHANGED));
  }

  @Test
  void whatIsAcceptedGoesOn() {
    assertThat(accepting("2.41").plan()).isInstanceOf(Proceed.class);
    assertThat(accepting("2.42").plan()).isInstanceOf(Blocked.class);
  }

  private static Clusters accepting(String version) {
    return accepting(halfWay(), version);
  }

  private static Clusters accepting(Clusters cluster, String version) {
    return cluster.spec(
        yaml ->
            yaml.replace(
                "instanceTimeout: 10m",
                "instanceTimeout: 10m, acceptCollationVersion: \"%s\"".formatted(version)));
  }

  @Test
  void whatWasSoBeforeIsNoChange() {
    assertThat(halfWay(sorting("2.36", "2.41")).plan()).isInstanceOf(Proceed.class);
  }

  /** As after an image of somebody else's was replaced with no instance there. */
  @Test
  void whatNoRolloutCouldShowIsSaidForAsLongAsItIsSo() {
    var all =
        cluster()
            .primary("orders-0", sorting("2.36", "2.41"))
            .replica("orders-1", sorting("2.36", "2.41"))
            .replica("orders-2", sorting("2.36", "2.41"));

    assertThat(all.plan())
        .isInstanceOfSatisfying(
            InSync.class,
            plan -> {
              assertThat(plan.but()).map(Blocked::reason).contains(Refusal.COLLATION_CHANGED);
              assertThat(plan.but().orElseThrow().text())
                  .contains("REINDEX DATABASE", "spec.rollout.acceptCollationVersion: \"2.41\"");
            });
  }

  @Test
  void whatIsAcceptedIsNotSaidAgain() {
    var one = cluster().primary("orders-0", sorting("2.36", "2.41"));

    assertThat(one.plan()).isNotEqualTo(new InSync());
    assertThat(accepting(one, "2.41").plan()).isEqualTo(new InSync());
  }
}
