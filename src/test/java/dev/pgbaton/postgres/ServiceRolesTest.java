package dev.pgbaton.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgbaton.cluster.LoginTurn;
import dev.pgbaton.cluster.LoginTurn.Phase;
import dev.pgbaton.cluster.LoginTurn.Which;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The logins of pgbaton's own roles, with a real PostgreSQL. */
class ServiceRolesTest {
  @TempDir static Path directory;
  @TempDir Path mounted;

  private static EmbeddedPostgres postgres;

  @BeforeAll
  static void start() throws IOException, SQLException {
    var data = directory.resolve("data");
    postgres =
        EmbeddedPostgres.builder()
            .setDataDirectory(data)
            .setCleanDataDirectory(false)
            .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
            .start();
    var file = data.resolve("pg_hba.conf");
    var own =
        Stream.of("repmgr", "repmgr_2", "pgbaton", "pgbaton_2")
            .map("host all %s 127.0.0.1/32 scram-sha-256\n"::formatted)
            .toList();
    Files.writeString(file, String.join("", own) + Files.readString(file));
    PostgresPair.execute(
        postgres,
        "CREATE ROLE repmgr SUPERUSER REPLICATION LOGIN PASSWORD 'a'",
        "CREATE ROLE pgbaton LOGIN PASSWORD 'b' IN ROLE pg_monitor",
        "CREATE TABLE beat (n int)",
        "ALTER TABLE beat OWNER TO pgbaton",
        "SELECT pg_reload_conf()");
  }

  @AfterAll
  static void stop() throws IOException {
    postgres.close();
  }

  /** As the kubelet mounts it. */
  private Credentials mounted(LoginTurn turn, String... keysAndValues) throws IOException {
    Files.writeString(mounted.resolve("postgres-password"), "super");
    Files.writeString(mounted.resolve("logins"), turn.text());
    for (var i = 0; i < keysAndValues.length; i += 2)
      Files.writeString(mounted.resolve(keysAndValues[i] + "-password"), keysAndValues[i + 1]);
    return new MountedCredentials(mounted).read().orElseThrow();
  }

  private static List<String> bring(Credentials wanted) throws SQLException {
    return bring(wanted, false);
  }

  private static List<String> bring(Credentials wanted, boolean atOnce) throws SQLException {
    try (var connection = postgres.getPostgresDatabase().getConnection()) {
      return ServiceRoles.bring(connection, wanted, atOnce);
    }
  }

  private static Optional<String> lacks(Credentials wanted) throws SQLException {
    try (var connection = postgres.getPostgresDatabase().getConnection()) {
      return ServiceRoles.lacks(connection, wanted);
    }
  }

  private static Connection login(String role, String password) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(postgres.getPort()), role, password);
  }

  @Test
  void theFormerLoginIsLockedOnceNobodyIsLoggedInWithIt() throws Exception {
    var prepared =
        mounted(
            new LoginTurn("1", Which.first, Phase.prepared),
            "repmgr",
            "a",
            "pgbaton",
            "b",
            "repmgr-2",
            "c",
            "pgbaton-2",
            "d");
    assertThat(lacks(prepared).orElseThrow())
        .contains("repmgr_2 has not its new password yet")
        .contains("pgbaton_2");
    assertThat(bring(prepared))
        .contains("the login repmgr_2 is made", "the login pgbaton_2 is made");
    assertThat(lacks(prepared)).isEmpty();
    assertThat(bring(prepared)).isEmpty();
    login("pgbaton", "b").close();
    try (var second = login("repmgr_2", "c");
        var statement = second.createStatement();
        var row =
            statement.executeQuery(
                "SELECT rolsuper AND rolreplication FROM pg_roles WHERE rolname = current_user")) {
      assertThat(row.next() && row.getBoolean(1)).isTrue();
    }

    var ended =
        mounted(
            new LoginTurn("3", Which.second, Phase.ended),
            "repmgr",
            "",
            "pgbaton",
            "",
            "repmgr-2",
            "c",
            "pgbaton-2",
            "d");
    try (var former = login("pgbaton", "b")) {
      assertThat(former.isValid(5)).isTrue();
      assertThat(bring(ended)).containsExactly("the login repmgr is locked");
      assertThat(lacks(ended)).contains("pgbaton may still log in (1 sessions)");
    }
    // Whoever stays is ended in the end: else a password that leaked would work for ever.
    try (var former = login("pgbaton", "b")) {
      assertThat(bring(ended, true)).containsExactly("the login pgbaton is locked");
      assertThat(former.isValid(5)).isFalse();
    }
    bringUntilWell(ended);
    assertThatThrownBy(() -> login("pgbaton", "b")).isInstanceOf(SQLException.class);
    assertThatThrownBy(() -> login("repmgr", "a")).isInstanceOf(SQLException.class);
    // Owner and rights stay with the role.
    try (var second = login("pgbaton_2", "d");
        var statement = second.createStatement()) {
      statement.execute("INSERT INTO beat VALUES (1)");
      statement.execute("SELECT pid FROM pg_stat_replication");
    }

    // What somebody has taken from it by hand.
    PostgresPair.execute(
        postgres, "ALTER ROLE repmgr_2 NOREPLICATION", "REVOKE pgbaton FROM pgbaton_2");
    assertThat(lacks(ended).orElseThrow())
        .contains("repmgr_2 may not do what it is there for")
        .contains("pgbaton_2 may not");
    assertThat(bring(ended)).hasSize(2);
    assertThat(lacks(ended)).isEmpty();

    var again =
        mounted(
            new LoginTurn("4", Which.second, Phase.prepared),
            "repmgr",
            "e",
            "pgbaton",
            "f",
            "repmgr-2",
            "c",
            "pgbaton-2",
            "d");
    assertThat(bring(again))
        .containsExactly(
            "the login pgbaton has the password that is known here",
            "the login repmgr has the password that is known here");
    login("repmgr", "e").close();
    login("pgbaton_2", "d").close();
  }

  /** A session's end is seen by others a moment later. */
  private static void bringUntilWell(Credentials wanted) {
    org.awaitility.Awaitility.await()
        .untilAsserted(
            () -> {
              bring(wanted);
              assertThat(lacks(wanted)).isEmpty();
            });
  }

  @Test
  void halfASecretIsNotTaken() throws IOException {
    assertThat(new MountedCredentials(mounted).read()).isEmpty();
    Files.writeString(mounted.resolve("logins"), "7 second switched");
    Files.writeString(mounted.resolve("postgres-password"), "super");
    Files.writeString(mounted.resolve("repmgr-2-password"), "x");
    assertThat(new MountedCredentials(mounted).read()).isEmpty();
    Files.writeString(mounted.resolve("pgbaton-2-password"), "y");
    assertThat(new MountedCredentials(mounted).read().orElseThrow().toString())
        .contains("***")
        .doesNotContain("=super");
  }
}
