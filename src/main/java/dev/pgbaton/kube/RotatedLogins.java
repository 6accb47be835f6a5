package dev.pgbaton.kube;

import dev.pgbaton.cluster.LoginTurn;
import dev.pgbaton.cluster.LoginTurn.Phase;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.SecretData;
import dev.pgbaton.cluster.ServiceRole;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The credentials Secret, one turn further. */
final class RotatedLogins {
  private RotatedLogins() {}

  /**
   * What has to be merged into it, of this version only; empty where {@code to} is not what comes
   * next.
   */
  static Optional<Map<String, Object>> turned(Secret live, Phase to, String rotation) {
    var data = new TreeMap<String, String>();
    var present =
        Optional.ofNullable(live.getData())
            .map(before -> before.get(Names.LOGINS_KEY))
            .map(SecretData::decoded)
            .flatMap(LoginTurn::parse)
            .orElse(LoginTurn.AT_FIRST);
    var turn = present.next(GeneratedPasswords.id());
    if (turn.phase() != to) return Optional.empty();
    for (var role : ServiceRole.values()) {
      var other = role.key(turn.inUse().other());
      switch (to) {
        case prepared -> data.put(other, SecretData.encoded(GeneratedPasswords.password()));
        case switched -> {
          // Both work.
        }
        // Not removed: what mounts it by its keys would not start.
        case ended -> data.put(other, "");
      }
    }
    if (to == Phase.switched)
      data.put(Names.SUPERUSER_PASSWORD, SecretData.encoded(GeneratedPasswords.password()));
    data.put(Names.LOGINS_KEY, SecretData.encoded(turn.text()));
    return Optional.of(
        SecretChange.of(
            live, Map.of(), Map.of(Names.LOGINS, turn.text(), Names.ROTATION, rotation), data));
  }
}
