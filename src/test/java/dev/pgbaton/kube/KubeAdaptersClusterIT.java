package dev.pgbaton.kube;

import static dev.pgbaton.kube.ClusterNamespace.desired;
import static dev.pgbaton.kube.ClusterNamespace.meta;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgbaton.apply.ClusterWriter.Written;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Login;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.cluster.PodRef;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.desired.ApplyPolicy;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.plan.Change;
import dev.pgbaton.plan.Drift;
import dev.pgbaton.sops.DataKeys;
import dev.pgbaton.sops.PasswordVault;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetUpdateStrategy;
import io.fabric8.kubernetes.api.model.apps.StatefulSetUpdateStrategyBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against the real API server that KUBECONFIG names. */
class KubeAdaptersClusterIT {
  private static final List<ClusterId> WOKEN = new CopyOnWriteArrayList<>();
  private static ClusterNamespace it;
  private static KubeAdapters kube;

  @BeforeAll
  static void start() {
    it = new ClusterNamespace();
    kube =
        new KubeAdapters(
            it.client, it.name, List.of(), WOKEN::add, _ -> {}, DataKeys.NONE, PasswordVault.NONE);
    kube.start();
    await().until(kube::ready);
  }

  @AfterAll
  static void stop() {
    kube.close();
    it.close();
  }

  @Test
  void anAppliedObjectIsSeenAndDoesNotDrift() {
    var layout = it.layout("applied");
    var wanted = desired(statefulSet(layout, 0), ApplyPolicy.APPLY);

    assertThat(kube.writer().write(wanted)).isInstanceOf(Written.Done.class);

    var live = seen(layout).statefulSet(layout).orElseThrow();
    assertThat(live.getKind()).isEqualTo("StatefulSet");
    assertThat(live.getMetadata().getManagedFields()).isEmpty();
    assertThat(Drift.of(wanted, Optional.of(live), "")).isEmpty();
  }

  @Test
  void whatAPersonChangedIsTakenBackAndNamed() {
    var layout = it.layout("by-hand");
    var wanted = desired(statefulSet(layout, 0), ApplyPolicy.APPLY);
    kube.writer().write(wanted);
    scaleAs("kubectl-edit", layout);
    await().until(() -> replicas(layout) == 1);
    assertThat(Drift.of(wanted, seen(layout).find(wanted.key()), ""))
        .hasValueSatisfying(c -> assertThat(c).isInstanceOf(Change.Cause.Drifted.class));

    var written = kube.writer().write(wanted);

    assertThat(written)
        .isInstanceOfSatisfying(
            Written.Done.class,
            done -> assertThat(done.overruled()).contains("kubectl-edit (.spec.replicas)"));
    seen(layout);
    assertThat(replicas(layout)).isZero();
  }

