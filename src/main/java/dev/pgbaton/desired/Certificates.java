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

  private static final String VOLUME = "tls";
  private static final String TYPE = "kubernetes.io/tls";
  private static final String DOMAIN = "svc.cluster.local";

  private Certificates() {}

  static String secret(TlsSpec tls, ClusterLayout layout) {
    return tls.secretName().orElse(layout.statefulSet() + "-tls");
  }

  /** A pod without its certificate starts all the same, and says what is missing. */
  static Volume volume(TlsSpec tls, ClusterLayout layout) {
    var volume = Volumes.secret(VOLUME, secret(tls, layout));
    volume.getSecret().setOptional(true);
    return volume;
  }

  static VolumeMount mount() {
    return Volumes.readOnly(VOLUME, PATH);
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
    return pods.getSpec().getVolumes().stream()
        .filter(volume -> volume.getName().equals(VOLUME) && volume.getSecret() != null)
        .map(volume -> volume.getSecret().getSecretName())
        .findFirst();
  }
}
