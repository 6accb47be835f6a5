package dev.pgbaton.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceEnvironmentTest {
  @TempDir Path secrets;

  private Map<String, String> variables() throws IOException {
    var password = Files.writeString(secrets.resolve("password"), "pg-secret\n").toString();
    return new HashMap<>(
        Map.of(
            "PGBATON_CLUSTER", "orders",
            "PGBATON_NAMESPACE", "shop",
            "PGBATON_POD", "orders-1",
            "PGBATON_POD_UID", "uid",
            "PGBATON_POD_IP", "10.0.0.1",
            "PGBATON_INSTANCES", "3",
            "POSTGRESQL_POSTGRES_PASSWORD_FILE", password,
            "REPMGR_PASSWORD_FILE", password,
            "PGBATON_PASSWORD_FILE", password));
  }

  @Test
  void everythingThatIsWrongIsSaidAtOnce() {
    assertThatThrownBy(
            () ->
                new InstanceEnvironment(
                    Map.of("PGBATON_INSTANCES", "many", "PGBATON_FAILOVER", "soon")))
        .hasMessageContaining("PGBATON_CLUSTER is not set")
        .hasMessageContaining("PGBATON_INSTANCES is 'many'")
        .hasMessageContaining("PGBATON_FAILOVER is 'soon'")
        .hasMessageContaining("there is no readable file /etc/pgbaton/credentials/repmgr-password");
  }

  @Test
  void theClusterIsKnownByItsPods() throws IOException {
    var environment = new InstanceEnvironment(variables());

    assertThat(environment.self.instances()).containsExactly("orders-0", "orders-1", "orders-2");
    assertThat(environment.layout.lease()).isEqualTo("orders");
    assertThat(environment.credentials).asString().doesNotContain("pg-secret");
  }

  @Test
  void anInstanceBeyondTheClustersSizeIsStillOne() throws IOException {
    assertThat(new InstanceEnvironment(variables()).members(1))
        .containsExactly("orders-0", "orders-1");
  }

  @Test
  void relaxedFailoverWaitsLonger() throws IOException {
    var variables = variables();
    variables.put("PGBATON_FAILOVER", "relaxed");

    assertThat(new InstanceEnvironment(variables).settings.takeAfter())
        .isEqualTo(Duration.ofSeconds(25));
  }
}
