package dev.pgbaton.plan;

import static dev.pgbaton.desired.Tutorial.manifests;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.LoginsTaken;
import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.cluster.ToldPasswords;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.Tutorial;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.ComparedSecrets;
import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.observed.InstanceProbe.Standby;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.JournalEntry.Intent;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Plan.Await;
import dev.pgbaton.plan.Plan.Blocked;
import dev.pgbaton.plan.Plan.InSync;
import dev.pgbaton.plan.Plan.Proceed;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A password that changes in a person's Secrets: to PostgreSQL, to every instance, to pgpool. */
class PasswordsTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final String REVISION = "rev-1";
  private static final ObjectKey SECRET = new ObjectKey("Secret", "database", "postgres-secrets");
  private static final ObjectKey LEASE = new ObjectKey("Lease", "database", "postgres-sts");
  private static final ObjectKey PGPOOL =
      new ObjectKey("Deployment", "database", "pgpool-deployment");
  private static final LoginsTaken NEVER = new LoginsTaken("first", "");
  private static final LoginsTaken TAKEN = new LoginsTaken("abc", "");

  static ComparedSecrets changed(String key) {
    return new ComparedSecrets(
        List.of("%s key %s".formatted(SECRET, key)),
        List.of(),
        new TreeSet<>(Set.of(SECRET)),
        List.of());
  }

  private DesiredCluster wanted = OwnersPlanTest.wanted(manifests());
  private ComparedSecrets compared = ComparedSecrets.SAME;
  private Map<String, LoginsTaken> taken = new TreeMap<>();
  private final Map<ObjectKey, String> notes = new TreeMap<>();
  private final Map<ObjectKey, HasMetadata> instead = new TreeMap<>();
  private Optional<String> silent = Optional.empty();
  private Instant since = NOW;
  private boolean done;
  private boolean withoutLease;
  private boolean nobodyBegan;
  private String began = "";

  private Plan plan() {
    return Planner.plan(wanted, observed(), NOW);
  }

  private Step step() {
    assertThat(plan()).isInstanceOf(Proceed.class);
    return ((Proceed) plan()).step();
  }

  private ObservedCluster observed() {
    var live = OwnersPlanTest.live(wanted, true, true, REVISION);
    var objects = new TreeMap<>(live.objects());
    objects.putAll(instead);
    if (withoutLease) objects.remove(LEASE);
    notes.forEach((key, note) -> objects.put(key, noted(objects.get(key), note)));
    var pods =
        live.pods().stream()
            .map(p -> nobodyBegan && !p.getMetadata().getName().equals(began) ? notMade(p) : p)
            .toList();
    var snapshot = new ClusterSnapshot(objects, pods, Set.of(), true);
    var standby = new Standby(true, 0, false);
    var answers = new TreeMap<String, Answer>();
    for (var pod : wanted.layout().podNames()) {
      var primary = pod.endsWith("-0");
      answers.put(
          pod,
          nobodyBegan || silent.filter(pod::equals).isPresent()
              ? new Answer.Unknown("away")
              : known(
                  primary ? Role.PRIMARY : Role.REPLICA,
                  primary ? Map.of("postgres-sts-1", standby, "postgres-sts-2", standby) : Map.of(),
                  taken.getOrDefault(pod, NEVER)));
    }
    var journal = JournalEntry.EMPTY.withIntent(new Intent("c0ffee", "hash", "./", since, done));
    return ObservedCluster.of(wanted.layout(), snapshot, answers, journal).with(compared);
  }

  private static Answer known(Role role, Map<String, Standby> standbys, LoginsTaken taken) {
    return new Answer.Known(
        role,
        1,
        new Lsn(100),
        standbys,
        Map.of(),
        List.of(),
        Optional.empty(),
        Map.of(),
        Optional.empty(),
        Optional.of(taken));
  }

  /** As a pod is whose Secret lacks a key. */
  private static Pod notMade(Pod pod) {
    return pod.edit()
        .editMetadata()
        .removeFromLabels(Names.ROLE_LABEL)
        .endMetadata()
        .withStatus(
            new PodStatusBuilder()
                .withPhase("Pending")
                .addNewContainerStatus()
                .withNewState()
                .withNewWaiting()
                .withReason("CreateContainerConfigError")
                .withMessage(
                    "couldn't find key repmgr-password in Secret database/postgres-secrets")
                .endWaiting()
                .endState()
                .endContainerStatus()
                .build())
        .build();
  }

  private static HasMetadata noted(HasMetadata object, String note) {
    var copy = new KubernetesSerialization().clone(object);
    copy.setMetadata(copy.getMetadata().edit().addToAnnotations(Names.PASSWORDS, note).build());
    return copy;
  }

  private void everybodyHas(LoginsTaken it) {
    wanted.layout().podNames().forEach(pod -> taken.put(pod, it));
  }

  @Test
  void whatItMeansIsSaidBeforeItIsWritten() {
    compared = changed("postgresql-password");

    assertThat(step())
        .isInstanceOfSatisfying(
            Step.WritePasswords.class,
            write -> {
              assertThat(write.secrets()).extracting(o -> o.key()).containsExactly(SECRET);
              assertThat(write.text())
                  .contains("postgresql-password", "new logins work with the new password only");
              assertThat(write.toString()).doesNotContain("c3VwZXItZXhhbXBsZQ");
            });
    var forecast = Forecast.of(wanted, observed(), plan());
    assertThat(forecast.steps())
        .anySatisfy(s -> assertThat(s).contains("without a restart"))
        .last()
        .asString()
        .startsWith("pgpool's pods are replaced");
    assertThat(forecast.outage()).contains("sessions stay", "until its pods are replaced");
  }

  @Test
  void whatPostgresqlDoesNotGoByIsOnlyWritten() {
    var pcp = new ObjectKey("Secret", "database", "pgpool-secrets");
    compared =
        new ComparedSecrets(
            List.of(pcp + " key admin-password"), List.of(), new TreeSet<>(Set.of(pcp)), List.of());
    everybodyHas(LoginsTaken.NOTHING);

    assertThat(step().text())
        .isEqualTo(
            "write Secret database/pgpool-secrets key admin-password from Git into the cluster");
    compared = ComparedSecrets.SAME;
    notes.put(pcp, "xyz");
    assertThat(step().text()).startsWith("change Deployment database/pgpool-deployment");
  }

  @Test
  void theOrderIsTheRightTheWordTheEndAndPgpool() {
    notes.put(SECRET, "abc");

    assertThat(step())
        .isInstanceOfSatisfying(
            Step.Apply.class,
            apply ->
                assertThat(apply.changes())
                    .singleElement()
                    .satisfies(
                        c ->
                            assertThat(c.object().key().toString())
                                .isEqualTo("Role database/postgres-sts-pgbaton")));
    withTheRight();
    assertThat(step())
        .isEqualTo(
            new Step.TellPasswords(
                ToldPasswords.parse(
                        "abc postgres-secrets/postgresql-password postgres-secrets/repmgr-password")
                    .orElseThrow()));
    notes.put(LEASE, "abc postgres-secrets/postgresql-password postgres-secrets/repmgr-password");
    assertThat(plan())
        .isInstanceOfSatisfying(
            Await.class,
            await ->
                assertThat(await.what()).isEqualTo("postgres-sts-0 to take the new passwords"));
    everybodyHas(TAKEN);
    assertThat(step().text())
        .isEqualTo("tell the instances that all of them have the new passwords");
    notes.put(LEASE, "abc");
    assertThat(((Step.Apply) step()).changes())
        .extracting(c -> c.object().key().kind())
        .contains("Role", "Deployment");
  }

  /** The live Role as it is once it was applied with the right. */
  private void withTheRight() {
    var rights =
        Planner.changes(wanted, observed()).stream()
            .map(change -> change.object())
            .filter(object -> object.key().kind().equals("Role"))
            .findFirst()
            .orElseThrow();
    instead.put(rights.key(), OwnersPlanTest.live(rights.object(), true, REVISION));
  }

  @Test
  void pgpoolIsReplacedOnceThePrimaryHasItAndKeepsItsNote() {
    notes.put(SECRET, "abc");
    notes.put(LEASE, "abc");
    everybodyHas(TAKEN);

    var change =
        Planner.changes(wanted, observed()).stream()
            .filter(c -> c.object().key().equals(PGPOOL))
            .findFirst();

    assertThat(((Deployment) change.orElseThrow().object().object()).getSpec().getTemplate())
        .satisfies(
            template ->
                assertThat(template.getMetadata().getAnnotations())
                    .containsEntry(Names.PASSWORDS, "abc"));
  }

  @Test
  void nothingIsBegunWhileAnInstanceIsAway() {
    compared = changed("repmgr-password");
    silent = Optional.of("postgres-sts-2");

    assertThat(plan())
        .isInstanceOfSatisfying(
            Await.class, a -> assertThat(a.what()).startsWith("postgres-sts-2 to answer"));
    since = NOW.minus(Duration.ofHours(1));
    assertThat(plan())
        .isInstanceOfSatisfying(
            Blocked.class,
            b -> {
              assertThat(b.reason()).isEqualTo(Refusal.ROTATION_WAITS);
              assertThat(b.text()).endsWith("Nothing has changed yet.");
            });
  }

  /**
   * The daemon was killed once the Secret was written: it can't log in, and is not needed for it.
   */
  @Test
  void whatIsHalfDoneIsEndedBeforeAnythingElseBegins() {
    notes.put(SECRET, "abc");
    compared = changed("repmgr-password");
    withTheRight();
    silent = Optional.of("postgres-sts-0");

    assertThat(step())
        .isInstanceOfSatisfying(
            Step.TellPasswords.class, tell -> assertThat(tell.told().id()).isEqualTo("abc"));
    notes.put(LEASE, "abc");
    silent = Optional.empty();
    everybodyHas(TAKEN);
    assertThat(step()).isInstanceOf(Step.WritePasswords.class);
  }

  @Test
  void withoutALeaseNobodyIsToldOfAnything() {
    notes.put(SECRET, "abc");
    withoutLease = true;

    assertThat(plan().toString()).doesNotContain("TellPasswords");
  }

  @Test
  void whatOneCannotTakeForLongKeepsNoOtherChangeFromBeingAsked() {
    notes.put(SECRET, "abc");
    withTheRight();
    notes.put(LEASE, "abc postgres-secrets/postgresql-password postgres-secrets/repmgr-password");
    everybodyHas(TAKEN);
    taken.put("postgres-sts-2", new LoginsTaken("first", "it can't"));
    compared = changed("repmgr-password");
    assertThat(plan()).isInstanceOf(Await.class);

    since = NOW.minus(Duration.ofHours(1));

    assertThat(step()).isInstanceOf(Step.WritePasswords.class);
  }

  @Test
  void anotherKeyOfTheirSecretIsNoNewsToAnImageThatCannotTakeAny() {
    notes.put(SECRET, "abc");
    everybodyHas(LoginsTaken.NOTHING);

    assertThat(((Step.Apply) step()).changes())
        .extracting(c -> c.object().key())
        .containsExactly(PGPOOL);
  }

  @Test
  void aKeyThatPodsWaitForIsOnlyWritten() {
    nobodyBegan = true;
    compared = added("repmgr-password");

    assertThat(step().text())
        .isEqualTo(
            "write Secret database/postgres-secrets key repmgr-password from Git into the cluster");
  }

  /** Until the Lease was held once, there is no database that goes by the former password. */
  @Test
  void anotherPasswordBeforeTheFirstBeginningIsOnlyWritten() {
    nobodyBegan = true;
    compared = changed("postgresql-password");
    assertThat(step()).isInstanceOf(Step.WritePasswords.class);

    withoutLease = true;
    assertThat(plan()).isInstanceOf(Await.class);
    withoutLease = false;
    instead.put(LEASE, held());
    assertThat(plan()).isInstanceOf(Await.class);
  }

  @Test
  void aNewKeyIsWrittenAlsoWhereADatabaseLies() {
    nobodyBegan = true;
    instead.put(LEASE, held());
    compared = added("repmgr-password");

    assertThat(step().text()).doesNotContain("without a restart");
    began = "postgres-sts-2";
    assertThat(plan()).isInstanceOf(Await.class);
  }

  @Test
  void aNewKeyIsToBeUsableToo() {
    nobodyBegan = true;
    wanted = OwnersPlanTest.wanted(manifests().with("c3VwZXItZXhhbXBsZQ==", "bmV3Cg=="));
    compared = added("postgresql-password");

    assertThat(((Blocked) plan()).text()).contains("one line of printable characters");
  }

  @Test
  void othersImagesGetNoOtherPasswordBeforeTheyBeginEither() {
    nobodyBegan = true;
    wanted = OwnersPlanTest.wanted(OwnersPlanTest.othersImage());
    compared = added("repmgr-password");

    assertThat(((Blocked) plan()).reason()).isEqualTo(Refusal.PASSWORD_CHANGES);
  }

  /** The same commit may have what the pods wait for. */
  @Test
  void nobodyIsWaitedForWhoHasNotBegun() {
    nobodyBegan = true;
    notes.put(SECRET, "abc");
    withTheRight();
    notes.put(LEASE, "abc postgres-secrets/postgresql-password postgres-secrets/repmgr-password");
    assertThat(plan().toString()).doesNotContain("with the new password");

    nobodyBegan = false;
    silent = Optional.of("postgres-sts-0");
    assertThat(plan().toString()).contains("postgres-sts-0 to answer with the new password");
  }

  private HasMetadata held() {
    var lease = (Lease) OwnersPlanTest.live(wanted, true, true, REVISION).objects().get(LEASE);
    return lease
        .edit()
        .editOrNewSpec()
        .withHolderIdentity("postgres-sts-0")
        .withLeaseTransitions(3)
        .endSpec()
        .build();
  }

  private static ComparedSecrets added(String key) {
    return new ComparedSecrets(
        List.of(), changed(key).changed(), new TreeSet<>(Set.of(SECRET)), List.of());
  }

  @Test
  void anImageThatCannotTakeThemIsNamed() {
    compared = changed("repmgr-password");
    everybodyHas(LoginsTaken.NOTHING);
    since = NOW.minus(Duration.ofHours(1));

    assertThat(((Blocked) plan()).text()).contains("push one of this version first");
  }

  @Test
  void othersImagesAreRefusedWithTheirReason() {
    wanted = OwnersPlanTest.wanted(OwnersPlanTest.othersImage());
    compared = changed("postgresql-password");

    assertThat(plan())
        .isInstanceOfSatisfying(
            Blocked.class,
            b -> {
              assertThat(b.reason()).isEqualTo(Refusal.PASSWORD_CHANGES);
              assertThat(b.text()).contains("their probes would fail").contains("Put it back");
            });
  }

  @Test
  void whatAMachineWritesIsItsOwnUntilTheOwnerSaysOtherwise() {
    compared =
        new ComparedSecrets(
            changed("postgresql-password").changed(),
            List.of(),
            new TreeSet<>(Set.of(SECRET)),
            List.of(SECRET + " (external-secrets)"));

    assertThat(((Blocked) plan()).text())
        .contains("(external-secrets)")
        .contains("pgbaton.dev/adopt");
    wanted =
        OwnersPlanTest.wanted(
            manifests()
                .with(
                    "  name: postgres-secrets\n",
                    "  name: postgres-secrets\n  annotations: {pgbaton.dev/adopt: \"true\"}\n"));
    assertThat(step()).isInstanceOf(Step.WritePasswords.class);
  }

  @Test
  void aPasswordWithALinesEndIsRefused() {
    var withEnd = "bmV3Cg==";
    wanted = OwnersPlanTest.wanted(manifests().with("c3VwZXItZXhhbXBsZQ==", withEnd));
    compared = changed("postgresql-password");

    assertThat(((Blocked) plan()).text()).contains("one line of printable characters");
  }

  /** Whoever comes back with the commit done holds nobody up. */
  @Test
  void oneThatRestartsLaterHasItInItsEnvironment() {
    wanted = OwnersPlanTest.wanted(withoutPgpool());
    notes.put(SECRET, "abc");
    notes.put(LEASE, "abc");
    everybodyHas(TAKEN);
    taken.put("postgres-sts-1", NEVER);
    done = true;

    assertThat(plan()).isInstanceOf(InSync.class);
  }

  private static Tutorial withoutPgpool() {
    return manifests()
        .with("            - {name: PGPOOL_BACKEND_NODES", "            - {name: NO_BACKEND_NODES");
  }
}
