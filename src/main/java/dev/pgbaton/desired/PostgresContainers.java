package dev.pgbaton.desired;

import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.spec.ClusterSpec;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.ArrayList;
import java.util.List;

/** The container that runs the instance program, PostgreSQL under it, and repmgrd. */
final class PostgresContainers {
  static final String NAME = "postgresql";

  /** The instances compute the password of pgbaton's role from the superuser's. */
  private static final String DERIVED_PASSWORD = "PGBATON_DERIVED_PASSWORD";

  private PostgresContainers() {}

  static Container of(ClusterSpec spec, ClusterLayout layout) {
    return new ContainerBuilder()
        .withName(NAME)
        .withImage(spec.image())
        .withEnv(kept(spec))
        .addToEnv(
            fromPod("PGBATON_POD", "metadata.name"),
            fromPod("PGBATON_POD_UID", "metadata.uid"),
            fromPod("PGBATON_POD_IP", "status.podIP"),
            fromPod("PGBATON_NAMESPACE", "metadata.namespace"),
            new EnvVar("PGBATON_CLUSTER", layout.id().name(), null),
            // Not in the pod template itself: scaling would restart every instance.
            fromReload(layout, "PGBATON_INSTANCES", ConfigMaps.INSTANCES),
            fromReload(layout, "PGBATON_SYNCHRONOUS_STANDBYS", ConfigMaps.SYNCHRONOUS_STANDBYS))
        .addNewPort()
        .withName(Services.POSTGRESQL)
        .withContainerPort(Names.POSTGRES_PORT)
        .withProtocol("TCP")
        .endPort()
        .addNewPort()
        .withName(Services.STATUS)
        .withContainerPort(Names.STATUS_PORT)
        .withProtocol("TCP")
        .endPort()
        .withResources(spec.resources())
        .withSecurityContext(PodSecurity.container())
        // The instance program answers these: it is alive while PostgreSQL recovers from a crash,
        // however long
        // that takes.
        .withStartupProbe(probe("/livez", 2, 5, 60))
        .withLivenessProbe(probe("/livez", 10, 5, 6))
        .withReadinessProbe(probe("/readyz", 1, 3, 3))
        .withNewLifecycle()
        .withNewPreStop()
        .withNewExec()
        .withCommand("/usr/local/bin/pgbaton-ask", "pre-stop")
        .endExec()
        .endPreStop()
        .endLifecycle()
        .withVolumeMounts(mounts(spec))
        .build();
  }

  private static List<VolumeMount> mounts(ClusterSpec spec) {
    var mounts =
        new ArrayList<>(
            List.of(
                Volumes.mount(
                    Volumes.DATA,
                    spec.takenOver().map(it -> it.data().mountPath()).orElse(Volumes.DATA_PATH)),
                Volumes.mount("tmp", "/tmp"),
                Volumes.mount("run", "/run/pgbaton"),
                Volumes.mount("shm", "/dev/shm"),
                Volumes.readOnly("restart", "/etc/pgbaton/restart"),
                Volumes.readOnly("reload", "/etc/pgbaton/reload"),
                Volumes.readOnly("credentials", "/etc/pgbaton/credentials")));
    spec.tls().ifPresent(tls -> mounts.addAll(Certificates.mounts(tls)));
    return mounts;
  }

  private static List<EnvVar> kept(ClusterSpec spec) {
    return spec.takenOver()
        .map(
            it ->
                List.of(
                    new EnvVar("PGBATON_HEADLESS_SERVICE", it.headlessService(), null),
                    new EnvVar("POSTGRESQL_DATA_DIR", it.data().directory(), null),
                    new EnvVar(DERIVED_PASSWORD, "true", null)))
        .orElse(List.of());
  }

  private static EnvVar fromPod(String name, String field) {
    return new EnvVarBuilder()
        .withName(name)
        .withNewValueFrom()
        .withNewFieldRef("v1", field)
        .endValueFrom()
        .build();
  }

  private static EnvVar fromReload(ClusterLayout layout, String name, String key) {
    return new EnvVarBuilder()
        .withName(name)
        .withNewValueFrom()
        .withNewConfigMapKeyRef(key, ConfigMaps.reloadName(layout), null)
        .endValueFrom()
        .build();
  }

  private static Probe probe(String path, int period, int timeout, int failures) {
    return new ProbeBuilder()
        .withNewHttpGet()
        .withPath(path)
        .withPort(new IntOrString(Names.STATUS_PORT))
        .endHttpGet()
        .withPeriodSeconds(period)
        .withTimeoutSeconds(timeout)
        .withFailureThreshold(failures)
        .build();
  }
}
