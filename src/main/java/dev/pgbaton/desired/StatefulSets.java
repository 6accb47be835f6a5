package dev.pgbaton.desired;

import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.spec.ClusterSpec;
import dev.pgbaton.spec.StorageSpec;
import dev.pgbaton.spec.TakenOver;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The instances. */
final class StatefulSets {
  /**
   * Longer than a handoff takes at its worst, shorter than {@link #GRACE}: a hook that is killed
   * hands nothing off.
   */
  static final Duration HOOK_BUDGET = Duration.ofSeconds(45);

  private static final Duration GRACE = Duration.ofSeconds(60);

  private StatefulSets() {}

  static StatefulSet of(
      ClusterSpec spec, ClusterLayout layout, Labels labels, PostgresSettings settings) {
    return new StatefulSetBuilder()
        .withMetadata(
            Metadata.of(layout, layout.statefulSet(), labels.object(Labels.Component.postgresql)))
        .withNewSpec()
        .withReplicas(spec.instances())
        .withServiceName(layout.headlessService())
        // Any instance may be the one the others wait for, not only the first.
        .withPodManagementPolicy(
            spec.takenOver().filter(TakenOver::inOrder).isPresent() ? "OrderedReady" : "Parallel")
        .withNewUpdateStrategy()
        // OnDelete: RollingUpdate goes by ordinal and could take the primary first.
        .withType("OnDelete")
        .endUpdateStrategy()
        .withNewPersistentVolumeClaimRetentionPolicy("Retain", "Retain")
        .withNewSelector()
        .withMatchLabels(labels.selector(Labels.Component.postgresql))
        .endSelector()
        .withTemplate(template(spec, layout, labels, settings))
        .withVolumeClaimTemplates(
            claim(
                spec.storage(),
                spec.takenOver()
                    .map(TakenOver::claimLabels)
                    .orElseGet(() -> labels.pod(Labels.Component.postgresql)),
                spec.takenOver().map(TakenOver::claimAnnotations).orElse(Map.of())))
        .endSpec()
        .build();
  }

  private static PodTemplateSpec template(
      ClusterSpec spec, ClusterLayout layout, Labels labels, PostgresSettings settings) {
    var scheduling = spec.scheduling();
    return new PodTemplateSpecBuilder()
        .withNewMetadata()
        .withLabels(labels.pod(Labels.Component.postgresql))
        .addToAnnotations("kubectl.kubernetes.io/default-container", PostgresContainers.NAME)
        .endMetadata()
        .withNewSpec()
        .withServiceAccountName(Access.serviceAccount(layout))
        .withAutomountServiceAccountToken(true)
        .withTerminationGracePeriodSeconds(GRACE.toSeconds())
        .withSecurityContext(security(spec))
        .withImagePullSecrets(
            spec.imagePullSecrets().stream().map(LocalObjectReference::new).toList())
        .withAffinity(
            Scheduling.apart(
                scheduling.antiAffinity(),
                scheduling.topologyKey(),
                labels.selector(Labels.Component.postgresql)))
        .withNodeSelector(scheduling.nodeSelector().isEmpty() ? null : scheduling.nodeSelector())
        .withTolerations(scheduling.tolerations())
        .withPriorityClassName(scheduling.priorityClassName().orElse(null))
        .withContainers(PostgresContainers.of(spec, layout))
        .withVolumes(volumes(spec, layout, settings))
        .endSpec()
        .build();
  }

  private static List<Volume> volumes(
      ClusterSpec spec, ClusterLayout layout, PostgresSettings settings) {
    var volumes =
        new ArrayList<>(
            List.of(
                Volumes.scratch("tmp"),
                // A certificate's key is copied there.
                spec.tls().isPresent() ? Volumes.memory("run") : Volumes.scratch("run"),
                // Parallel queries share memory here; the 64 MB that containers get by default make
                // them fail.
                Volumes.memory("shm"),
                Volumes.configMap("restart", ConfigMaps.restartName(layout, settings)),
                Volumes.configMap("reload", ConfigMaps.reloadName(layout)),
                credentials(spec, layout)));
    spec.tls().ifPresent(tls -> volumes.addAll(Certificates.volumes(tls, layout)));
    return volumes;
  }

  private static PodSecurityContext security(ClusterSpec spec) {
    var user = spec.takenOver().flatMap(TakenOver::user);
    var group = spec.takenOver().flatMap(TakenOver::group).or(() -> user);
    return PodSecurity.pod(
        user.map(Integer::longValue).orElse(PodSecurity.USER),
        group.map(Integer::longValue).orElse(PodSecurity.USER));
  }

  private static Volume credentials(ClusterSpec spec, ClusterLayout layout) {
    var secret = layout.credentialsSecret();
    return spec.takenOver()
        .map(TakenOver::credentials)
        .map(
            kept ->
                Volumes.secret(
                    "credentials",
                    secret,
                    Map.of(
                        kept.superuserKey(), Names.SUPERUSER_PASSWORD,
                        kept.repmgrKey(), Names.REPMGR_PASSWORD)))
        .orElseGet(() -> Volumes.secret("credentials", secret));
  }

  private static PersistentVolumeClaim claim(
      StorageSpec storage, Map<String, String> labels, Map<String, String> annotations) {
    return new PersistentVolumeClaimBuilder()
        .withNewMetadata()
        .withName(Volumes.DATA)
        .withLabels(labels)
        .withAnnotations(annotations)
        .endMetadata()
        .withNewSpec()
        .withAccessModes("ReadWriteOnce")
        .withStorageClassName(storage.storageClassName().orElse(null))
        .withNewResources()
        .addToRequests("storage", storage.size())
        .endResources()
        .endSpec()
        .build();
  }
}
