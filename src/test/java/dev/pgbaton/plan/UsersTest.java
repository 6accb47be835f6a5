package dev.pgbaton.plan;

import static dev.pgbaton.plan.Clusters.cluster;
import static dev.pgbaton.plan.Clusters.outdated;
import static dev.pgbaton.plan.Clusters.took;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.desired.AppliedHash;
import dev.pgbaton.plan.Plan.Await;
import dev.pgbaton.plan.Plan.Blocked;
import dev.pgbaton.plan.Plan.InSync;
import dev.pgbaton.plan.Plan.Proceed;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Users and databases: told, and awaited. */
class UsersTest {
  private static final ObjectKey SECRET = new ObjectKey("Secret", "shop", "orders-users");
  private static final String USERS = "  users: [{name: app}]\n";

  private static Clusters declared(Clusters.Trait... traits) {
    return cluster().primary("orders-0", traits).replica("orders-1").spec(text -> text + USERS);
  }

  private static Clusters written(Clusters cluster) {
    return cluster.with(live(cluster).build());
  }

  /** As it was written while a password was not there. */
  private static Clusters writtenWithout(Clusters cluster, String why) {
    return cluster.with(
        live(cluster)
            .editMetadata()
            .addToAnnotations(Names.PASSWORDS_MISSING, why)
            .endMetadata()
            .build());
  }

  private static SecretBuilder live(Clusters cluster) {
    var object = (Secret) cluster.desired().get(SECRET).object();
    return new SecretBuilder(object)
        .editMetadata()
        .addToAnnotations(Names.APPLIED, AppliedHash.of(object))
        .addToAnnotations(Names.USERS, "abc")
        .endMetadata();
  }

  private static Clusters told(Clusters cluster, String hash) {
    return cluster.lease(l -> l.editMetadata().addToAnnotations(Names.USERS, hash).endMetadata());
  }

  @Test
  void aPasswordThatChangedIsLookedUpAgain() {
    assertThat(
            told(written(declared(took("abc"))), "abc")
                .passwordsMoved(SECRET, "a password in Secret orders-app")
                .plan())
        .isInstanceOfSatisfying(
            Proceed.class,
            p ->
                assertThat(p.step().text())
                    .isEqualTo("change Secret shop/orders-users: a password in Secret orders-app"));
  }

  private static final ObjectKey OF_APP = new ObjectKey("Secret", "shop", "orders-app");

  private static Clusters rotated(String word, SecretBuilder live) {
    var cluster =
        cluster()
            .primary("orders-0", took("abc"))
            .replica("orders-1")
            .spec(text -> text + "  users: [{name: app%s}]\n".formatted(word));
    return told(written(cluster.with(live.build())), "abc");
  }

  private static SecretBuilder ofApp() {
    var object = (Secret) declared().desired().get(OF_APP).object();
    return new SecretBuilder(object)
        .editMetadata()
        .addToAnnotations(Names.APPLIED, AppliedHash.of(object))
        .endMetadata();
  }

  @Test
  void aGeneratedPasswordIsMadeAnewByAWordAndThePlanSaysWhatClientsNotice() {
    assertThat(rotated(", rotation: may", ofApp()).plan())
        .isInstanceOfSatisfying(
            Proceed.class,
            p ->
                assertThat(p.step().text())
                    .isEqualTo(
                        "change Secret shop/orders-app: rotation may, another password (sessions go on; through pgpool, new logins with either password may fail for up to 5 s)"));
  }

  @Test
  void aWordThatIsTakenAwayChangesNothing() {
    var done = ofApp().editMetadata().addToAnnotations(Names.ROTATION, "may").endMetadata();

    assertThat(rotated("", done).plan()).isEqualTo(new InSync());
  }

  @Test
  void aSecretThatOthersMadeIsOnlyReadAndAWordForItIsAnswered() {
    var theirs =
        new SecretBuilder()
            .withNewMetadata()
            .withNamespace("shop")
            .withName("orders-app")
            .endMetadata();

    assertThat(rotated("", theirs).plan()).isEqualTo(new InSync());
    assertThat(rotated(", rotation: may", theirs).plan())
        .isInstanceOfSatisfying(
            InSync.class,
            it ->
                assertThat(it.but().orElseThrow().text())
                    .startsWith(
                        "Secret shop/orders-app was made by somebody else, and is only read"));
  }

