package dev.pgbaton.kube;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.desired.DesiredCluster;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Somebody's own Secrets: what Git has beside what is there. */
final class OwnersSecrets {
  private OwnersSecrets() {}

  /** What of {@code wanted} is not what the live one has; by key, in base64. */
  static SortedMap<String, String> difference(Map<String, String> wanted, Secret live) {
    var has = live.getData() == null ? Map.<String, String>of() : live.getData();
    var differs = new TreeMap<String, String>();
    wanted.forEach(
        (key, value) -> {
          if (!has.containsKey(key) || !Arrays.equals(decoded(value), decoded(has.get(key))))
            differs.put(key, value == null ? "" : value);
        });
    return differs;
  }

  /** What has to be merged into it, of this version only; empty where it is the same already. */
  static Optional<Map<String, Object>> change(Secret wanted, Secret live) {
    var data = difference(DesiredCluster.encoded(wanted), live);
    if (data.isEmpty()) return Optional.empty();
    var labels = wanted.getMetadata().getLabels();
    return Optional.of(
        SecretChange.of(
            live,
            // By it the informers see the Secret, if others made it.
            Map.of(Names.CLUSTER_LABEL, labels.get(Names.CLUSTER_LABEL)),
            Map.of(Names.PASSWORDS, GeneratedPasswords.id()),
            data));
  }

  /** A machine that writes its content: it would write it again. */
  static Optional<String> machine(Secret live) {
    return live.getMetadata().getManagedFields().stream()
        .filter(entry -> Ownership.ownsContent(entry) && !Ownership.isOfACluster(entry))
        .map(ManagedFieldsEntry::getManager)
        .filter(Objects::nonNull)
        .filter(manager -> !manager.startsWith(Names.MANAGER) && !FieldConflict.byHand(manager))
        .findFirst();
  }

  private static byte[] decoded(String value) {
    return value == null ? null : Base64.getMimeDecoder().decode(value);
  }
}
