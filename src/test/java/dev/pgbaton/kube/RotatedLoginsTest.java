package dev.pgbaton.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.LoginTurn;
import dev.pgbaton.cluster.LoginTurn.Phase;
import dev.pgbaton.cluster.LoginTurn.Which;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.SecretData;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RotatedLoginsTest {
  private Secret secret =
      new SecretBuilder()
          .withNewMetadata()
          .withResourceVersion("5")
          .endMetadata()
          .withData(
              Map.of(
                  "postgres-password", encoded("super"),
                  "repmgr-password", encoded("one"),
                  "pgbaton-password", encoded("two")))
          .build();

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes());
  }

  private String value(String key) {
    return SecretData.decoded(secret.getData().getOrDefault(key, ""));
  }

  @SuppressWarnings("unchecked")
  private void turn(Phase to) {
    var patch = RotatedLogins.turned(secret, to, "may").orElseThrow();
    var data = new TreeMap<>(secret.getData());
    data.putAll((Map<String, String>) patch.get("data"));
    var meta = (Map<String, Object>) patch.get("metadata");
    assertThat(meta).containsEntry("resourceVersion", "5");
    assertThat((Map<String, String>) meta.get("annotations"))
        .containsEntry(Names.ROTATION, "may")
        .containsEntry(Names.LOGINS, SecretData.decoded(data.get("logins")));
    secret = new SecretBuilder(secret).withData(data).build();
  }

  private LoginTurn turn() {
    return LoginTurn.parse(value("logins")).orElseThrow();
  }

  @Test
  void theTwoLoginsTakeTurnsAndBothWorkInBetween() {
    turn(Phase.prepared);
    assertThat(turn().inUse()).isEqualTo(Which.first);
    assertThat(value("repmgr-password")).isEqualTo("one");
    assertThat(value("repmgr-2-password")).matches("[A-Za-z0-9]{32}");
    assertThat(value("pgbaton-2-password")).isNotEqualTo(value("repmgr-2-password"));
    assertThat(value("postgres-password")).isEqualTo("super");
    var second = value("repmgr-2-password");
    var prepared = turn().id();

    turn(Phase.switched);
    assertThat(turn().inUse()).isEqualTo(Which.second);
    assertThat(turn().id()).isNotEqualTo(prepared);
    assertThat(value("repmgr-password")).isEqualTo("one");
    assertThat(value("repmgr-2-password")).isEqualTo(second);
    assertThat(value("postgres-password")).matches("[A-Za-z0-9]{32}");

    turn(Phase.ended);
    assertThat(value("repmgr-password")).isEmpty();
    assertThat(value("pgbaton-password")).isEmpty();
    assertThat(value("repmgr-2-password")).isEqualTo(second);

    turn(Phase.prepared);
    assertThat(turn().inUse()).isEqualTo(Which.second);
    assertThat(value("repmgr-password")).matches("[A-Za-z0-9]{32}").isNotEqualTo("one");
    turn(Phase.switched);
    turn(Phase.ended);
    assertThat(turn().inUse()).isEqualTo(Which.first);
    assertThat(value("repmgr-2-password")).isEmpty();
  }

  /** A step that was planned for another state changes nothing. */
  @Test
  void noTurnIsLeftOut() {
    assertThat(RotatedLogins.turned(secret, Phase.switched, "may")).isEmpty();
    assertThat(RotatedLogins.turned(secret, Phase.ended, "may")).isEmpty();
    turn(Phase.prepared);
    assertThat(RotatedLogins.turned(secret, Phase.prepared, "may")).isEmpty();
  }
}
