package dev.pgbaton.plan;

import static dev.pgbaton.desired.Tutorial.manifests;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.desired.AppliedHash;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.OwnersClusters;
import dev.pgbaton.desired.OwnersClusters.Result;
import dev.pgbaton.desired.Tutorial;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.observed.InstanceProbe.Standby;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Plan.Blocked;
import dev.pgbaton.plan.Plan.InSync;
import dev.pgbaton.plan.Plan.Proceed;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Somebody's own manifests: first contact, how far pgbaton may go, and the order of restarts. */
class OwnersPlanTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final String OLD = "rev-1";
  private static final String ANNOTATED = "  name: postgres-sts\n  annotations: {%s}\n";

  private static DesiredCluster wanted(Tutorial manifests) {
    return ((Result.Made) OwnersClusters.of(manifests.parsed())).cluster();
  }

  private static Tutorial annotated(String annotations) {
    return manifests().with("  name: postgres-sts\n", ANNOTATED.formatted(annotations));
  }

  /** As the API server has it, once pgbaton or somebody else has applied it. */
  private static ClusterSnapshot live(
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

  private static HasMetadata live(HasMetadata object, boolean applied, String target) {
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
}
