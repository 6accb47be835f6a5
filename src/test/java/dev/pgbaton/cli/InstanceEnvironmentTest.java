package dev.pgbaton.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgbaton.cluster.DerivedPassword;
import dev.pgbaton.cluster.ServiceRole;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
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
                    Map.of("PGBATON_INSTANCES", "many", "PGBATON_FAILOVER", "soon"),
                    OwnPod.UNKNOWN))
        .hasMessageContaining("PGBATON_CLUSTER is not set")
        .hasMessageContaining("PGBATON_INSTANCES is 'many'")
        .hasMessageContaining("PGBATON_FAILOVER is 'soon'")
        .hasMessageContaining("there is no readable file /etc/pgbaton/credentials/repmgr-password");
  }

  @Test
  void theClusterIsKnownByItsPods() throws IOException {
    var environment = new InstanceEnvironment(variables(), OwnPod.UNKNOWN);

    assertThat(environment.self.instances()).containsExactly("orders-0", "orders-1", "orders-2");
    assertThat(environment.layout.lease()).isEqualTo("orders");
    assertThat(environment.credentials).asString().doesNotContain("pg-secret");
  }

  @Test
  void anInstanceBeyondTheClustersSizeIsStillOne() throws IOException {
    assertThat(new InstanceEnvironment(variables(), OwnPod.UNKNOWN).members(1))
        .containsExactly("orders-0", "orders-1");
  }

  @Test
  void relaxedFailoverWaitsLonger() throws IOException {
    var variables = variables();
    variables.put("PGBATON_FAILOVER", "relaxed");

    assertThat(new InstanceEnvironment(variables, OwnPod.UNKNOWN).settings.takeAfter())
        .isEqualTo(Duration.ofSeconds(25));
  }

  private static Map<String, String> tutorial() {
    return new HashMap<>(
        Map.of(
            "POSTGRES_USER", "postgres",
            "POSTGRES_PASSWORD", "super-example",
            "PGDATA", "/bitnami/postgresql/data",
            "REPMGR_PASSWORD", "repmgr-example",
            "REPMGR_PARTNER_NODES",
                "postgres-sts-0.postgres-headless-svc.database.svc.cluster.local,postgres-sts-1.postgres-headless-svc.database.svc.cluster.local,postgres-sts-2.postgres-headless-svc.database.svc.cluster.local",
            "REPMGR_RECONNECT_ATTEMPTS", "4"));
  }

  private static final OwnPod POD =
      OwnPod.of(
          "e30."
              + Base64.getUrlEncoder()
                  .withoutPadding()
                  .encodeToString(
                      "{\"kubernetes.io\":{\"namespace\":\"database\",\"pod\":{\"name\":\"postgres-sts-1\",\"uid\":\"u-1\"}}}"
                          .getBytes(StandardCharsets.UTF_8))
              + ".signature",
          """
          # Kubernetes-managed hosts file.
          127.0.0.1\tlocalhost
          10.244.1.7\tpostgres-sts-1.postgres-headless-svc.database.svc.cluster.local\tpostgres-sts-1
          """);

  @Test
  void repmgrsVariablesAndThePodItselfSayTheRest() {
    var environment = new InstanceEnvironment(tutorial(), POD);

    assertThat(environment.self.name()).isEqualTo("postgres-sts-1");
    assertThat(environment.self.instances())
        .containsExactly("postgres-sts-0", "postgres-sts-1", "postgres-sts-2");
    assertThat(environment.layout.lease()).isEqualTo("postgres-sts");
    assertThat(environment.layout.primaryService()).isEqualTo("postgres-sts-primary");
    assertThat(environment.layout.headlessService()).isEqualTo("postgres-headless-svc");
    assertThat(environment.layout.id()).hasToString("database/postgres-sts");
    assertThat(environment.paths.data()).hasToString("/bitnami/postgresql/data");
    assertThat(environment.reconnectAttempts).isEqualTo(4);
    assertThat(environment.credentials.superuser().value()).isEqualTo("super-example");
    assertThat(environment.credentials.inUse(ServiceRole.REPMGR).password())
        .isEqualTo("repmgr-example");
  }

  /** Applications may come with a password that is somebody's own. */
  @Test
  void theSuperuserOfNewDataStaysLocalWherePgbatonMadeItsPassword() throws IOException {
    assertThat(new InstanceEnvironment(variables(), OwnPod.UNKNOWN).newData.superuserLocal())
        .isTrue();
    assertThat(new InstanceEnvironment(tutorial(), POD).newData.superuserLocal()).isFalse();
    var takenOver = variables();
    takenOver.put("PGBATON_DERIVED_PASSWORD", "true");
    assertThat(new InstanceEnvironment(takenOver, OwnPod.UNKNOWN).newData.superuserLocal())
        .isFalse();
  }

  @Test
  void theDaemonFindsTheSamePasswordForItsRole() {
    assertThat(
            new InstanceEnvironment(tutorial(), POD)
                .credentials
                .inUse(ServiceRole.MONITOR)
                .password())
        .isEqualTo(DerivedPassword.of("super-example", "database", "postgres-sts"));
  }

  @Test
  void pgbatonsOwnVariablesOutweighThem() {
    var variables = tutorial();
    variables.put("PGBATON_INSTANCES", "2");
    variables.put("PGBATON_HEADLESS_SERVICE", "peers");

    var environment = new InstanceEnvironment(variables, POD);

    assertThat(environment.layout.instances()).isEqualTo(2);
    assertThat(environment.layout.headlessService()).isEqualTo("peers");
  }

  @Test
  void oneInstanceNeedsNoPartners() {
    var variables = tutorial();
    variables.remove("REPMGR_PARTNER_NODES");

    assertThat(new InstanceEnvironment(variables, POD).layout.instances()).isEqualTo(1);
  }

  @Test
  void aPartnerThatIsListedTwiceCountsOnce() {
    var variables = tutorial();
    variables.put("REPMGR_PARTNER_NODES", "postgres-sts-0:5432, postgres-sts-1.svc,postgres-sts-0");

    assertThat(new InstanceEnvironment(variables, POD).layout.instances()).isEqualTo(2);
  }

  @Test
  void withoutRepmgrsVariablesThePodIsNotAsked() {
    assertThatThrownBy(() -> new InstanceEnvironment(Map.of(), POD))
        .hasMessageContaining("PGBATON_CLUSTER is not set")
        .hasMessageContaining("PGBATON_POD is not set");
  }

  @Test
  void aPodForPsqlIsNoInstance() {
    // REPMGR_CONF is in the image.
    var client = Map.of("ALLOW_EMPTY_PASSWORD", "yes", "REPMGR_CONF", "/run/pgbaton/repmgr.conf");

    assertThat(RepmgrVariables.areAClients(client)).isTrue();
    assertThat(
            RepmgrVariables.areAClients(
                Map.of("ALLOW_EMPTY_PASSWORD", "yes", "REPMGR_PARTNER_NODES", "a-0.a")))
        .isFalse();
    assertThat(RepmgrVariables.areAClients(Map.of())).isFalse();
  }
}
