package dev.pgbaton.plan;

import static dev.pgbaton.plan.Clusters.NOW;
import static dev.pgbaton.plan.Clusters.clockSetBack;
import static dev.pgbaton.plan.Clusters.cluster;
import static dev.pgbaton.plan.Clusters.crashed;
import static dev.pgbaton.plan.Clusters.imageCantBePulled;
import static dev.pgbaton.plan.Clusters.labelled;
import static dev.pgbaton.plan.Clusters.lag;
import static dev.pgbaton.plan.Clusters.maxConnections;
import static dev.pgbaton.plan.Clusters.neverReady;
import static dev.pgbaton.plan.Clusters.notReady;
import static dev.pgbaton.plan.Clusters.notStreaming;
import static dev.pgbaton.plan.Clusters.outdated;
import static dev.pgbaton.plan.Clusters.silent;
import static dev.pgbaton.plan.Clusters.synchronous;
import static dev.pgbaton.plan.Clusters.terminating;
import static dev.pgbaton.plan.Clusters.workMem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.desired.AppliedHash;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.JournalEntry.Intent;
import dev.pgbaton.observed.JournalEntry.Quarantine;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Plan.Await;
import dev.pgbaton.plan.Plan.Blocked;
import dev.pgbaton.plan.Plan.InSync;
import dev.pgbaton.plan.Plan.Proceed;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Instant;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class PlannerTest {
  private static String step(Plan plan) {
    assertThat(plan).isInstanceOf(Proceed.class);
    return ((Proceed) plan).step().text();
  }

  private static String waitsFor(Plan plan) {
    assertThat(plan).isInstanceOf(Await.class);
    return ((Await) plan).what();
  }

  private static Blocked blocked(Plan plan) {
    assertThat(plan).isInstanceOf(Blocked.class);
    return (Blocked) plan;
  }

  @Test
  void aClusterAsItShallBeIsInSync() {
    var plan = cluster().primary("orders-0").replica("orders-1").replica("orders-2").plan();

    assertThat(plan).isEqualTo(new InSync());
  }

  @Test
  void replicasRestartBeforeThePrimaryAndInOrder() {
    var plan =
        cluster()
            .primary("orders-0", outdated())
            .replica("orders-1", outdated())
            .replica("orders-2", outdated())
            .plan();

    assertThat(step(plan))
        .isEqualTo(
            "restart orders-1: image registry.example.com/pgbaton/postgres:17 → registry.example.com/pgbaton/postgres:17.1");
  }

  @Test
  void thePrimaryHandsOffOnceEveryReplicaIsNew() {
    var plan =
        cluster().primary("orders-0", outdated()).replica("orders-1").replica("orders-2").plan();

    assertThat(step(plan)).startsWith("hand off orders-0 → orders-1: image ");
  }

  @Test
  void theFormerPrimaryRestartsAsTheReplicaItIs() {
    var plan =
        cluster().replica("orders-0", outdated()).primary("orders-1").replica("orders-2").plan();

    assertThat(step(plan)).startsWith("restart orders-0: ");
  }

  @Test
  void thePrimaryWaitsForALaggingReplica() {
    var plan =
        cluster()
            .primary("orders-0", outdated())
            .replica("orders-1", lag(40))
            .replica("orders-2")
            .plan();

    assertThat(waitsFor(plan)).startsWith("orders-1: it is 41943040 bytes of WAL behind");
  }

  @Test
  void nothingRestartsWhileAnotherInstanceIsNotReady() {
    var plan =
        cluster()
            .primary("orders-0", outdated())
            .replica("orders-1", outdated())
            .replica("orders-2", notReady())
            .plan();

    assertThat(waitsFor(plan)).isEqualTo("orders-2: its pod is not Ready");
  }

  @Test
  void nothingRestartsWhileAReplicaDoesNotStream() {
    var plan =
        cluster()
            .primary("orders-0", outdated())
            .replica("orders-1", outdated())
            .replica("orders-2", notStreaming())
            .plan();

    assertThat(waitsFor(plan)).isEqualTo("orders-2: it does not stream from the primary");
  }

  @Test
  void nothingRestartsWhileARoleIsNotKnown() {
    var plan =
        cluster()
            .primary("orders-0", outdated())
            .replica("orders-1", outdated())
            .replica("orders-2", silent())
            .plan();

    assertThat(waitsFor(plan)).contains("orders-2: PostgreSQL does not answer there");
  }

  @Test
  void twoPrimariesBlockEverything() {
    var plan =
        cluster()
            .primary("orders-0", outdated())
            .primary("orders-1", outdated())
            .replica("orders-2", outdated())
            .plan();

    assertThat(blocked(plan).reason()).isEqualTo(Refusal.MORE_THAN_ONE_PRIMARY);
  }

  @Test
  void whileThePrimaryRestartsInPlaceItIsThePrimaryThatIsWaitedFor() {
    var plan =
        cluster()
            .replica("orders-0")
            .replica("orders-1")
            .primary("orders-2", silent())
            .stepBegun("orders-2", NOW.minusSeconds(2))
            .plan();

    assertThat(waitsFor(plan))
        .isEqualTo("orders-2: PostgreSQL does not answer there: connection refused");
  }

  @Test
  void noPrimaryIsWaitedFor() {
    var plan =
        cluster()
            .replica("orders-0", outdated())
            .replica("orders-1", outdated())
            .replica("orders-2", outdated())
            .plan();

    assertThat(waitsFor(plan))
        .isEqualTo(
            "orders-0: it is a replica, and its primary does not answer, or there is not just one");
  }

  @Test
  void theCandidateIsNotOnACordonedNode() {
    var plan =
        cluster()
            .primary("orders-0", outdated())
            .replica("orders-1")
            .replica("orders-2")
            .cordon("orders-1")
            .plan();

    assertThat(step(plan)).startsWith("hand off orders-0 → orders-2");
  }

  @Test
  void theCandidateIsASynchronousStandbyWhenReplicationIsSynchronous() {
    var plan =
        cluster()
            .synchronousStandbys(1)
            .primary("orders-0", outdated())
            .replica("orders-1")
            .replica("orders-2", synchronous())
            .plan();

    assertThat(step(plan)).startsWith("hand off orders-0 → orders-2");
  }

  @Test
  void noReplicaRestartsWhileAnEarlierIntentsHandoffIsUnderWay() {
    var plan =
        cluster()
            .primary("orders-0", outdated())
            .replica("orders-1", outdated())
            .replica("orders-2", outdated())
            .lease(
                l -> l.editMetadata().addToAnnotations(Names.HANDOFF_TO, "orders-1").endMetadata())
            .plan();

    assertThat(waitsFor(plan)).isEqualTo("orders-0 to hand off to orders-1");
  }

  @Test
  void aHandoffThatWasAskedForIsWaitedFor() {
    var plan =
        cluster()
            .primary("orders-0", outdated())
            .replica("orders-1")
            .replica("orders-2")
            .stepBegun("orders-0", NOW)
            .lease(
                l -> l.editMetadata().addToAnnotations(Names.HANDOFF_TO, "orders-1").endMetadata())
            .plan();

    assertThat(waitsFor(plan)).isEqualTo("orders-0 to hand off to orders-1");
  }

  @Test
  void aRefusedHandoffIsAskedForAgainAfterAWhile() {
    var refused =
        cluster()
            .primary("orders-0", outdated())
            .replica("orders-1")
            .replica("orders-2")
            .lease(
                l ->
                    l.editMetadata()
                        .addToAnnotations(Names.HANDOFF_REFUSED, "orders-1: too far behind")
                        .endMetadata());

    assertThat(waitsFor(refused.stepBegun("orders-0", NOW.minusSeconds(3)).plan()))
        .contains("too far behind");
    assertThat(step(refused.stepBegun("orders-0", NOW.minusSeconds(31)).plan()))
        .startsWith("hand off orders-0 → orders-1");
  }

  @Test
  void aSingleInstanceRestartsInPlaceOfAHandoff() {
    var plan = cluster().primary("orders-0", outdated()).plan();

    assertThat(step(plan)).startsWith("restart the only instance orders-0: ");
  }

  @Test
  void anInstanceThatDoesNotComeBackEndsTheRollout() {
    var cluster =
        cluster()
            .primary("orders-0", outdated())
            .replica("orders-1", notReady())
            .replica("orders-2", outdated())
            .stepBegun("orders-1", NOW.minusSeconds(601));
    cluster.journal(j -> j.withLastGood(Optional.of(cluster.lastGood())));

    assertThat(step(cluster.plan()))
        .isEqualTo(
            "give up: orders-1 did not come back: its pod is not Ready. The primary orders-0 was not touched.");
  }

  @Test
  void anImageThatCantBePulledEndsTheRolloutWithoutWaitingForTheTimeout() {
    var cluster =
        cluster()
            .primary("orders-0", outdated())
            .replica("orders-1", imageCantBePulled())
            .replica("orders-2", outdated())
            .stepBegun("orders-1", NOW.minusSeconds(6));
    cluster.journal(j -> j.withLastGood(Optional.of(cluster.lastGood())));

    assertThat(step(cluster.plan()))
        .contains(
            "orders-1 did not come back: its image registry.example.com/pgbaton/postgres:17.1 can't be pulled");
  }

  @Test
  void whatCantComeBackIsGivenUpAlsoWhileTheOthersLackAPrimary() {
    var cluster =
        cluster()
            .replica("orders-0", notReady(), outdated())
            .replica("orders-1", imageCantBePulled())
            .stepBegun("orders-0", NOW.minusSeconds(6));
    cluster.journal(j -> j.withLastGood(Optional.of(cluster.lastGood())));

    assertThat(step(cluster.plan())).contains("orders-1 did not come back: its image");
  }

  @Test
  void aFailedCommitIsTakenBackAndTheBrokenPodReplaced() {
    var cluster =
        cluster()
            .primary("orders-0")
            .replica("orders-1", imageCantBePulled(), outdated())
            .replica("orders-2");
    cluster
        .journal(j -> j.withLastGood(Optional.of(cluster.lastGood())))
        .journal(
            j -> j.withQuarantine(Optional.of(new Quarantine("hash", "c0ffee", "no image", NOW))));

    // The template first …
    assertThat(step(cluster.plan()))
        .contains("change StatefulSet shop/orders")
        .contains(
            "image registry.example.com/pgbaton/postgres:17.1 → registry.example.com/pgbaton/postgres:17");
  }

  @Test
  void aFailedCommitsReloadedSettingsAndPgpoolGoBackToo() {
    var before = withPgpool(cluster(), "4MB", "4.6").instances(2).lastGood();
    var cluster =
        withPgpool(cluster(), "8MB", "4.7")
            .primary("orders-0")
            .replica("orders-1", imageCantBePulled(), outdated())
            .replica("orders-2")
            .journal(j -> j.withLastGood(Optional.of(before)))
            .journal(
                j ->
                    j.withQuarantine(
                        Optional.of(new Quarantine("hash", "c0ffee", "no image", NOW))));

    var changes = ((Step.Apply) ((Proceed) cluster.plan()).step()).changes();

    assertThat(changes)
        .extracting(Change::text)
        .anyMatch(
            t -> t.contains("ConfigMap shop/orders-reload") && t.contains("→ work_mem = '4MB'"))
        .anyMatch(t -> t.contains("Deployment shop/orders-pgpool") && t.contains("4.7 → "));
    // As many of them as the commit asks for.
    assertThat(changes)
        .extracting(c -> c.object().object())
        .filteredOn(ConfigMap.class::isInstance)
        .extracting(o -> ((ConfigMap) o).getData())
        .anySatisfy(data -> assertThat(data).containsEntry("instances", "3"));
  }

  private static Clusters withPgpool(Clusters cluster, String workMem, String pgpool) {
    return cluster.spec(
        yaml ->
            yaml.replace("work_mem: 8MB", "work_mem: " + workMem)
                + "  pgpool: {instances: 1, image: registry.example.com/pgbaton/pgpool:%s}\n"
                    .formatted(pgpool));
  }

  @Test
  void aFailedCommitIsTakenBackWithTheNumberOfInstancesThatItAsksFor() {
    var before = cluster().instances(2).lastGood();
    var cluster =
        cluster().primary("orders-0").replica("orders-1").replica("orders-2", imageCantBePulled());
    cluster
        .journal(j -> j.withLastGood(Optional.of(before)))
        .journal(
            j -> j.withQuarantine(Optional.of(new Quarantine("hash", "c0ffee", "no image", NOW))));

    assertThat(step(cluster.plan()))
        .contains("change StatefulSet shop/orders")
        .doesNotContain("replicas");
  }

  @Test
  void severalPodsThatWereNeverReadyAreReplacedAllTheSame() {
    var plan =
        cluster()
            .primary("orders-0", neverReady(), outdated())
            .replica("orders-1", neverReady(), outdated())
            .replica("orders-2", neverReady(), outdated())
            .plan();

    assertThat(((Proceed) plan).step())
        .isInstanceOfSatisfying(
            Step.RestartReplica.class, r -> assertThat(r.neverReady()).isTrue());
  }

  private static Clusters begunElevenMinutesAgo(Clusters cluster) {
    return cluster.journal(
        j ->
            j.withIntent(
                new Intent(
                    "c0ffee", "hash", "clusters/orders.yaml", NOW.minusSeconds(660), false)));
  }

  @Test
  void aClockThatWasSetBackMakesNoPodOneThatWasNeverReady() {
    var instance =
        cluster().primary("orders-0").replica("orders-1", notReady(), clockSetBack()).observed();

    assertThat(instance.instances().getLast().neverReady()).isFalse();
  }

  @Test
  void aNewInstanceThatNeverBecomesWellIsSaidAfterItsTime() {
    var cluster = cluster().primary("orders-0").replica("orders-1", neverReady());

    assertThat(waitsFor(cluster.plan())).isEqualTo("orders-1: its pod is not Ready");
    assertThat(blocked(begunElevenMinutesAgo(cluster).plan()).text())
        .startsWith("orders-1: its pod is not Ready, for longer than");
  }

  @Test
  void aPodThatIsNeverMadeIsSaidAfterItsTime() {
    var cluster = cluster().instances(3).primary("orders-0").replica("orders-1");

    assertThat(waitsFor(cluster.plan())).isEqualTo("orders-2's pod to be made");
    assertThat(blocked(begunElevenMinutesAgo(cluster).plan()).text())
        .startsWith("orders-2's pod is not made.");
  }

  @Test
  void aTerminatingPodIsWaitedFor() {
    var plan =
        cluster()
            .primary("orders-0", outdated())
            .replica("orders-1", outdated(), terminating())
            .replica("orders-2", outdated())
            .plan();

    assertThat(waitsFor(plan)).isEqualTo("orders-1: its pod is ending");
  }

  @Test
  void aSettingThatNeedsNoRestartIsReloadedOnEveryInstance() {
    var plan =
        cluster().primary("orders-0", workMem("4096")).replica("orders-1", workMem("4096")).plan();

    assertThat(step(plan)).isEqualTo("reload settings on [orders-0, orders-1]");
  }

  @Test
  void aLoweredSettingThatStandbysNeedIsTakenByThePrimaryFirst() {
    var plan =
        cluster()
            .primary("orders-0", maxConnections("300"))
            .replica("orders-1", maxConnections("300"))
            .plan();

    assertThat(step(plan))
        .startsWith("restart the primary orders-0 in place: max_connections = 200");
  }

  @Test
  void rolesAreLabelled() {
    var plan =
        cluster().primary("orders-0", labelled("replica")).replica("orders-1", labelled("")).plan();

    assertThat(step(plan)).isEqualTo("label {orders-0=PRIMARY, orders-1=REPLICA}");
  }

  @Test
  void aChangeByHandIsRepairedAndSaid() {
    var plan =
        cluster()
            .primary("orders-0")
            .replica("orders-1")
            .live(s -> new StatefulSetBuilder(s).editSpec().withReplicas(1).endSpec().build())
            .plan();

    assertThat(step(plan))
        .isEqualTo("repair StatefulSet shop/orders, changed by hand: spec.replicas 1 → 2");
  }

  @Test
  void aSmallerVolumeIsRefused() {
    var plan =
        cluster()
            .primary("orders-0")
            .replica("orders-1")
            .spec(s -> s.replace("size: 10Gi", "size: 8Gi"))
            .live(
                s ->
                    new StatefulSetBuilder(s)
                        .editSpec()
                        .editFirstVolumeClaimTemplate()
                        .editSpec()
                        .editResources()
                        .addToRequests(
                            "storage", new io.fabric8.kubernetes.api.model.Quantity("10Gi"))
                        .endResources()
                        .endSpec()
                        .endVolumeClaimTemplate()
                        .endSpec()
                        .build())
            .plan();

    assertThat(blocked(plan).reason()).isEqualTo(Refusal.STORAGE_SHRINKS);
    assertThat(blocked(plan).text())
        .endsWith(
            "8Gi is smaller than the 10Gi that orders-0 has; volumes can't shrink. Put 10Gi or more.");
  }

  @Test
  void nothingIsDecidedWhileOurOwnWritesDontShow() {
    var plan = cluster().primary("orders-0", outdated()).ownWritesDontShow().plan();

    assertThat(waitsFor(plan)).isEqualTo("our own writes to show");
  }

  @Test
  void anInstanceThatIsOneTooManyIsWaitedForUntilItIsGone() {
    var cluster =
        cluster().instances(2).primary("orders-0").replica("orders-1").replica("orders-2");

    assertThat(cluster.plan())
        .isInstanceOfSatisfying(
            Await.class, a -> assertThat(a.what()).isEqualTo("orders-2's pod to end"));
  }

  @Test
  void aBrokenReplicaIsNotReplacedWhileAnotherOnesPodIsMissing() {
    var cluster =
        cluster()
            .instances(3)
            .primary("orders-0")
            .replica("orders-2", outdated(), notReady(), crashed());

    assertThat(cluster.plan()).isInstanceOf(Await.class);
  }

  @Test
  void aLeaseThatIsMadeAnewGoesOnCountingWhereTheRouteIs() {
    var cluster = cluster().primary("orders-0").replica("orders-1");
    cluster.journal(j -> j.withSystemIdentifier(Optional.of("7300")));
    var seen = cluster.observed();
    var objects = new java.util.TreeMap<>(seen.snapshot().objects());
    objects.keySet().removeIf(key -> key.kind().equals("Lease"));
    objects.values().stream()
        .filter(o -> o.getKind().equals("EndpointSlice"))
        .forEach(o -> o.getMetadata().setAnnotations(java.util.Map.of(Names.EPOCH, "12")));
    var snapshot = new ClusterSnapshot(objects, seen.snapshot().pods(), java.util.Set.of(), true);
    var observed =
        new ObservedCluster(
            seen.layout(), snapshot, seen.instances(), Optional.empty(), seen.journal());

    var plan = (Proceed) Planner.plan(cluster.desired(), observed, NOW);

    assertThat(((Step.Apply) plan.step()).changes())
        .map(change -> change.object().object())
        .hasOnlyElementsOfType(Lease.class)
        .map(lease -> ((Lease) lease).getSpec().getLeaseTransitions())
        .containsExactly(12);
  }

  private static Clusters shrinking() {
    var asItWas = AppliedHash.of(cluster().instances(3).desired().statefulSet());
    return cluster()
        .instances(2)
        .live(
            s ->
                new StatefulSetBuilder(s)
                    .editMetadata()
                    .addToAnnotations(Names.APPLIED, asItWas)
                    .endMetadata()
                    .editSpec()
                    .withReplicas(3)
                    .endSpec()
                    .build())
        .lease(
            l -> l.editMetadata().addToAnnotations(Names.SYSTEM_IDENTIFIER, "7300").endMetadata());
  }

  @Test
  void nobodyIsScaledAwayWhileThePrimaryIsNotKnown() {
    var plan =
        shrinking()
            .replica("orders-0")
            .replica("orders-1")
            .primary("orders-2", Clusters.silent())
            .plan();

    assertThat(waitsFor(plan))
        .isEqualTo(
            "orders-0: it is a replica, and its primary does not answer, or there is not just one");
  }

  @Test
  void nobodyIsScaledAwayWhileOneThatStaysIsNotWell() {
    var plan =
        shrinking().primary("orders-0").replica("orders-1", notReady()).replica("orders-2").plan();

    assertThat(waitsFor(plan)).isEqualTo("orders-1: its pod is not Ready");
  }

  @Test
  void nobodyIsScaledAwayWhileThePodOfOneThatStaysIsNotThere() {
    var plan = shrinking().replica("orders-1").primary("orders-2").plan();

    assertThat(waitsFor(plan)).isEqualTo("orders-0's pod to be made");
  }

  @Test
  void whatOneThatStaysMayNeedToBecomeReadyComesBeforeAnybodyLeaves() {
    var pushed =
        shrinking()
            .replica("orders-0", neverReady())
            .replica("orders-1")
            .primary("orders-2")
            .pushed();
    var applied =
        shrinking()
            .replica("orders-0", neverReady(), outdated())
            .replica("orders-1", outdated())
            .primary("orders-2", outdated());

    assertThat(step(pushed.plan())).contains("17 → ").doesNotContain("spec.replicas");
    assertThat(((Proceed) applied.plan()).step())
        .isInstanceOfSatisfying(
            Step.RestartReplica.class, r -> assertThat(r.pod().name()).isEqualTo("orders-0"));
  }

  @Test
  void aPrimaryThatLeavesDoesNotHandOffWhileOneThatStaysStarts() {
    var plan =
        shrinking()
            .replica("orders-0", neverReady())
            .replica("orders-1")
            .primary("orders-2")
            .plan();

    assertThat(waitsFor(plan)).isEqualTo("orders-0: its pod is not Ready");
  }

  @Test
  void theOnlyOneThatStaysIsCuredThoughNoPrimaryIsKnown() {
    var plan =
        shrinking()
            .instances(1)
            .replica("orders-0", neverReady(), outdated())
            .replica("orders-1", neverReady(), outdated())
            .plan();

    assertThat(step(plan)).startsWith("restart orders-0: ");
  }

  /** With fewer connections than its primary a standby replays no further. */
  @Test
  void aReplicaThatCantCatchUpBeforeItRestartsIsNotWaitedFor() {
    var formerPrimary =
        cluster()
            .primary("orders-0", maxConnections("300"))
            .replica("orders-1", outdated(), maxConnections("300"))
            .replica("orders-2", outdated(), lag(40));
    var slow =
        cluster().primary("orders-0").replica("orders-1").replica("orders-2", outdated(), lag(40));

    assertThat(step(formerPrimary.plan())).startsWith("restart orders-2: ");
    assertThat(waitsFor(slow.plan())).contains("bytes of WAL behind");
  }

  @Test
  void oneThatStaysIsRestartedBeforeAnybodyLeavesIfItCantCatchUpOtherwise() {
    var plan =
        shrinking()
            .primary("orders-0", maxConnections("300"))
            .replica("orders-1", outdated(), lag(40))
            .replica("orders-2")
            .plan();

    assertThat(step(plan)).startsWith("restart orders-1: ");
  }

  @Test
  void whoIsOneTooManyIsScaledAwayOnceTheOthersAreWell() {
    var plan = shrinking().primary("orders-0").replica("orders-1").replica("orders-2").plan();

    assertThat(step(plan)).contains("spec.replicas 3 → 2");
  }

  @Test
  void anotherMajorVersionIsRefusedEvenWithADigest() {
    var digest = "@sha256:" + "0f".repeat(32);
    var plan =
        cluster()
            .primary("orders-0")
            .replica("orders-1")
            .spec(s -> s.replace("postgres:17.1", "postgres:18" + digest))
            .live(
                s ->
                    new StatefulSetBuilder(s)
                        .editSpec()
                        .editTemplate()
                        .editSpec()
                        .editFirstContainer()
                        .withImage("registry.example.com/pgbaton/postgres:17" + digest)
                        .endContainer()
                        .endSpec()
                        .endTemplate()
                        .endSpec()
                        .build())
            .plan();

    assertThat(blocked(plan).reason()).isEqualTo(Refusal.MAJOR_VERSION_CHANGES);
  }

  @Test
  void aPrimaryThatWouldBeScaledAwayHandsOffFirst() {
    var plan =
        cluster()
            .instances(2)
            .replica("orders-0")
            .replica("orders-1")
            .primary("orders-2")
            .live(s -> new StatefulSetBuilder(s).editSpec().withReplicas(3).endSpec().build())
            .plan();

    assertThat(step(plan)).isEqualTo("hand off orders-2 → orders-0: instances 3 → 2");
  }

  @Test
  void anObjectOfAnotherClusterIsNotTaken() {
    var cluster = cluster().primary("orders-0").replica("orders-1");
    var key = new ObjectKey("Service", "shop", "orders-primary");
    var theirs = new KubernetesSerialization().clone(cluster.desired().get(key).object());
    theirs.getMetadata().getLabels().put(Names.CLUSTER_LABEL, "billing");

    assertThat(cluster.with(theirs).plan())
        .isInstanceOfSatisfying(
            Blocked.class,
            blocked -> assertThat(blocked.reason()).isEqualTo(Refusal.ANOTHER_CLUSTERS_OBJECT));
  }

  @Test
  void aSpecCanSayThatNothingIsToBeTouched() {
    var observing =
        cluster()
            .primary("orders-0")
            .replica("orders-1", outdated())
            .spec(yaml -> yaml + "  mode: observe\n");
    var suspended =
        cluster()
            .primary("orders-0")
            .replica("orders-1", outdated())
            .spec(yaml -> yaml + "  mode: suspend\n");

    assertThat(((Blocked) observing.plan()).text()).startsWith("next would be: restart orders-1");
    assertThat(((Blocked) suspended.plan()).reason()).isEqualTo(Refusal.SUSPENDED);
  }

  @Test
  void aHandoffThatWasAskedForBeforeAnythingWasToBeLeftIsTold() {
    var suspended =
        cluster()
            .primary("orders-0", outdated())
            .replica("orders-1")
            .lease(
                l -> l.editMetadata().addToAnnotations(Names.HANDOFF_TO, "orders-1").endMetadata())
            .spec(yaml -> yaml + "  mode: suspend\n");

    assertThat(((Blocked) suspended.plan()).text())
        .endsWith("The handoff to orders-1 that was asked for before still happens.");
  }

  @Test
  void whatIsSuspendedByHandIsToldAndNotDone() {
    var suspended =
        cluster().primary("orders-0").replica("orders-1", outdated()).journal(byAlice()).plan();

    assertThat(((Blocked) suspended).reason()).isEqualTo(Refusal.SUSPENDED_BY_HAND);
    assertThat(((Blocked) suspended).text())
        .startsWith(
            "suspended by alice since 2026-01-02T03:04:05Z. Next would be: restart orders-1");
  }

  @Test
  void aSuspendedClusterWithoutAPrimaryIsStillOneWithoutAPrimary() {
    var before = cluster().replica("orders-0").replica("orders-1", outdated());
    var plan = before.plan();

    var suspended = before.journal(byAlice()).plan();

    assertThat(suspended).hasSameClassAs(plan);
    assertThat(suspended.toString()).contains("suspended by alice");
  }

  @Test
  void whatIsWellIsWellThoughItIsSuspended() {
    assertThat(cluster().primary("orders-0").replica("orders-1").journal(byAlice()).plan())
        .isInstanceOf(InSync.class);
  }

  private static UnaryOperator<JournalEntry> byAlice() {
    var suspension = new JournalEntry.Suspension("alice", Instant.parse("2026-01-02T03:04:05Z"));
    return journal -> journal.withSuspension(Optional.of(suspension));
  }
}
