package dev.pgbaton.plan;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.spec.SettingsCatalogue;
import java.util.Optional;
import java.util.TreeMap;

/** Which settings are not what they shall be on an instance. */
final class Settings {
  private Settings() {}

  /** The first one, in name order, as {@code name = value}. */
  static Optional<String> notInForce(
      DesiredCluster desired, Answer.Known known, boolean needingRestart) {
    for (var wanted : new TreeMap<>(desired.settings()).entrySet()) {
      var shown = known.settings().get(wanted.getKey());
      if (shown == null || SettingsCatalogue.needsRestart(wanted.getKey()) != needingRestart)
        continue;
      if (!SettingsCatalogue.sameValue(
          wanted.getKey(), wanted.getValue(), shown.value(), shown.unit()))
        return Optional.of(
            switch (wanted.getKey()) {
              case Names.ACCESS_SETTING -> "the rules of spec.access";
              case Names.REPLICATION_SETTING ->
                  "replication by "
                      + (wanted.getValue().isEmpty() ? "password" : wanted.getValue());
              case Names.SUPERUSER_SETTING -> "spec.access.superuser";
              case String name -> name + " = " + wanted.getValue();
            });
    }
    return Optional.empty();
  }
}