  /** Another number is another item of the list to an apply, and two items may not share a name. */
  @Test
  void aServicesPortThatAPersonChangedIsTakenBack() {
    var layout = it.layout("port");
    var service = service(layout, layout.primaryService());
    service.getSpec().getPorts().getFirst().setName("postgresql");
    var wanted = desired(service, ApplyPolicy.APPLY);
    kube.writer().write(wanted);
    it.client
        .resource(service)
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.JSON_MERGE)
                .withFieldManager("kubectl-edit")
                .build(),
            "{\"spec\":{\"ports\":[{\"name\":\"postgresql\",\"port\":5433}]}}");

    assertThat(kube.writer().write(wanted))
        .isInstanceOfSatisfying(
            Written.Done.class, done -> assertThat(done.overruled()).contains("spec.ports"));

    assertThat(it.client.resource(service).get().getSpec().getPorts())
        .singleElement()
        .satisfies(p -> assertThat(p.getPort()).isEqualTo(Names.POSTGRES_PORT));
    service.getSpec().getPorts().getFirst().setPort(5434);
    assertThat(kube.writer().write(desired(service, ApplyPolicy.APPLY)))
        .isInstanceOf(Written.Done.class);
  }

  /** Who applied it before owns it too, and what two own stays when one wants it no longer. */
  @Test
  void whatIsRemovedAfterATakeoverIsGone() {
    var layout = it.layout("removed");
    var theirs = withVariables(statefulSet(layout, 0), "KEPT", "REMOVED");
    theirs.getMetadata().setLabels(Map.of());
    theirs.getSpec().setUpdateStrategy(rolling(2));
    it.client.raw(
        "/apis/apps/v1/namespaces/%s/statefulsets?fieldManager=kubectl-client-side-apply"
            .formatted(it.name),
        "POST",
        theirs);
    var set = withVariables(statefulSet(layout, 0), "KEPT", "REMOVED");
    set.getSpec().setUpdateStrategy(new StatefulSetUpdateStrategy(null, "OnDelete"));
    assertThat(kube.writer().write(desired(set, ApplyPolicy.ADOPT)))
        .isInstanceOf(Written.Done.class);
    assertThat(variables(layout)).containsExactly("KEPT", "REMOVED");
    assertThat(live(layout).getSpec().getUpdateStrategy().getType()).isEqualTo("OnDelete");

    var less = withVariables(statefulSet(layout, 0), "KEPT");
    less.getSpec().setUpdateStrategy(new StatefulSetUpdateStrategy(null, "OnDelete"));
    assertThat(kube.writer().write(desired(less, ApplyPolicy.ADOPT)))
        .isInstanceOf(Written.Done.class);
    assertThat(variables(layout)).containsExactly("KEPT");

    var left = withVariables(statefulSet(layout, 0), "KEPT");
    left.getSpec().setUpdateStrategy(new StatefulSetUpdateStrategy(null, "RollingUpdate"));
    assertThat(kube.writer().write(desired(left, ApplyPolicy.ADOPT)))
        .isInstanceOf(Written.Done.class);
    assertThat(live(layout).getSpec().getUpdateStrategy().getType()).isEqualTo("RollingUpdate");
  }

  @Test
  void whatAnotherToolHasAppliedSinceIsNotDeleted() {
    var layout = it.layout("handed-on");
    var service = service(layout, layout.primaryService());
    var wanted = desired(service, ApplyPolicy.APPLY);
    kube.writer().write(wanted);
    var key = wanted.key();
    var uid = seen(layout).find(key).orElseThrow().getMetadata().getUid();
    var theirs = service(layout, layout.primaryService());
    theirs.getMetadata().setAnnotations(new java.util.HashMap<>(Map.of("note", "theirs")));
    // Owners are told apart by the second.
    await()
        .pollInterval(Duration.ofMillis(1_100))
        .untilAsserted(
            () -> {
              theirs.getMetadata().getAnnotations().computeIfPresent("note", (_, n) -> n + "!");
              it.client.resource(theirs).fieldManager("argocd-controller").serverSideApply();
              var live = it.client.resource(service).get();
              assertThat(Ownership.appliedSince(live.getMetadata().getManagedFields()))
                  .contains("argocd-controller");
            });

    assertThat(kube.writer().delete(key, uid)).isInstanceOf(Written.Done.class);

    var left = it.client.resource(service).get();
    assertThat(left.getMetadata().getUid()).isEqualTo(uid);
    assertThat(left.getMetadata().getLabels()).doesNotContainKey(Names.CLUSTER_LABEL);
    assertThat(left.getMetadata().getAnnotations()).doesNotContainKey(Names.APPLIED);
    await().until(() -> seen(layout).find(key).isEmpty());
  }

  private static StatefulSetUpdateStrategy rolling(int partition) {
    return new StatefulSetUpdateStrategyBuilder()
        .withType("RollingUpdate")
        .withNewRollingUpdate()
        .withPartition(partition)
        .endRollingUpdate()
        .build();
  }

  private static StatefulSet withVariables(StatefulSet set, String... names) {
    set.getSpec()
        .getTemplate()
        .getSpec()
        .getContainers()
        .getFirst()
        .setEnv(java.util.Arrays.stream(names).map(n -> new EnvVar(n, "1", null)).toList());
    return set;
  }

  private static StatefulSet live(ClusterLayout layout) {
    return it.client
        .apps()
        .statefulSets()
        .inNamespace(it.name)
        .withName(layout.statefulSet())
        .get();
  }

  private static List<String> variables(ClusterLayout layout) {
    return live(layout)
        .getSpec()
        .getTemplate()
        .getSpec()
        .getContainers()
        .getFirst()
        .getEnv()
        .stream()
        .map(EnvVar::getName)
        .toList();
  }

  @Test
  void anotherMachineIsNotFought() {
    var layout = it.layout("machine");
    var wanted = desired(statefulSet(layout, 0), ApplyPolicy.APPLY);
    kube.writer().write(wanted);
    scaleAs("some-autoscaler", layout);

    assertThat(kube.writer().write(wanted))
        .isInstanceOfSatisfying(
            Written.Conflict.class,
            c -> assertThat(c.why()).contains("some-autoscaler (.spec.replicas)"));
  }

  @Test
  void whatTheServerRefusesIsRefusedInItsWords() {
    var layout = it.layout("refused");
    var broken = statefulSet(layout, 0);
    broken.getSpec().setServiceName("other");
    kube.writer().write(desired(statefulSet(layout, 0), ApplyPolicy.APPLY));

    assertThat(kube.writer().write(desired(broken, ApplyPolicy.APPLY)))
        .isInstanceOfSatisfying(
            Written.Refused.class,
            r -> assertThat(r.why()).contains("updates to statefulset spec"));
  }

  @Test
  void aNamespaceThatIsThereIsLeftAloneAndSeen() {
    var layout = it.layout("namespace");
    var namespace =
        new NamespaceBuilder().withNewMetadata().withName(it.name).endMetadata().build();
    var key = new ObjectKey("Namespace", null, it.name);

    assertThat(kube.reader().cached(layout, Set.of(key)).find(key)).isPresent();
    assertThat(kube.writer().write(desired(namespace, ApplyPolicy.CREATE_ONCE)))
        .isInstanceOf(Written.Done.class);
  }

  @Test
  void passwordsAreMadeOnceAndNeverKept() {
    var layout = it.layout("passwords");
    var secret =
        new SecretBuilder()
            .withMetadata(meta(layout, layout.credentialsSecret()))
            .addToStringData(Names.MONITOR_PASSWORD, "")
            .addToStringData("fixed", "as-is")
            .build();
    var wanted = desired(secret, ApplyPolicy.GENERATE_ONCE);

    var first = kube.writer().write(wanted);
    var made = password(layout);
    kube.writer().write(wanted);

    assertThat(made).matches("[A-Za-z0-9]{32}");
    assertThat(kube.monitorLogin(layout)).contains(new Login("pgbaton", made));
    assertThat(password(layout)).isEqualTo(made);
    assertThat(first.toString()).doesNotContain(made).doesNotContain(base64(made));
    assertThat(seen(layout).find(wanted.key()).orElseThrow().toString())
        .contains(Names.MONITOR_PASSWORD)
        .doesNotContain(base64(made));
  }

  @Test
  void aSecretOfOnesOwnIsFoundWithoutItsLabel() {
    var layout = it.layout("own-secret");
    var own =
        new SecretBuilder()
            .withNewMetadata()
            .withNamespace(it.name)
            .withName(layout.credentialsSecret())
            .endMetadata()
            .addToStringData(Names.MONITOR_PASSWORD, "mine")
            .build();
    it.client.resource(own).create();
    var secret = new SecretBuilder(own).withMetadata(meta(layout, layout.credentialsSecret()));
    var wanted = desired(secret.build(), ApplyPolicy.GENERATE_ONCE);

    kube.writer().write(wanted);

    assertThat(kube.reader().cached(layout, Set.of(wanted.key())).find(wanted.key())).isPresent();
    assertThat(password(layout)).isEqualTo("mine");
  }

  @Test
  void aSnapshotIsCurrentOnlyOnceItShowsOurWrites() {
    var layout = it.layout("current");
    for (int i = 0; i < 20; i++) {
      var map =
          new ConfigMapBuilder()
              .withMetadata(meta(layout, "settings"))
              .addToData("n", String.valueOf(i))
              .build();
      var wanted = desired(map, ApplyPolicy.APPLY);
      kube.writer().write(wanted);

      var shown = seen(layout).find(wanted.key()).orElseThrow();
      assertThat(Drift.of(wanted, Optional.of(shown), "")).isEmpty();
    }
    var key = layout.key("ConfigMap", "settings");
    kube.writer().delete(key, seen(layout).find(key).orElseThrow().getMetadata().getUid());
    assertThat(seen(layout).find(key)).isEmpty();
  }

  @Test
  void anotherObjectOfTheSameNameIsNotDeleted() {
    var layout = it.layout("uid");
    var pod = create(pod(layout, 0));

    var other = new PodRef(pod.name(), "00000000-0000-0000-0000-000000000000", "1");

    assertThat(kube.writer().deletePod(layout, other)).isInstanceOf(Written.Stale.class);
    assertThat(kube.writer().evict(layout, other)).isInstanceOf(Written.Stale.class);
    assertThat(kube.writer().labelRole(layout, other, Role.PRIMARY))
        .isInstanceOf(Written.Stale.class);
  }

  @Test
  void aDisruptionBudgetSaysNotNowInItsOwnWords() {
    var layout = it.layout("budget");
    var budget =
        new PodDisruptionBudgetBuilder()
            .withMetadata(meta(layout, "budget"))
            .withNewSpec()
            .withNewMinAvailable(1)
            .withNewSelector()
            .addToMatchLabels(Names.CLUSTER_LABEL, "budget")
            .endSelector()
            .endSpec()
            .build();
    kube.writer().write(desired(budget, ApplyPolicy.APPLY));
    var only = running(create(pod(layout, 0)));
    await()
        .until(
            () -> it.client.resource(budget).get().getStatus(),
            s -> s != null && s.getCurrentHealthy() == 1);

    assertThat(kube.writer().evict(layout, only))
        .isInstanceOfSatisfying(
            Written.NotNow.class,
            n -> assertThat(n.why()).contains("budget needs 1 healthy pods and has 1 currently"));

    running(create(pod(layout, 1)));
    await()
        .until(() -> kube.writer().evict(layout, only), written -> written instanceof Written.Done);
    assertThat(seen(layout).pods())
        .filteredOn(p -> p.getMetadata().getName().equals(only.name()))
        .allMatch(p -> p.getMetadata().getDeletionTimestamp() != null);
  }

  @Test
  void aPodIsLabelledAndToldToReload() {
    var layout = it.layout("labels");
    var pod = create(pod(layout, 0));

    kube.writer().labelRole(layout, pod, Role.REPLICA);
    kube.writer().annotateReload(layout, pod, "abc");

    var live = seen(layout).pods().getFirst().getMetadata();
    assertThat(live.getLabels()).containsEntry(Names.ROLE_LABEL, "replica");
    assertThat(live.getAnnotations()).containsEntry(Names.RELOAD, "abc");
    kube.writer().labelRole(layout, pod, Role.UNKNOWN);
    assertThat(seen(layout).pods().getFirst().getMetadata().getLabels())
        .doesNotContainKey(Names.ROLE_LABEL);
  }

  @Test
  void budgetsOfOthersAreSeenBecauseTheyMayForbidEvictions() {
    var layout = it.layout("budgets");
    var budget =
        new io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder()
            .withNewMetadata()
            .withNamespace(it.name)
            .withName("team-budget")
            .endMetadata()
            .withNewSpec()
            .withNewSelector()
            .endSelector()
            .endSpec()
            .build();
    it.client.resource(budget).create();
    var key = new ObjectKey("PodDisruptionBudget", it.name, "team-budget");

    await().until(() -> kube.reader().cached(layout, Set.of()).objects().containsKey(key));
    assertThat(kube.reader().live(layout, Set.of()).objects()).containsKey(key);
    it.client.resource(budget).delete();
  }

  @Test
  void aDaemonMayLookAfterSomeNamespacesOnly() {
    var layout = it.layout("some");
    var elsewhere =
        ClusterLayout.generated(
            new ClusterId("elsewhere", "some"), 3, false, layout.capabilities());
    var wanted = desired(statefulSet(layout, 0), ApplyPolicy.APPLY);
    var namespace = new ObjectKey("Namespace", null, it.name);
    try (var some =
        new KubeAdapters(
            it.client,
            it.name,
            List.of(it.name),
            _ -> {},
            _ -> {},
            DataKeys.NONE,
            PasswordVault.NONE)) {
      some.start();
      await().until(some::ready);
      some.writer().write(wanted);
      await().until(() -> some.reader().cached(layout, Set.of()).current());

      assertThat(some.reader().cached(layout, Set.of(namespace)).objects())
          .containsOnlyKeys(wanted.key(), namespace);
      assertThat(some.reader().cached(elsewhere, Set.of()).objects()).isEmpty();
    }
  }

  @Test
  void aHandoffIsAskedForOnlyOfTheLeaseThatWasSeen() {
    var layout = it.layout("handoff");
    var lease = lease(layout);
    lease.getMetadata().setAnnotations(Map.of(Names.HANDOFF_REFUSED, "handoff-2: too slow"));
    var seen = it.client.resource(lease).create().getMetadata().getResourceVersion();
    var candidate = new PodRef("handoff-1", "u", "1");

    assertThat(kube.writer().requestHandoff(layout, seen, candidate))
        .isInstanceOf(Written.Done.class);
    assertThat(kube.writer().requestHandoff(layout, seen, candidate))
        .isInstanceOf(Written.Stale.class);

    var live = kube.reader().live(layout, Set.of()).lease(layout).orElseThrow();
    assertThat(live.getMetadata().getAnnotations())
        .containsEntry(Names.HANDOFF_TO, "handoff-1")
        .doesNotContainKey(Names.HANDOFF_REFUSED);
  }

  @Test
  void aRenewalWakesNobodyAndANewHolderDoes() {
    var layout = it.layout("wakes");
    var lease = it.client.resource(lease(layout)).create();
    var slice = it.client.resource(slice(layout)).create();
    await().until(() -> WOKEN.contains(layout.id()));
    seenUpTo(layout, slice);
    WOKEN.clear();

    for (int i = 0; i < 5; i++) {
      lease.getSpec().setRenewTime(ZonedDateTime.now(ZoneOffset.UTC));
      lease = it.client.resource(lease).update();
    }
    slice.setEndpoints(
        List.of(
            new io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder()
                .withAddresses("10.0.0.1")
                .build()));
    slice = it.client.resource(slice).update();
    seenUpTo(layout, lease);
    seenUpTo(layout, slice);
    assertThat(WOKEN).doesNotContain(layout.id());

    lease.getSpec().setHolderIdentity("wakes-1");
    it.client.resource(lease).update();
    await().until(() -> WOKEN.contains(layout.id()));
  }

  @Test
  void whatIsSaidTwiceIsOneEventOnTheStatefulSet() {
    var layout = it.layout("events");
    kube.writer().write(desired(statefulSet(layout, 0), ApplyPolicy.APPLY));
    var uid = seen(layout).statefulSet(layout).orElseThrow().getMetadata().getUid();

    kube.events().publish(layout, false, "RestartReplica", "restart events-1");
    kube.events().publish(layout, false, "RestartReplica", "restart events-1");
    try (var restarted =
        new KubeEventSink(
            it.client, l -> kube.reader().cached(l, Set.of()).find(l.statefulSetKey()))) {
      await().until(() -> events(uid).size() == 1);
      restarted.publish(layout, false, "RestartReplica", "restart events-1");
      restarted.publish(layout, true, "NoPrimary", "no instance says it is the primary");
      await().until(() -> events(uid).size() == 2);
    }

    assertThat(events(uid))
        .extracting(e -> "%s %s x%d".formatted(e.getType(), e.getReason(), e.getCount()))
        .containsExactlyInAnyOrder("Normal RestartReplica x2", "Warning NoPrimary x1");
  }

  private static List<io.fabric8.kubernetes.api.model.Event> events(String uid) {
    return it.client
        .v1()
        .events()
        .inNamespace(it.name)
        .withField("involvedObject.uid", uid)
        .list()
        .getItems();
  }

  @Test
  void clientsGoToPgpoolWhereThereIsOne() {
    var plain = it.layout("route");
    var pooled = ClusterLayout.generated(plain.id(), 3, true, plain.capabilities());
    kube.writer().write(desired(service(plain, plain.primaryService()), ApplyPolicy.APPLY));
    kube.writer().write(desired(service(plain, "route-pgpool"), ApplyPolicy.APPLY));
    seen(plain);

    assertThat(kube.clientsRoute(plain)).isPresent().isNotEqualTo(kube.clientsRoute(pooled));
    assertThat(kube.clientsRoute(pooled)).isPresent();
    assertThat(kube.clientsRoute(it.layout("nowhere"))).isEmpty();
    assertThat(kube.monitorLogin(it.layout("nowhere"))).isEmpty();
  }

  private static io.fabric8.kubernetes.api.model.Service service(
      ClusterLayout layout, String name) {
    return new io.fabric8.kubernetes.api.model.ServiceBuilder()
        .withMetadata(meta(layout, name))
        .withNewSpec()
        .addNewPort()
        .withPort(Names.POSTGRES_PORT)
        .endPort()
        .endSpec()
        .build();
  }

  @Test
  void theJournalIsWrittenOverTheVersionThatWasRead() {
    var id = new ClusterId(it.name, "journal");
    var journal = kube.journal();
    assertThat(journal.read(id)).isEqualTo(JournalEntry.EMPTY);

    var first = journal.write(id, JournalEntry.EMPTY.withLastGood(Optional.of("{}"))).orElseThrow();
    var second = journal.write(id, first.withSystemIdentifier(Optional.of("42"))).orElseThrow();

    assertThat(journal.read(id)).isEqualTo(second);
    assertThat(journal.write(id, first)).isEmpty();
    assertThat(journal.write(id, JournalEntry.EMPTY)).isEmpty();
    assertThat(journal.clusters()).contains(id);
    try (var restarted = new KubeJournal(it.client, it.name, _ -> {})) {
      restarted.start();
      await().until(restarted::ready);
      assertThat(restarted.read(id)).isEqualTo(second);
      var foreign = restarted.write(id, second.withLastGood(Optional.empty())).orElseThrow();
      await().until(() -> journal.read(id).equals(foreign));
    }
  }

  @Test
  void whatMayHoldPasswordsLiesInTheJournalEncrypted() {
    var id = new ClusterId(it.name, "confidential");
    var text = JournalEntry.CONFIDENTIAL + ",\"value\":\"super-example\"}";

    var written =
        kube.journal().write(id, JournalEntry.EMPTY.withLastGood(Optional.of(text))).orElseThrow();

    assertThat(it.client.configMaps().inNamespace(it.name).withName(KubeJournal.name(id)).get())
        .asString()
        .contains("sealed:")
        .doesNotContain("super-example");
    assertThat(it.client.secrets().inNamespace(it.name).withName(JournalSeal.SECRET).get())
        .isNotNull();
    try (var restarted = new KubeJournal(it.client, it.name, _ -> {})) {
      restarted.start();
      await().until(restarted::ready);
      assertThat(restarted.read(id)).isEqualTo(written);
    }
  }

  @Test
  void aSecretInGitIsComparedWithTheLiveOneKeyByKey() {
    var live =
        new io.fabric8.kubernetes.api.model.SecretBuilder()
            .withNewMetadata()
            .withNamespace(it.name)
            .withName("owners")
            .endMetadata()
            .addToData("same", "YQ==")
            .addToData("changed", "YQ==")
            .addToData("only-here", "YQ==")
            .build();
    it.client.resource(live).create();
    var key = new ObjectKey("Secret", it.name, "owners");
    var absent = new ObjectKey("Secret", it.name, "absent");

    var compared =
        kube.reader()
            .compare(
                Map.of(
                    key, Map.of("same", "YQ==", "changed", "Yg==", "added", "YQ=="),
                    absent, Map.of("any", "YQ==")));

    assertThat(compared.changed()).containsExactly(key + " key changed");
    assertThat(compared.added()).containsExactly(key + " key added");
    assertThat(compared.differing()).containsExactly(key);
  }

  private static ClusterSnapshot seen(ClusterLayout layout) {
    return await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(5))
        .until(() -> kube.reader().cached(layout, Set.of()), ClusterSnapshot::current);
  }

  private static void seenUpTo(ClusterLayout layout, HasMetadata object) {
    await()
        .until(
            () ->
                kube.reader()
                    .cached(layout, Set.of())
                    .find(Trim.key(object))
                    .map(o -> Trim.version(o) >= Trim.version(object))
                    .orElse(false));
  }

  private static int replicas(ClusterLayout layout) {
    return kube.reader()
        .cached(layout, Set.of())
        .statefulSet(layout)
        .orElseThrow()
        .getSpec()
        .getReplicas();
  }

  private static void scaleAs(String manager, ClusterLayout layout) {
    it.client
        .resource(statefulSet(layout, 0))
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.JSON_MERGE)
                .withFieldManager(manager)
                .build(),
            "{\"spec\":{\"replicas\":1}}");
  }

  private static PodRef create(Pod pod) {
    var meta = it.client.resource(pod).create().getMetadata();
    return new PodRef(meta.getName(), meta.getUid(), meta.getResourceVersion());
  }

  /** As a kubelet would report it; no node has to run anything for this. */
  private static PodRef running(PodRef pod) {
    it.client
        .pods()
        .inNamespace(it.name)
        .withName(pod.name())
        .editStatus(
            p ->
                new PodBuilder(p)
                    .editOrNewStatus()
                    .withPhase("Running")
                    .addNewCondition()
                    .withType("Ready")
                    .withStatus("True")
                    .endCondition()
                    .endStatus()
                    .build());
    return pod;
  }

  private static Pod pod(ClusterLayout layout, int ordinal) {
    return new PodBuilder()
        .withMetadata(meta(layout, layout.podName(ordinal)))
        .withNewSpec()
        .withSchedulerName("nobody")
        .addNewContainer()
        .withName("postgresql")
        .withImage("none")
        .endContainer()
        .endSpec()
        .build();
  }

  private static Lease lease(ClusterLayout layout) {
    return new LeaseBuilder()
        .withMetadata(meta(layout, layout.lease()))
        .withNewSpec()
        .withHolderIdentity(layout.podName(0))
        .endSpec()
        .build();
  }

  private static EndpointSlice slice(ClusterLayout layout) {
    return new EndpointSliceBuilder()
        .withMetadata(meta(layout, layout.primaryService()))
        .withAddressType("IPv4")
        .withEndpoints(List.of())
        .build();
  }

  private static StatefulSet statefulSet(ClusterLayout layout, int replicas) {
    return new StatefulSetBuilder()
        .withMetadata(meta(layout, layout.statefulSet()))
        .withNewSpec()
        .withReplicas(replicas)
        .withServiceName(layout.headlessService())
        .withNewSelector()
        .addToMatchLabels("it", layout.id().name())
        .endSelector()
        .withNewTemplate()
        .withNewMetadata()
        .addToLabels("it", layout.id().name())
        .endMetadata()
        .withNewSpec()
        .withSchedulerName("nobody")
        .addNewContainer()
        .withName("postgresql")
        .withImage("none")
        .endContainer()
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  private static String password(ClusterLayout layout) {
    var data =
        it.client
            .secrets()
            .inNamespace(it.name)
            .withName(layout.credentialsSecret())
            .get()
            .getData();
    return new String(Base64.getDecoder().decode(data.get(Names.MONITOR_PASSWORD)));
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes());
  }
}
