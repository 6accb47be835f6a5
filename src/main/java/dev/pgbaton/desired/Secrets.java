package dev.pgbaton.desired;

import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Names;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Secrets without their passwords: whoever creates one fills in what is empty. */
final class Secrets {
  /** The password of pgpool's own control port, which only listens inside its pod. */
  static final String PCP_PASSWORD = "pcp-password";

  private Secrets() {}

  /**
   * @param rotation what it is made for, so that a new cluster has nothing to change
   */
  static Secret credentials(ClusterLayout layout, Labels labels, Optional<String> rotation) {
    var secret =
        secret(
            layout,
            layout.credentialsSecret(),
            labels.object(Labels.Component.postgresql),
            Names.SUPERUSER_PASSWORD,
            Names.REPMGR_PASSWORD,
            Names.MONITOR_PASSWORD);
    rotation.ifPresent(word -> addRotation(secret, word));
    return secret;
  }

  static Secret pgpool(ClusterLayout layout, Labels labels, Optional<String> rotation) {
    var secret =
        secret(
            layout,
            layout.pgpoolDeployment().orElseThrow(),
            labels.object(Labels.Component.pgpool),
            PCP_PASSWORD);
    rotation.ifPresent(word -> addRotation(secret, word));
    return secret;
  }

  static void addRotation(Secret secret, String word) {
    secret.getMetadata().setAnnotations(new TreeMap<>(Map.of(Names.ROTATION, word)));
  }

  private static Secret secret(
      ClusterLayout layout, String name, Map<String, String> labels, String... keys) {
    var empty = new TreeMap<String, String>();
    for (var key : keys) empty.put(key, "");
    return new SecretBuilder()
        .withMetadata(Metadata.of(layout, name, labels))
        .withType("Opaque")
        .withStringData(empty)
        .build();
  }
}