  @Test
  void whatIsBesideAPasswordThatWasMadeOnceIsLookedAfterFromNowOn() {
    var old = ofApp().editMetadata().removeFromAnnotations(Names.APPLIED).endMetadata();

    assertThat(rotated("", old).plan())
        .isInstanceOfSatisfying(
            Proceed.class,
            p ->
                assertThat(p.step().text())
                    .isEqualTo("change Secret shop/orders-app: what is beside the password"));
  }

  @Test
  void thePrimaryIsToldOfWhatWasWritten() {
    assertThat(written(declared()).plan()).isEqualTo(new Proceed(new Step.TellUsers("abc")));
    assertThat(told(written(declared()), "old").plan())
        .isEqualTo(new Proceed(new Step.TellUsers("abc")));
  }

  /** Else whoever comes through pgpool could log in with neither. */
  @Test
  void pgpoolIsToldOnceThereIsAPrimaryThatHasTakenIt() {
    var pgpool = new ObjectKey("Secret", "shop", "orders-pgpool-users");

    assertThat(throughPgpool(pgpool, took("abc")).plan())
        .isInstanceOfSatisfying(
            Proceed.class, p -> assertThat(p.step()).isInstanceOf(Step.TellPgpool.class));
    for (var cluster :
        List.of(throughPgpool(pgpool, took("old")), throughPgpool(pgpool, Clusters.silent())))
      assertThat(cluster.plan()).isNotInstanceOf(Proceed.class);
  }

  private static Clusters throughPgpool(ObjectKey secret, Clusters.Trait primary) {
    var cluster =
        cluster()
            .primary("orders-0", primary, Clusters.labelled("primary"))
            .replica("orders-1")
            .spec(
                text ->
                    text + "  pgpool: {image: registry.example.com/pgbaton/pgpool:17}\n" + USERS);
    var object = (Secret) cluster.desired().get(secret).object();
    return told(
        written(cluster)
            .with(
                new SecretBuilder(object)
                    .editMetadata()
                    .addToAnnotations(Names.APPLIED, AppliedHash.of(object))
                    .addToAnnotations(Names.USERS, "xyz")
                    .endMetadata()
                    .build())
            .with(
                new PodBuilder()
                    .withNewMetadata()
                    .withNamespace("shop")
                    .withName("orders-pgpool-1")
                    .withUid("pgpool")
                    .addToLabels(Names.COMPONENT_LABEL, "pgpool")
                    .endMetadata()
                    .build()),
        "abc");
  }

  @Test
  void itCountsOnceThePrimarySaysSo() {
    assertThat(told(written(declared(took("old"))), "abc").plan())
        .isInstanceOfSatisfying(
            Await.class,
            a -> assertThat(a.what()).isEqualTo("orders-0 to take users and databases"));
    assertThat(told(written(declared(took("abc"))), "abc").plan()).isEqualTo(new InSync());
  }

  @Test
  void aStatusThatDidNotComeUndoesNoCommit() {
    assertThat(carriedOut(told(written(declared()), "abc")).plan()).isEqualTo(new InSync());
    assertThat(carriedOut(told(written(declared(took(""))), "abc")).plan()).isEqualTo(new InSync());
    assertThat(told(written(declared()), "abc").plan()).isInstanceOf(Await.class);
  }

  @Test
  void aPasswordThatChangesHoursLaterTurnsNoCommitRedAtOnce() {
    var plan = carriedOut(told(written(declared(took("old"))), "abc")).plan();

    assertThat(plan)
        .isEqualTo(new Await("orders-0 to take users and databases", java.time.Instant.MAX));
  }

