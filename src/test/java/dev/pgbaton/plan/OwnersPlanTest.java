package dev.pgbaton.plan;

import static dev.pgbaton.desired.Tutorial.manifests;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.desired.AppliedHash;
import dev.pgbaton.desired.Conversion;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredClusters;
import dev.pgbaton.desired.ObjectRole;
import dev.pgbaton.desired.OwnersClusters;
import dev.pgbaton.desired.OwnersClusters.Result;
import dev.pgbaton.desired.Tutorial;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.ComparedSecrets;
import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.observed.InstanceProbe.Standby;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Plan.Blocked;
import dev.pgbaton.plan.Plan.InSync;
import dev.pgbaton.plan.Plan.Proceed;
import dev.pgbaton.spec.ParsedSpec;
import dev.pgbaton.spec.SpecFile;
import dev.pgbaton.spec.SpecParser;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Somebody's own manifests: first contact, how far pgbaton may go, and the order of restarts. */
class OwnersPlanTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final String OLD = "rev-1";
  private static final String ANNOTATED = "  name: postgres-sts\n  annotations: {%s}\n";

  static DesiredCluster wanted(Tutorial manifests) {
    return ((Result.Made) OwnersClusters.of(manifests.parsed())).cluster();
  }

  private static Tutorial annotated(String annotations) {
    return manifests().with("  name: postgres-sts\n", ANNOTATED.formatted(annotations));
  }

  /** As the API server has it, once pgbaton or somebody else has applied it. */
  static ClusterSnapshot live(
      DesiredCluster cluster, boolean applied, boolean labelled, String target) {
    var objects = new TreeMap<ObjectKey, HasMetadata>();
    for (var object : cluster.objects()) {
      // What pgbaton adds, nobody else has applied.
      if (applied || !object.key().name().startsWith("postgres-sts-"))
        objects.put(object.key(), live(object.object(), applied, target));
    }
    var pods = new ArrayList<Pod>();
    for (var name : cluster.layout().podNames()) pods.add(pod(name, labelled));
    return new ClusterSnapshot(objects, pods, Set.of(), true);
  }

  static HasMetadata live(HasMetadata object, boolean applied, String target) {
    var live =
        switch (object) {
          case StatefulSet set -> {
            var there =
                new StatefulSetBuilder(set)
                    .editMetadata()
                    .withGeneration(1L)
                    .endMetadata()
                    .withNewStatus()
                    .withObservedGeneration(1L)
                    .withUpdateRevision(target)
                    .endStatus();
            yield applied
                ? there.build()
                : there
                    .editSpec()
                    .editUpdateStrategy()
                    .withType("RollingUpdate")
                    .endUpdateStrategy()
                    .endSpec()
                    .build();
          }
          case Deployment deployment ->
              new DeploymentBuilder(deployment)
                  .editMetadata()
                  .withGeneration(1L)
                  .endMetadata()
                  .withNewStatus()
                  .withObservedGeneration(1L)
                  .withReplicas(1)
                  .withUpdatedReplicas(1)
                  .withAvailableReplicas(1)
                  .endStatus()
                  .build();
          default -> object;
        };
    if (!applied) return live;
    var copy = new TreeMap<String, String>();
    if (live.getMetadata().getAnnotations() != null)
      copy.putAll(live.getMetadata().getAnnotations());
    copy.put(Names.APPLIED, AppliedHash.of(object));
    var meta = live.getMetadata().edit().withAnnotations(copy).build();
    live = new KubernetesSerialization().clone(live);
    live.setMetadata(meta);
    return live;
  }

  private static Pod pod(String name, boolean labelled) {
    var pod =
        new PodBuilder()
            .withNewMetadata()
            .withName(name)
            .withNamespace("database")
            .withUid("uid-" + name)
            .withResourceVersion("7")
            .addToLabels("app", "postgres")
            .addToLabels("controller-revision-hash", OLD)
            .endMetadata()
            .withNewSpec()
            .addNewContainer()
            .withName("postgresql")
            .withImage("registry.example.com/pgbaton/postgres:17")
            .endContainer()
            .endSpec()
            .withNewStatus()
            .addNewCondition()
            .withType("Ready")
            .withStatus("True")
            .withLastTransitionTime("2026-01-02T03:01:00Z")
            .endCondition()
            .endStatus()
            .build();
    return labelled
        ? pod.edit()
            .editMetadata()
            .addToLabels(Names.CLUSTER_LABEL, "postgres-sts")
            .addToLabels(
                Names.ROLE_LABEL, name.endsWith("-0") ? Role.PRIMARY.label() : Role.REPLICA.label())
            .endMetadata()
            .build()
        : pod;
  }

  private static Map<String, Answer> answers() {
    var standby = new Standby(true, 0, false);
    return Map.of(
        "postgres-sts-0",
        known(Role.PRIMARY, Map.of("postgres-sts-1", standby, "postgres-sts-2", standby)),
        "postgres-sts-1",
        known(Role.REPLICA, Map.of()),
        "postgres-sts-2",
        known(Role.REPLICA, Map.of()));
  }

  private static Answer known(Role role, Map<String, Standby> standbys) {
    return new Answer.Known(role, 1, new Lsn(100), standbys, Map.of(), List.of(), Optional.empty());
  }

  private static Plan plan(DesiredCluster wanted, ClusterSnapshot snapshot) {
    var observed = ObservedCluster.of(wanted.layout(), snapshot, answers(), JournalEntry.EMPTY);
    return Planner.plan(wanted, observed, NOW);
  }

  private static Plan plan(Tutorial manifests, boolean applied, boolean labelled, String target) {
    var wanted = wanted(manifests);
    return plan(wanted, live(wanted, applied, labelled, target));
  }

  @Test
  void anEmptyNamespaceNeedsNoConsent() {
    var nothing = new ClusterSnapshot(Map.of(), List.of(), Set.of(), true);

    assertThat(plan(wanted(manifests()), nothing)).isInstanceOf(Proceed.class);
  }

  @Test
  void whatOthersAppliedIsNotTouchedWithoutTheirConsent() {
    assertThat(plan(manifests(), false, false, OLD))
        .isInstanceOfSatisfying(
            Blocked.class,
            blocked -> {
              assertThat(blocked.reason()).isEqualTo(Refusal.ADOPTION_NEEDED);
              assertThat(blocked.text())
                  .contains("pgbaton.dev/adopt: \"true\"")
                  .contains("spec.updateStrategy.type RollingUpdate → OnDelete");
            });
  }

  private static final String THEIR_BUDGET =
      """
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata: {name: theirs}
      spec: {maxUnavailable: 1, selector: {matchLabels: {app: postgres}}}
      """;

  @Test
  void withoutABudgetTheSameLineIsAskedForAndWhatItMeansIsSaid() {
    var without = refused(wanted(manifests()), live(wanted(manifests()), false, false, OLD));
    var with = wanted(manifests().and(THEIR_BUDGET));
    var alone = manifests().with("  replicas: 3", "  replicas: 1");

    assertThat(without.text())
        .contains("no PodDisruptionBudget (a drain of two nodes may take two instances at once)")
        .contains("the consent to postgres-sts-pgbaton as well: pgbaton makes it");
    assertThat(refused(with, live(with, false, false, OLD)).text())
        .contains("pgbaton.dev/adopt: \"true\"")
        .doesNotContain("PodDisruptionBudget (a drain");
    assertThat(refused(wanted(alone), live(wanted(alone), false, false, OLD)).text())
        .doesNotContain("PodDisruptionBudget");
  }

  /** One that Git doesn't have covers the pods all the same. */
  @Test
  void aLiveBudgetIsOne() {
    var with = wanted(manifests().and(THEIR_BUDGET));

    assertThat(refused(wanted(manifests()), live(with, false, false, OLD)).text())
        .doesNotContain("a drain of two nodes");
  }

  /** An upgrade of pgbaton asks nobody anew. */
  @Test
  void whatWasTakenOverBeforeIsNotAskedForItsBudget() {
    assertThat(plan(manifests(), true, true, OLD)).isInstanceOf(InSync.class);
    for (var cluster : List.of(wanted(manifests()), wanted(othersImage())))
      assertThat(cluster.advice()).noneMatch(a -> a.message().contains("PodDisruptionBudget"));
  }

  @Test
  void withItThePodsAreLabelledAndThenTheObjectsTaken() {
    var adopting = annotated("pgbaton.dev/adopt: \"true\"");

    assertThat(plan(adopting, false, false, OLD))
        .isInstanceOfSatisfying(
            Proceed.class, p -> assertThat(p.step()).isInstanceOf(Step.Claim.class));
    assertThat(plan(adopting, false, true, OLD))
        .isInstanceOfSatisfying(
            Proceed.class, p -> assertThat(p.step()).isInstanceOf(Step.Apply.class));
  }

  @Test
  void adoptionRestartsNothing() {
    assertThat(plan(annotated("pgbaton.dev/adopt: \"true\""), true, true, OLD))
        .isInstanceOf(InSync.class);
  }

  @Test
  void aNewRevisionStartsWithAReplica() {
    assertThat(plan(manifests(), true, true, "rev-2"))
        .isInstanceOfSatisfying(
            Proceed.class, p -> assertThat(p.step().text()).startsWith("restart postgres-sts-1: "));
  }

  static Tutorial othersImage() {
    return manifests()
        .with("/pgbaton/postgres:17", "/bitnami/postgresql-repmgr:17")
        .with("/pgbaton/pgpool:4.6", "/bitnami/pgpool:4.6");
  }

  @Test
  void othersImagesRestartInTheSameOrder() {
    assertThat(plan(othersImage(), true, true, OLD)).isInstanceOf(InSync.class);
    assertThat(plan(othersImage(), true, true, "rev-2"))
        .isInstanceOfSatisfying(
            Proceed.class, p -> assertThat(p.step().text()).startsWith("restart postgres-sts-1: "));
  }

  @Test
  void betweenTheTwoKindsOfImagesThereIsNoRollout() {
    var ours = wanted(manifests());
    var theirs = wanted(othersImage());

    assertThat(plan(ours, live(theirs, true, true, OLD)))
        .isInstanceOfSatisfying(
            Blocked.class,
            b -> {
              assertThat(b.reason()).isEqualTo(Refusal.IMAGE_KIND_CHANGES);
              assertThat(b.text()).contains("replicas: 0");
            });
    assertThat(plan(theirs, live(ours, true, true, OLD)))
        .isInstanceOfSatisfying(
            Blocked.class, b -> assertThat(b.reason()).isEqualTo(Refusal.IMAGE_KIND_CHANGES));
  }

  /** Clients are on the routes that would go with it. */
  @Test
  void thatTheProgramIsThereIsNotTakenBackByALine() {
    var mirrored = "registry.example.com/mirror/postgres:17";
    UnaryOperator<Tutorial> inMirror =
        all ->
            all.with("registry.example.com/pgbaton/postgres:17", mirrored)
                .with("/pgbaton/pgpool:", "/mirror/pgpool:");
    var image = inMirror.apply(manifests());
    var said = inMirror.apply(annotated("pgbaton.dev/instance-program: \"true\""));

    assertThat(plan(wanted(image), live(wanted(said), true, true, OLD)))
        .isInstanceOfSatisfying(
            Blocked.class, b -> assertThat(b.reason()).isEqualTo(Refusal.IMAGE_KIND_CHANGES));
    assertThat(plan(wanted(said), live(wanted(image), true, true, OLD)))
        .isInstanceOf(Proceed.class);
  }

  @Test
  void anotherContainerMayStandBeforePostgresqls() {
    Function<String, Tutorial> withMesh =
        mesh ->
            manifests()
                .with(
                    "      containers:\n        - name: postgresql\n          lifecycle:",
                    "      containers:\n        - name: mesh\n          image: %s\n        - name: postgresql\n          lifecycle:"
                        .formatted(mesh));

    assertThat(
            plan(
                wanted(withMesh.apply("mesh:2")),
                live(wanted(withMesh.apply("mesh:1")), true, true, OLD)))
        .isInstanceOf(Proceed.class);
  }

  @Test
  void whoOnlyObservesSaysWhatWouldBeDone() {
    assertThat(plan(annotated("pgbaton.dev/mode: observe"), true, true, "rev-2"))
        .isInstanceOfSatisfying(
            Blocked.class,
            blocked -> {
              assertThat(blocked.reason()).isEqualTo(Refusal.ONLY_OBSERVED);
              assertThat(blocked.text()).contains("restart postgres-sts-1");
            });
    assertThat(plan(annotated("pgbaton.dev/mode: observe"), true, true, OLD))
        .isInstanceOf(InSync.class);
  }

  @Test
  void whoOnlyObservesSaysTheWholeWay() {
    assertThat(refused(wanted(annotated("pgbaton.dev/mode: observe")), outdated()).text())
        .contains("next would be: restart postgres-sts-1: ")
        .contains("The way: restart postgres-sts-1: ", "; restart postgres-sts-2: ")
        .contains("; hand off postgres-sts-0 → ", "; restart postgres-sts-0, a replica by then: ")
        .contains("What clients notice: one handoff: no writes for a fraction of a second.");
  }

  /** Others' objects are looked at without an agreement to anything. */
  @Test
  void whoOnlyObservesOthersObjectsSaysWhatTheirAdoptionComesTo() {
    var wanted = wanted(annotated("pgbaton.dev/mode: observe"));
    var refused = refused(wanted, live(wanted, false, false, OLD));

    assertThat(refused.reason()).isEqualTo(Refusal.ADOPTION_NEEDED);
    assertThat(refused.text())
        .startsWith(
            "nothing is touched before the StatefulSet in Git says pgbaton.dev/adopt: \"true\". ")
        .contains("In all, this would change: ", "The way: write ")
        .doesNotContain("restart", "replaced one after another", "What clients notice");
  }

  @Test
  void whatIsRefusedAfterTheAdoptionIsSaidBeforeIt() {
    var theirs = live(wanted(othersImage()), false, false, OLD);

    assertThat(refused(wanted(annotated("pgbaton.dev/mode: observe")), theirs).text())
        .contains(" And then: ImageKindChanges: ")
        .doesNotContain("The way: ");
  }

  @Test
  void otherPodsOfPgpoolAreForetold() {
    var live = live(wanted(manifests()), false, false, OLD);
    var newImage =
        wanted(
            annotated("pgbaton.dev/mode: observe")
                .with("/pgbaton/pgpool:4.6", "/pgbaton/pgpool:4.6.2"));

    assertThat(refused(newImage, live).text())
        .contains("pgpool's pods are replaced one after another")
        .doesNotContain("restart postgres-sts");
  }

  @Test
  void otherPodsAreForetoldThoughTheyAreTakenOver() {
    var live = live(wanted(manifests()), false, false, OLD);
    var newImage =
        wanted(
            annotated("pgbaton.dev/mode: observe")
                .with("/pgbaton/postgres:17", "/pgbaton/postgres:17.1"));

    assertThat(refused(newImage, live).text()).contains("The way: ", "restart postgres-sts-1");
  }

  @Test
  void theWholeWayOfAHugeCommitIsCut() {
    var many = annotated("pgbaton.dev/mode: observe");
    for (int i = 0; i < 60; i++)
      many.and(
          "apiVersion: v1\nkind: Service\nmetadata: {name: s-%02d-%s}\nspec: {ports: [{port: 80}]}\n"
              .formatted(i, "x".repeat(40)));
    var wanted = wanted(many);

    assertThat(refused(wanted, outdated()).text()).contains("and 48 more.").hasSizeLessThan(4_000);
  }

  private static ClusterSnapshot outdated() {
    return live(wanted(annotated("pgbaton.dev/mode: observe")), true, true, "rev-2");
  }

  @Test
  void whoIsSuspendedDoesNothing() {
    assertThat(plan(annotated("pgbaton.dev/mode: suspend"), true, true, "rev-2"))
        .isInstanceOfSatisfying(
            Blocked.class, blocked -> assertThat(blocked.reason()).isEqualTo(Refusal.SUSPENDED));
  }

  @Test
  void aClusterScaledToNothingIsInSync() {
    assertThat(plan(manifests().with("  replicas: 3", "  replicas: 0"), true, true, OLD))
        .isInstanceOf(InSync.class);
  }

  /** One live object is not what the others are. */
  private static ClusterSnapshot butFor(
      ClusterSnapshot snapshot, String key, UnaryOperator<ObjectMeta> change) {
    var objects = new TreeMap<>(snapshot.objects());
    objects.replaceAll(
        (k, object) -> {
          if (!k.toString().equals(key)) return object;
          var copy = new KubernetesSerialization().clone(object);
          copy.setMetadata(change.apply(copy.getMetadata().edit().build()));
          return copy;
        });
    assertThat(objects).isNotEqualTo(snapshot.objects());
    return new ClusterSnapshot(objects, snapshot.pods(), Set.of(), true);
  }

  private static UnaryOperator<ObjectMeta> without(String annotation) {
    return meta -> meta.edit().removeFromAnnotations(annotation).build();
  }

  private static Blocked refused(DesiredCluster wanted, ClusterSnapshot snapshot) {
    return (Blocked) plan(wanted, snapshot);
  }

  @Test
  void anotherClustersObjectIsNeverTakenWhateverGitSays() {
    var wanted = wanted(annotated("pgbaton.dev/adopt: \"true\""));
    var shared =
        butFor(
            live(wanted, true, true, OLD),
            "Deployment database/pgpool-deployment",
            meta -> meta.edit().addToLabels(Names.CLUSTER_LABEL, "billing").build());

    assertThat(refused(wanted, shared).reason()).isEqualTo(Refusal.ANOTHER_CLUSTERS_OBJECT);
    assertThat(refused(wanted, shared).text())
        .startsWith(
            "Deployment database/pgpool-deployment belongs to the cluster billing, and postgres-sts wants it too.");
  }

  @Test
  void whatAnotherOperatorRunsIsLeftAlone() {
    var wanted = wanted(annotated("pgbaton.dev/adopt: \"true\""));
    var owner =
        new OwnerReferenceBuilder()
            .withApiVersion("postgresql.cnpg.io/v1")
            .withKind("Cluster")
            .withName("theirs")
            .withController(true)
            .build();
    var owned =
        butFor(
            live(wanted, false, false, OLD),
            "Service database/pgpool-svc",
            meta -> meta.edit().withOwnerReferences(owner).build());
    var labelled =
        butFor(
            live(wanted, false, false, OLD),
            "StatefulSet database/postgres-sts",
            meta ->
                meta.edit()
                    .addToLabels(Map.of("application", "spilo", "cluster-name", "acid-x"))
                    .build());

    assertThat(refused(wanted, owned).reason()).isEqualTo(Refusal.OPERATED_BY_OTHERS);
    assertThat(refused(wanted, owned).text()).contains("CloudNativePG (Cluster theirs)");
    assertThat(refused(wanted, labelled).text()).contains("run by the Zalando postgres-operator");
  }

  /** It stays in Git for ever, as everybody will leave it. */
  @Test
  void theStatefulSetsConsentIsForFirstContactOnly() {
    var later = "Service database/pgpool-svc";
    var wanted = wanted(annotated("pgbaton.dev/adopt: \"true\""));
    var snapshot = butFor(live(wanted, true, true, OLD), later, without(Names.APPLIED));

    assertThat(refused(wanted, snapshot).reason()).isEqualTo(Refusal.ADOPTION_NEEDED);
    assertThat(refused(wanted, snapshot).text())
        .contains("before Service database/pgpool-svc in Git says");

    var named =
        wanted(
            annotated("pgbaton.dev/adopt: \"true\"")
                .with(
                    "  name: pgpool-svc\n",
                    "  name: pgpool-svc\n  annotations: {pgbaton.dev/adopt: \"true\"}\n"));
    assertThat(plan(named, butFor(live(named, true, true, OLD), later, without(Names.APPLIED))))
        .isInstanceOf(Proceed.class);
  }

  @Test
  void whatWouldBeRestartedByItIsNotTakenOverUnlessGitAsksForIt() {
    var adopting = annotated("pgbaton.dev/adopt: \"true\"");
    var behind = live(wanted(adopting), false, false, "rev-2");
    var another =
        annotated("pgbaton.dev/adopt: \"true\"")
            .with(
                "{name: BITNAMI_DEBUG, value: \"false\"}",
                "{name: BITNAMI_DEBUG, value: \"true\"}");

    assertThat(refused(wanted(adopting), behind).reason()).isEqualTo(Refusal.ADOPTION_NEEDED);
    assertThat(refused(wanted(adopting), behind).text())
        .startsWith("postgres-sts-0 runs an older template");
    assertThat(plan(wanted(another), behind)).isInstanceOf(Proceed.class);
  }

  @Test
  void theStatefulSetIsTakenOverLast() {
    var plan = plan(annotated("pgbaton.dev/adopt: \"true\""), false, true, OLD);

    assertThat(((Step.Apply) ((Proceed) plan).step()).changes().getLast().object().key().kind())
        .isEqualTo("StatefulSet");
  }

  @Test
  void whatHasTheNameOfSomethingGeneratedIsNeverTaken() {
    var wanted = wanted(annotated("pgbaton.dev/adopt: \"true\""));
    var theirs = live(wanted, true, true, OLD);
    var lease =
        butFor(
            theirs,
            "Lease database/postgres-sts",
            meta -> meta.edit().withLabels(Map.of()).build());
    var budget =
        butFor(theirs, "PodDisruptionBudget database/postgres-sts-pgbaton", without(Names.APPLIED));

    for (var snapshot : List.of(lease, budget)) {
      assertThat(refused(wanted, snapshot).reason()).isEqualTo(Refusal.ADOPTION_NEEDED);
      assertThat(refused(wanted, snapshot).text())
          .contains("pgbaton needs one of that name beside the StatefulSet");
    }
  }

  private static Plan plan(Tutorial manifests, String target, ComparedSecrets secrets) {
    var wanted = wanted(manifests);
    var snapshot = live(wanted, true, true, target);
    var observed = ObservedCluster.of(wanted.layout(), snapshot, answers(), JournalEntry.EMPTY);
    return Planner.plan(wanted, observed.with(secrets), NOW);
  }

  /** A renewed certificate stands in nobody's way. */
  @Test
  void aSecretThatPostgresqlDoesNotReadStopsNothing() {
    var other =
        ComparedSecrets.SAME.beside(
            new ComparedSecrets(
                List.of("Secret a/b key c"), List.of(), new TreeSet<>(), List.of()));
    var wanted =
        wanted(
            manifests()
                .and(
                    "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\nstringData: {token: one}\n"));

    assertThat(wanted.otherSecrets().keySet()).extracting(ObjectKey::name).containsExactly("web");
    assertThat(wanted.ownersSecrets().keySet())
        .extracting(ObjectKey::name)
        .contains("postgres-secrets")
        .doesNotContain("web");
    assertThat(plan(manifests(), "rev-2", other)).isInstanceOf(Proceed.class);
    assertThat(((InSync) plan(manifests(), OLD, other)).but())
        .map(Blocked::reason)
        .contains(Refusal.SECRET_NOT_CHANGED);
  }

  @Test
  void whatWasChangedByHandIsRepairedWhileAPasswordIsRefused() {
    var changed = PasswordsTest.changed("postgresql-password");
    var wanted = wanted(othersImage());
    var snapshot = live(wanted, true, true, OLD);
    var deployment =
        (Deployment) snapshot.find(wanted.layout().key("Deployment", "pgpool-deployment")).get();
    var objects = new TreeMap<>(snapshot.objects());
    objects.put(
        wanted.layout().key("Deployment", "pgpool-deployment"),
        new DeploymentBuilder(deployment).editSpec().withReplicas(7).endSpec().build());
    var drifted = new ClusterSnapshot(objects, snapshot.pods(), Set.of(), true);
    var observed =
        ObservedCluster.of(wanted.layout(), drifted, answers(), JournalEntry.EMPTY).with(changed);

    assertThat(Planner.plan(wanted, observed, NOW)).isInstanceOf(Proceed.class);
  }

  @Test
  void whatIsSuspendedIsSuspendedWhateverItsPasswordsAre() {
    var changed = PasswordsTest.changed("postgresql-password");

    assertThat(((Blocked) plan(annotated("pgbaton.dev/mode: suspend"), "rev-2", changed)).reason())
        .isEqualTo(Refusal.SUSPENDED);
  }

  /** Clients are on what it removed. */
  @Test
  void nothingIsRemovedForACommitThatWasGivenUp() {
    var before = wanted(manifests());
    var wanted =
        wanted(
            manifests()
                .with(
                    "registry.example.com/pgbaton/postgres:17",
                    "registry.example.com/pgbaton/postgres:17.1"));
    var journal =
        JournalEntry.EMPTY
            .withIntent(new JournalEntry.Intent("c0ffee", "hash", "./", NOW, false))
            .withLastGood(Optional.of(LastGood.toJson(before)));
    var live = live(before, true, true, OLD);
    var objects = new TreeMap<>(live.objects());
    var service = before.get(before.layout().key("Service", "pgpool-svc-nodeport"));
    var left =
        live(service.object(), true, OLD)
            .getMetadata()
            .edit()
            .withName("left-over")
            .withUid("uid")
            .build();
    var leftOver = new KubernetesSerialization().clone(service.object());
    leftOver.setMetadata(left);
    objects.put(before.layout().key("Service", "left-over"), leftOver);
    var snapshot = new ClusterSnapshot(objects, live.pods(), Set.of(), true);

    var observed = ObservedCluster.of(wanted.layout(), snapshot, answers(), journal);
    var givenUp =
        observed.with(
            journal.withQuarantine(
                Optional.of(new JournalEntry.Quarantine("hash", "c0ffee", "broken", NOW))));

    assertThat(((Blocked) Planner.plan(wanted, givenUp, NOW)).reason())
        .isEqualTo(Refusal.INSTANCE_NOT_BACK);
    assertThat(
            ((Proceed)
                    Planner.plan(
                        before,
                        ObservedCluster.of(before.layout(), snapshot, answers(), journal),
                        NOW))
                .step())
        .isInstanceOf(Step.Prune.class);
  }

  @Test
  void whatLastWorkedIsConfidentialWhereTheTemplatesAreAPersons() {
    assertThat(LastGood.toJson(wanted(manifests()))).startsWith(JournalEntry.CONFIDENTIAL);
    assertThat(Clusters.cluster().primary("orders-0").lastGood()).doesNotContain("confidential");
  }

  @Test
  void aSpecIsOnlyForInstancesThatHaveTheProgram() {
    var refused = Conversion.of(othersImage().parsed());

    assertThat(refused.spec()).isEmpty();
    assertThat(refused.problems())
        .singleElement()
        .asString()
        .contains("postgres-statefulset.yaml:2:1 spec.template.spec.containers[0].image")
        .contains("bitnami/postgresql-repmgr:17 has no instance program")
        .contains("replicas: 0");
  }

  /** Kubernetes evicts no pod that two budgets select. */
  @Test
  void theBudgetOfBeforeGoesBeforeTheFirstRestart() {
    var theirs =
        """
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata: {name: theirs}
        spec: {maxUnavailable: 1, selector: {matchLabels: {app: postgres}}}
        """;
    var before = wanted(manifests());
    var wanted = wanted(manifests().and(theirs));
    var objects = new TreeMap<>(live(wanted, true, true, "rev-2").objects());
    before.objects().stream()
        .filter(object -> object.object() instanceof PodDisruptionBudget)
        .forEach(object -> objects.put(object.key(), live(object.object(), true, OLD)));
    var pods = live(wanted, true, true, OLD).pods();

    assertThat(plan(wanted, new ClusterSnapshot(objects, pods, Set.of(), true)))
        .isInstanceOfSatisfying(
            Proceed.class,
            p ->
                assertThat(p.step().text())
                    .isEqualTo("delete PodDisruptionBudget database/postgres-sts-pgbaton"));
  }

  @Test
  void aBudgetOfOtherPodsIsNoneOfTheirs() {
    var theirs =
        """
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata: {name: theirs}
        spec: {selector: {matchExpressions: [{key: app, operator: In, values: [web]}]}}
        """;

    assertThat(wanted(manifests().and(theirs)).objects())
        .anyMatch(o -> o.key().name().equals("postgres-sts-pgbaton"));
    assertThat(wanted(manifests().and(theirs.replace("web", "postgres"))).objects())
        .noneMatch(
            o ->
                o.object() instanceof PodDisruptionBudget
                    && o.key().name().equals("postgres-sts-pgbaton"));
  }

  @Test
  void nobodyPromisesOthersImagesAFractionOfASecond() {
    var wanted = wanted(othersImage());
    var snapshot = live(wanted, true, true, "rev-2");
    var observed = ObservedCluster.of(wanted.layout(), snapshot, answers(), JournalEntry.EMPTY);
    var forecast = Forecast.of(wanted, observed, Planner.plan(wanted, observed, NOW));

    assertThat(forecast.outage()).contains("repmgr").doesNotContain("fraction");
    assertThat(forecast.steps()).last().asString().startsWith("evict postgres-sts-0: ");
  }

  private static DesiredCluster converted() {
    return converted(manifests());
  }

  @Test
  void aClaimTemplateKeepsItsAnnotationsForKubernetesLetsNobodyChangeThem() {
    var annotated =
        manifests()
            .with(
                "    - metadata:\n        name: data\n",
                "    - metadata:\n        name: data\n        annotations: {example.com/backup: \"every night, twice\"}\n");

    var claims = converted(annotated).statefulSet().getSpec().getVolumeClaimTemplates();

    assertThat(claims.getFirst().getMetadata().getAnnotations())
        .containsExactly(Map.entry("example.com/backup", "every night, twice"));
  }

  private static DesiredCluster converted(Tutorial manifests) {
    var spec = Conversion.of(manifests.parsed()).spec();
    var file = new SpecFile("converted.yaml", "", spec.getBytes(StandardCharsets.UTF_8));
    var parsed = SpecParser.parse(List.of(file)).clusters().firstEntry().getValue();
    return DesiredClusters.of((ParsedSpec.Valid) parsed);
  }

  @Test
  void aSpecTakesNothingFromManifestsThatNobodyAdopted() {
    var then = converted();

    assertThat(plan(then, live(wanted(manifests()), false, false, OLD)))
        .isInstanceOfSatisfying(
            Blocked.class,
            blocked -> {
              assertThat(blocked.reason()).isEqualTo(Refusal.ADOPTION_NEEDED);
              assertThat(blocked.text()).contains("push those first").contains("Service database/");
            });
    assertThat(plan(then, live(wanted(manifests()), true, true, OLD)))
        .isInstanceOfSatisfying(
            Proceed.class, p -> assertThat(p.step()).isInstanceOf(Step.Apply.class));
    assertThat(plan(then, new ClusterSnapshot(Map.of(), List.of(), Set.of(), true)))
        .isInstanceOf(Proceed.class);
  }

  private static Optional<Plan> leftAfterConversion(String account, DesiredCluster lastGood) {
    var before = wanted(manifests());
    var then = converted();
    var objects = new TreeMap<>(live(then, true, true, OLD).objects());
    before.objects().stream()
        .filter(object -> object.role() == ObjectRole.ACCESS)
        .forEach(object -> objects.put(object.key(), live(object.object(), true, OLD)));
    var pods =
        live(then, true, true, OLD).pods().stream()
            .map(pod -> pod.edit().editSpec().withServiceAccountName(account).endSpec().build())
            .toList();
    var snapshot = new ClusterSnapshot(objects, pods, Set.of(), true);
    var journal = JournalEntry.EMPTY.withLastGood(Optional.of(LastGood.toJson(lastGood)));
    return Leftovers.prune(then, ObservedCluster.of(then.layout(), snapshot, answers(), journal));
  }

  @Test
  void theRightsFromBeforeAConversionGoOnceNothingNeedsThem() {
    assertThat(leftAfterConversion("postgres-sts", converted()))
        .get()
        .extracting(plan -> ((Proceed) plan).step().text())
        .isEqualTo(
            "delete Role database/postgres-sts-pgbaton, RoleBinding database/postgres-sts-pgbaton");
    assertThat(leftAfterConversion("postgres-sts", wanted(manifests()))).isEmpty();
    assertThat(leftAfterConversion("default", converted())).isEmpty();
  }

  @Test
  void whatIsNoLongerInGitAndStaysIsNamed() {
    var rule =
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: shut}\nspec: {podSelector: {matchLabels: {app: web}}}\n";
    var before = live(wanted(manifests().and(rule)), true, true, OLD);

    assertThat(plan(wanted(manifests()), before))
        .isInstanceOfSatisfying(
            InSync.class,
            plan ->
                assertThat(plan.left())
                    .extracting(ObjectKey::toString)
                    .containsExactly("NetworkPolicy database/shut"));
  }

  @Test
  void whatAPodOfAnyKindStillReadsIsNotDeletedUnderIt() {
    var client =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: reader}\nspec: {containers: [{name: c, image: c, envFrom: [{configMapRef: {name: files}}]}]}\n";
    var before = live(wanted(manifests().and(files(10)).and(client)), true, true, OLD);

    assertThat(plan(wanted(manifests().and(client)), before)).isInstanceOf(InSync.class);
    assertThat(plan(wanted(manifests()), live(wanted(manifests().and(files(10))), true, true, OLD)))
        .isInstanceOfSatisfying(
            Proceed.class,
            p -> assertThat(p.step().text()).isEqualTo("delete ConfigMap database/files"));
  }

  private static String files(int bytes) {
    var random = new byte[bytes];
    new Random(1).nextBytes(random);
    return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: files}\nbinaryData: {file: %s}\n"
        .formatted(Base64.getEncoder().encodeToString(random));
  }

  private static Tutorial mounted(Tutorial manifests) {
    return manifests.with(
        "      containers:\n        - name: postgresql\n",
        "      containers:\n        - name: exporter\n          image: exporter:1\n          envFrom: [{configMapRef: {name: files}}]\n        - name: postgresql\n");
  }

  @Test
  void whatNoPodReadsIsNotKept() {
    assertThat(LastGood.toJson(wanted(manifests().and(files(100))))).doesNotContain("binaryData");
    assertThat(LastGood.toJson(wanted(mounted(manifests().and(files(100))))))
        .contains("binaryData");
    assertThat(plan(manifests().and(files(700_000)), true, true, OLD)).isInstanceOf(InSync.class);
  }

  @Test
  void moreThanCanBeKeptIsRefusedBeforeAnythingIsTouched() {
    assertThat(plan(mounted(manifests().and(files(700_000))), true, true, "rev-2"))
        .isInstanceOfSatisfying(
            Blocked.class,
            blocked -> {
              assertThat(blocked.reason()).isEqualTo(Refusal.TOO_LARGE_TO_KEEP);
              assertThat(blocked.text()).contains("The largest is ConfigMap database/files:");
            });
    assertThat(plan(mounted(manifests().and(files(500_000))), true, true, "rev-2"))
        .isInstanceOf(Proceed.class);
  }

  private static Plan leave(Tutorial leaving, String target, boolean worked) {
    var before = wanted(manifests());
    var wanted = wanted(leaving);
    var journal =
        worked
            ? JournalEntry.EMPTY.withLastGood(Optional.of(LastGood.toJson(before)))
            : JournalEntry.EMPTY;
    var snapshot = live(before, true, true, target);
    return Planner.plan(
        wanted, ObservedCluster.of(wanted.layout(), snapshot, answers(), journal), NOW);
  }

  @Test
  void whoLeavesGetsTheirUpdateStrategyBackAndNothingElseIsWritten() {
    var plan = leave(annotated("pgbaton.dev/mode: leave"), OLD, true);

    var changes = ((Step.Apply) ((Proceed) plan).step()).changes();
    assertThat(changes).hasSize(1);
    var set = (StatefulSet) changes.getFirst().object().object();
    // Git says none: it is what Kubernetes would have put.
    assertThat(set.getSpec().getUpdateStrategy().getType()).isEqualTo("RollingUpdate");
  }

  @Test
  void whatWouldBeRestartedByItIsNotLeftYet() {
    var leaving = annotated("pgbaton.dev/mode: leave");
    var changed =
        annotated("pgbaton.dev/mode: leave")
            .with("            - {name: BITNAMI_DEBUG, value: \"false\"}\n", "");

    for (var plan :
        List.of(
            leave(leaving, "rev-2", true), leave(leaving, OLD, false), leave(changed, OLD, true)))
      assertThat(((Blocked) plan).reason()).isEqualTo(Refusal.NOT_TO_BE_LEFT);
  }

  @Test
  void whatWasLeftIsLeftAlone() {
    var wanted = wanted(annotated("pgbaton.dev/mode: leave"));

    assertThat(plan(wanted, live(wanted, false, true, "rev-2"))).isInstanceOf(InSync.class);
    assertThat(plan(wanted, live(wanted, true, true, "rev-2"))).isInstanceOf(InSync.class);
  }

  private static final String CLIENT = "  name: pg-client\n";

  private static Plan withAnotherClient(String annotations) {
    var made = live(wanted(manifests()), true, true, OLD);
    return plan(
        wanted(
            manifests()
                .with(CLIENT, CLIENT + annotations)
                .with("- name: ALLOW_EMPTY_PASSWORD", "- name: PGUSER")),
        made);
  }

  @Test
  void aBarePodIsReplacedOnlyIfItsOwnerSaysSo() {
    assertThat(withAnotherClient("  annotations: {pgbaton.dev/replace: \"true\"}\n"))
        .isInstanceOfSatisfying(
            Proceed.class,
            p -> assertThat(p.step().text()).isEqualTo("delete Pod database/pg-client"));
    assertThat(withAnotherClient(""))
        .isInstanceOfSatisfying(
            Blocked.class,
            blocked -> assertThat(blocked.reason()).isEqualTo(Refusal.NEEDS_REPLACING));
  }

  @Test
  void aPodThatOthersMadeIsTakenForTheSame() {
    var wanted = wanted(manifests().with("- name: ALLOW_EMPTY_PASSWORD", "- name: PGUSER"));
    var snapshot =
        butFor(live(wanted, true, true, OLD), "Pod database/pg-client", without(Names.APPLIED));

    assertThat(plan(wanted, snapshot)).isInstanceOf(InSync.class);
  }
}
