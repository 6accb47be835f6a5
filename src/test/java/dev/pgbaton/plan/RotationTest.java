package dev.pgbaton.plan;

import static dev.pgbaton.plan.Clusters.NOW;
import static dev.pgbaton.plan.Clusters.cluster;
import static dev.pgbaton.plan.Clusters.notReady;
import static dev.pgbaton.plan.Clusters.silent;
import static dev.pgbaton.plan.Clusters.told;
import static dev.pgbaton.plan.Clusters.tookLogins;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.LoginTurn.Phase;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.observed.JournalEntry.Intent;
import dev.pgbaton.plan.Clusters.Trait;
import dev.pgbaton.plan.Plan.Await;
import dev.pgbaton.plan.Plan.Blocked;
import dev.pgbaton.plan.Plan.InSync;
import dev.pgbaton.plan.Plan.Proceed;
import dev.pgbaton.plan.Step.Rotate;
import dev.pgbaton.plan.Step.TellLogins;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The passwords of pgbaton's own roles: one write, then all have to have taken it. */
class RotationTest {
  private static final ObjectKey SECRET = new ObjectKey("Secret", "shop", "orders-credentials");

  /** The spec says May; the Secret was made for {@code before}, and is at that turn. */
  private static Clusters at(String before, String turn, Trait primary, Trait replica) {
    var cluster =
        cluster()
            .primary("orders-0", primary)
            .replica("orders-1", replica)
            .spec(text -> text + "  credentials: {rotation: may}\n");
    var notes =
        turn.isEmpty()
            ? Map.of(Names.ROTATION, before)
            : Map.of(Names.ROTATION, before, Names.LOGINS, turn);
    return cluster.with(
        new SecretBuilder((Secret) cluster.desired().get(SECRET).object())
            .editMetadata()
            .withResourceVersion("7")
            .withAnnotations(notes)
            .endMetadata()
            .build());
  }

  private static Plan plan(String before, String turn, Trait primary, Trait replica) {
    return at(before, turn, primary, replica).plan();
  }

  private static Trait took(String id) {
    return tookLogins(id, "");
  }

  @Test
  void whatANewClusterWasMadeWithIsNotMadeAnew() {
    assertThat(plan("may", "", took(""), took(""))).isEqualTo(new InSync());
  }

  @Test
  void anotherWordBegins() {
    assertThat(plan("april", "", took(""), took("")))
        .isEqualTo(new Proceed(new Rotate(Phase.prepared, "may", "7")));
    assertThat(plan("april", "a second ended", took("a"), took("a")))
        .isEqualTo(new Proceed(new Rotate(Phase.prepared, "may", "7")));
  }

  @Test
  void withoutAWordNothingBegins() {
    assertThat(cluster().primary("orders-0", took("")).replica("orders-1", took("")).plan())
        .isEqualTo(new InSync());
  }

  @Test
  void whoHasNotTakenATurnIsTold() {
    assertThat(plan("may", "a first prepared", took("a"), took("")))
        .isInstanceOfSatisfying(
            Proceed.class,
            p ->
                assertThat(p.step())
                    .isInstanceOfSatisfying(
                        TellLogins.class,
                        tell -> {
                          assertThat(tell.pods()).extracting("name").containsExactly("orders-1");
                          assertThat(tell.id()).isEqualTo("a");
                        }));
  }

  @Test
  void onlyWhatAllHaveTakenGoesFurther() {
    assertThat(plan("may", "a first prepared", took("a"), took("a")))
        .isEqualTo(new Proceed(new Rotate(Phase.switched, "may", "7")));
    assertThat(plan("may", "b second switched", took("b"), took("b")))
        .isEqualTo(new Proceed(new Rotate(Phase.ended, "may", "7")));
    assertThat(plan("may", "c second ended", took("c"), took("c"))).isEqualTo(new InSync());
  }

  @Test
  void oneThatBeganForAnotherWordIsBroughtToItsEndFirst() {
    assertThat(plan("april", "b second switched", took("b"), took("b")))
        .isEqualTo(new Proceed(new Rotate(Phase.ended, "april", "7")));
  }

  @Test
  void aReplicaThatIsDownIsWaitedForWithBothWorking() {
    var waits = at("may", "a first prepared", took("a"), silent());
    assertThat(waits.plan())
        .isInstanceOfSatisfying(
            Await.class, a -> assertThat(a.what()).contains("orders-1").contains("answer"));
    assertThat(later(waits).plan()).isNotInstanceOf(Proceed.class);

    var gone = at("may", "a first prepared", took("a"), notReady());
    assertThat(gone.plan())
        .isInstanceOfSatisfying(
            Await.class,
            a -> {
              assertThat(a.what()).contains("both working, which waits for orders-1");
              assertThat(a.because()).contains(Refusal.ROTATION_WAITS);
            });
    assertThat(later(gone).plan())
        .isInstanceOfSatisfying(
            Blocked.class,
            b -> {
              assertThat(b.reason()).isEqualTo(Refusal.INSTANCE_NOT_BACK);
              assertThat(b.text()).contains("RotationWaits: ").contains("both work.");
            });
    assertThat(at("may", "a first ended", took("a"), notReady()).plan())
        .isInstanceOfSatisfying(
            Await.class, a -> assertThat(a.what()).doesNotContain("both working"));
  }

  @Test
  void whatHoldsItUpIsSaidOnceThatHasTakenLong() {
    var waits =
        later(
            at(
                "may",
                "b second switched",
                took("b"),
                told("b", tookLogins("a", "repmgr_2 has not its new password yet"))));
    assertThat(waits.plan())
        .isInstanceOfSatisfying(
            InSync.class,
            in -> {
              assertThat(in.but().orElseThrow().reason()).isEqualTo(Refusal.ROTATION_WAITS);
              assertThat(in.but().orElseThrow().text())
                  .contains("orders-1 to take the new passwords: repmgr_2 has not")
                  .contains("both work");
            });
  }

  @Test
  void anImageThatIsOlderIsNamedAndNothingBegins() {
    assertThat(plan("april", "", took(""), _ -> {}))
        .isInstanceOfSatisfying(
            Await.class, a -> assertThat(a.what()).contains("orders-1").contains("older"));
  }

  private static Clusters later(Clusters cluster) {
    return cluster.journal(
        j -> {
          var i = j.intent().orElseThrow();
          return j.withIntent(
              new Intent(i.commit(), i.hash(), i.path(), NOW.minusSeconds(7200), false));
        });
  }
}