  @Test
  void aPrimaryThatNeverTakesItIsToldOfInTheEnd() {
    var declared = written(declared(took("old")));

    assertThat(carriedOut(toldAt(declared, Clusters.NOW.minusSeconds(5))).plan())
        .isInstanceOfSatisfying(
            Await.class,
            a -> assertThat(a.deadline()).isBetween(Clusters.NOW, Clusters.NOW.plusSeconds(7200)));
    assertThat(carriedOut(toldAt(declared, Clusters.NOW.minusSeconds(86_400))).plan())
        .isEqualTo(
            new InSync(
                Optional.of(
                    new Blocked(
                        Refusal.USERS_NOT_TAKEN,
                        "orders-0 has not taken users and databases. See its log."))));
  }

  private static Clusters toldAt(Clusters cluster, java.time.Instant at) {
    return cluster.lease(
        l ->
            l.editMetadata()
                .addToAnnotations(Names.USERS, "abc")
                .addToAnnotations(Names.USERS_TOLD, at.toString())
                .endMetadata());
  }

  /** Else a large database that is made keeps a new password from pgpool. */
  @Test
  void pgpoolWaitsForTheRolesOnly() {
    var pgpool = new ObjectKey("Secret", "shop", "orders-pgpool-users");

    assertThat(throughPgpool(pgpool, Clusters.tookRoles("old", "abc")).plan())
        .isInstanceOfSatisfying(
            Proceed.class, p -> assertThat(p.step()).isInstanceOf(Step.TellPgpool.class));
  }

  @Test
  void aMissingPasswordHidesNothingElse() {
    var plan =
        told(writtenWithout(declared(took("abc", "database x: no")), "there is no Secret y"), "abc")
            .plan();

    assertThat(plan)
        .isInstanceOfSatisfying(
            InSync.class,
            it ->
                assertThat(it.but().orElseThrow().text())
                    .startsWith("there is no Secret y.")
                    .contains(" Besides, UsersNotTaken: orders-0: database x: no."));
  }

  private static Clusters carriedOut(Clusters cluster) {
    return cluster.journal(
        j ->
            j.withIntent(
                j.intent()
                    .map(
                        i ->
                            new dev.pgbaton.observed.JournalEntry.Intent(
                                i.commit(),
                                i.hash(),
                                i.path(),
                                Clusters.NOW.minusSeconds(7200),
                                true))
                    .orElseThrow()));
  }

  @Test
  void whatThePrimaryCouldNotBringAboutIsTold() {
    assertThat(told(written(declared(took("abc", "database x: no", "role y: no"))), "abc").plan())
        .isInstanceOfSatisfying(
            InSync.class,
            plan -> {
              // All else is done: there is something to go back to.
              assertThat(plan.but()).map(Blocked::reason).contains(Refusal.USERS_NOT_TAKEN);
              assertThat(plan.but().orElseThrow().text())
                  .startsWith("orders-0: database x: no (and 1 more).");
            });
  }

  @Test
  void aPasswordThatIsNotThereHoldsUpNothingElse() {
    var why = "there is no Secret late, which has the password of late";

    assertThat(
            told(
                    writtenWithout(
                        cluster()
                            .primary("orders-0", outdated(), took("abc"))
                            .replica("orders-1", outdated())
                            .spec(text -> text + USERS),
                        why),
                    "abc")
                .plan())
        .isInstanceOfSatisfying(
            Proceed.class, p -> assertThat(p.step()).isInstanceOf(Step.RestartReplica.class));
    assertThat(told(writtenWithout(declared(took("abc")), why), "abc").plan())
        .isEqualTo(
            new InSync(
                Optional.of(
                    new Blocked(
                        Refusal.PASSWORD_MISSING, why + ". It is looked for again and again."))));
  }

  @Test
  void whatIsDeclaredNoMoreIsNoLongerMended() {
    assertThat(told(cluster().primary("orders-0").replica("orders-1"), "abc").plan())
        .isEqualTo(new Proceed(new Step.TellUsers("")));
    assertThat(told(cluster().primary("orders-0").replica("orders-1"), "").plan())
        .isEqualTo(new InSync());
  }

  @Test
  void aClusterWithoutUsersIsToldNothing() {
    assertThat(cluster().primary("orders-0").replica("orders-1").plan()).isEqualTo(new InSync());
  }
}
