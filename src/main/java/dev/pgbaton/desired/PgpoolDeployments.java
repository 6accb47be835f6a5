package dev.pgbaton.desired;

import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.DerivedPassword;
import dev.pgbaton.cluster.LoginTurn;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ServiceRole;
import dev.pgbaton.spec.ClusterSpec;
import dev.pgbaton.spec.PgpoolSpec;
import dev.pgbaton.spec.SchedulingSpec.AntiAffinity;
import dev.pgbaton.spec.TlsSpec;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * pgpool before the cluster: it keeps no state, so Kubernetes' own rolling update does, as long as
 * none goes before another came.
 */
final class PgpoolDeployments {
  private static final int DRAIN_SECONDS = 5;
  private static final String USERS = "pgpool-users";
  private static final String DECLARED = "pgpool-declared-users";

  private PgpoolDeployments() {}

  static Deployment of(
      ClusterSpec spec, PgpoolSpec pgpool, ClusterLayout layout, Labels labels, String conf) {
    var scheduling = spec.scheduling();
    var selector = labels.selector(Labels.Component.pgpool);
    return new DeploymentBuilder()
        .withMetadata(
            Metadata.of(
                layout,
                layout.pgpoolDeployment().orElseThrow(),
                labels.object(Labels.Component.pgpool)))
        .withNewSpec()
        .withReplicas(pgpool.instances())
        .withNewStrategy()
        .withType("RollingUpdate")
        .withNewRollingUpdate()
        .withMaxUnavailable(new IntOrString(0))
        .withMaxSurge(new IntOrString(1))
        .endRollingUpdate()
        .endStrategy()
        .withNewSelector()
        .withMatchLabels(selector)
        .endSelector()
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(labels.pod(Labels.Component.pgpool))
        .endMetadata()
        .withNewSpec()
        .withAutomountServiceAccountToken(false)
        .withTerminationGracePeriodSeconds(30L)
        .withSecurityContext(PodSecurity.pod())
        .withImagePullSecrets(
            spec.imagePullSecrets().stream().map(LocalObjectReference::new).toList())
        // Never required: the pod that surges in a rolling update needs a node too.
        .withAffinity(
            Scheduling.apart(
                scheduling.antiAffinity() == AntiAffinity.none
                    ? AntiAffinity.none
                    : AntiAffinity.preferred,
                scheduling.topologyKey(),
                selector))
        .withNodeSelector(scheduling.nodeSelector().isEmpty() ? null : scheduling.nodeSelector())
        .withTolerations(scheduling.tolerations())
        .withPriorityClassName(scheduling.priorityClassName().orElse(null))
        .withContainers(container(spec, pgpool, layout))
        .withVolumes(volumes(spec, pgpool, layout, conf))
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  private static Container container(ClusterSpec spec, PgpoolSpec pgpool, ClusterLayout layout) {
    return new ContainerBuilder()
        .withName("pgpool")
        .withImage(pgpool.image())
        .withEnv(environment(spec, layout))
        .addNewPort()
        .withName(Services.POSTGRESQL)
        .withContainerPort(Names.POSTGRES_PORT)
        .withProtocol("TCP")
        .endPort()
        .withResources(pgpool.resources())
        .withSecurityContext(PodSecurity.container())
        .withStartupProbe(probe(1, 30))
        .withLivenessProbe(probe(10, 6))
        .withReadinessProbe(probe(2, 3))
        .withNewLifecycle()
        .withNewPreStop()
        // Clients are still sent here until every node's kube-proxy knows better.
        .withNewSleep((long) DRAIN_SECONDS)
        .endPreStop()
        .endLifecycle()
        .withVolumeMounts(mounts(spec, pgpool))
        .build();
  }

  private static List<EnvVar> environment(ClusterSpec spec, ClusterLayout layout) {
    var variables = new ArrayList<EnvVar>();
    // Somebody else's Secret has no password of pgbaton's role: it follows from the superuser's.
    if (layout.superuserKey().isPresent())
      variables.add(
          new EnvVar(
              "PGPOOL_PGBATON_ROLE",
              DerivedPassword.role(layout.id().namespace(), layout.statefulSet()),
              null));
    spec.tls()
        .filter(tls -> tls.clients() == TlsSpec.Clients.required)
        .ifPresent(_ -> variables.add(new EnvVar("PGPOOL_REQUIRE_TLS", "true", null)));
    return variables;
  }

  private static List<Volume> volumes(
      ClusterSpec spec, PgpoolSpec pgpool, ClusterLayout layout, String conf) {
    var volumes =
        new ArrayList<>(
            List.of(
                Volumes.scratch("tmp"),
                // pgpool's file of passwords lies there.
                Volumes.memory("run"),
                Volumes.configMap("pgpool", ConfigMaps.pgpoolName(layout, conf)),
                credentials(layout),
                Volumes.secret("pgpool-credentials", layout.pgpoolDeployment().orElseThrow())));
    pgpool.usersSecret().map(secret -> Volumes.secret(USERS, secret)).ifPresent(volumes::add);
    if (UserSecrets.areNeeded(spec))
      volumes.add(Volumes.secret(DECLARED, layout.pgpoolUsersSecret()));
    spec.tls().map(tls -> Certificates.volume(tls, layout)).ifPresent(volumes::add);
    return volumes;
  }

  /**
   * As whom clients may come through it; nobody comes as repmgr. The superuser's also where
   * PostgreSQL may turn it away: the spec does not tell how the data was made, and what it does
   * tell changes without a restart.
   */
  private static Volume credentials(ClusterLayout layout) {
    var secret = layout.credentialsSecret();
    return layout
        .superuserKey()
        .map(key -> Volumes.secret("credentials", secret, Map.of(key, Names.SUPERUSER_PASSWORD)))
        .orElseGet(
            () ->
                Volumes.secret(
                    "credentials",
                    secret,
                    List.of(Names.SUPERUSER_PASSWORD),
                    // The second login has none before its first turn.
                    Stream.of(LoginTurn.Which.values()).map(ServiceRole.MONITOR::key).toList()));
  }

  private static List<VolumeMount> mounts(ClusterSpec spec, PgpoolSpec pgpool) {
    var mounts =
        new ArrayList<>(
            List.of(
                Volumes.mount("tmp", "/tmp"),
                Volumes.mount("run", "/run/pgpool"),
                Volumes.readOnly("pgpool", "/etc/pgbaton/pgpool"),
                Volumes.readOnly("credentials", "/etc/pgbaton/credentials"),
                Volumes.readOnly("pgpool-credentials", "/etc/pgbaton/pgpool-credentials")));
    if (pgpool.usersSecret().isPresent()) {
      mounts.add(Volumes.readOnly(USERS, "/etc/pgbaton/pgpool-users"));
    }
    if (UserSecrets.areNeeded(spec))
      mounts.add(Volumes.readOnly(DECLARED, "/etc/pgbaton/pgpool-declared-users"));
    if (spec.tls().isPresent()) mounts.add(Certificates.mount());
    return mounts;
  }

  private static Probe probe(int period, int failures) {
    return new ProbeBuilder()
        .withNewTcpSocket()
        .withPort(new IntOrString(Names.POSTGRES_PORT))
        .endTcpSocket()
        .withPeriodSeconds(period)
        .withTimeoutSeconds(3)
        .withFailureThreshold(failures)
        .build();
  }
}
