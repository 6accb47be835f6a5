package dev.pgbaton.desired;

import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.spec.ClusterSpec;
import dev.pgbaton.spec.TakenOver;
import dev.pgbaton.spec.TlsSpec;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The servers' certificate: the Secrets without what is in them, and where pods find it. */
public final class Certificates {
  static final String PATH = "/etc/pgbaton/tls";
  private static final String REPLICATION_PATH = "/etc/pgbaton/replication";

  private static final String VOLUME = "tls";
  private static final String REPLICATION = "replication";
  private static final String TYPE = "kubernetes.io/tls";
  private static final String DOMAIN = "svc.cluster.local";

  private Certificates() {}

  static String secret(TlsSpec tls, ClusterLayout layout) {
    return tls.secretName().orElse(layout.statefulSet() + "-tls");
  }

  /** A pod without its certificate starts all the same, and says what is missing. */
  static Volume volume(TlsSpec tls, ClusterLayout layout) {
    return optional(VOLUME, secret(tls, layout));
  }

  private static Volume optional(String name, String secret) {
    var volume = Volumes.secret(name, secret);
    volume.getSecret().setOptional(true);
    return volume;
  }

  static VolumeMount mount() {
    return Volumes.readOnly(VOLUME, PATH);
  }

  /** Of the instances: pgpool has the other one only. */
  static List<Volume> volumes(TlsSpec tls, ClusterLayout layout) {
    return tls.byCertificate()
        ? List.of(volume(tls, layout), optional(REPLICATION, replicationSecret(tls, layout)))
        : List.of(volume(tls, layout));
  }

  static List<VolumeMount> mounts(TlsSpec tls) {
    return tls.byCertificate()
        ? List.of(mount(), Volumes.readOnly(REPLICATION, REPLICATION_PATH))
        : List.of(mount());
  }

  private static String replicationSecret(TlsSpec tls, ClusterLayout layout) {
    return tls.replicationSecretName().orElse(layout.statefulSet() + "-" + REPLICATION);
  }

  /** By which instances come to each other. */
  static Secret replication(TlsSpec tls, ClusterLayout layout, Labels labels) {
    var metadata = metadata(layout, replicationSecret(tls, layout), labels);
    metadata.setAnnotations(
        new TreeMap<>(
            Map.of(
                Names.ISSUED_BY,
                authorityName(layout),
                Names.CERTIFICATE_OF,
                Names.REPLICATION_NAME)));
    return new SecretBuilder().withMetadata(metadata).withType(TYPE).build();
  }

  /** The authority, made once. */
  static Secret authority(ClusterLayout layout, Labels labels) {
    return new SecretBuilder()
        .withMetadata(metadata(layout, authorityName(layout), labels))
        .withType(TYPE)
        .build();
  }

  /** The certificate, which the authority signs as it is written. */
  static Secret certificate(TlsSpec tls, ClusterSpec spec, ClusterLayout layout, Labels labels) {
    var metadata = metadata(layout, secret(tls, layout), labels);
    metadata.setAnnotations(
        new TreeMap<>(
            Map.of(
                Names.ISSUED_BY, authorityName(layout),
                Names.CERTIFICATE_NAMES, String.join(",", names(tls, spec, layout)))));
    return new SecretBuilder().withMetadata(metadata).withType(TYPE).build();
  }

  private static String authorityName(ClusterLayout layout) {
    return layout.statefulSet() + "-ca";
  }

  private static ObjectMeta metadata(ClusterLayout layout, String name, Labels labels) {
    return Metadata.of(layout, name, labels.object(Labels.Component.postgresql));
  }

  /** Of all Services, whether they are there or may come: another one costs no new certificate. */
  private static List<String> names(TlsSpec tls, ClusterSpec spec, ClusterLayout layout) {
    var kept =
        spec.takenOver().flatMap(TakenOver::pgpool).stream()
            .flatMap(pgpool -> pgpool.services().stream())
            .map(service -> service.name());
    var services =
        Stream.concat(
            Stream.of(
                layout.primaryService(),
                layout.replicasService(),
                layout.statefulSet() + "-pgpool",
                "*." + layout.headlessService()),
            kept);
    var namespace = layout.id().namespace();
    return Stream.concat(
            services.flatMap(
                name ->
                    Stream.of(
                        name,
                        name + "." + namespace,
                        "%s.%s.svc".formatted(name, namespace),
                        "%s.%s.%s".formatted(name, namespace, DOMAIN))),
            tls.names().stream())
        .distinct()
        .toList();
  }

  /** The Secret that such pods read their certificate from; empty where they have none. */
  public static Optional<String> secretOf(PodTemplateSpec pods) {
    return secretOf(pods, VOLUME);
  }

  /** The same of the one by which they come to each other. */
  public static Optional<String> replicationSecretOf(PodTemplateSpec pods) {
    return secretOf(pods, REPLICATION);
  }

  private static Optional<String> secretOf(PodTemplateSpec pods, String name) {
    return pods.getSpec().getVolumes().stream()
        .filter(volume -> volume.getName().equals(name) && volume.getSecret() != null)
        .map(volume -> volume.getSecret().getSecretName())
        .findFirst();
  }
}
