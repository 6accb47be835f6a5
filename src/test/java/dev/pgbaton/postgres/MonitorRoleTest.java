package dev.pgbaton.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data that did not begin with pgbaton, with a real PostgreSQL. */
class MonitorRoleTest {
  @TempDir static Path directory;

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
    Files.writeString(
        file, "host all pgbaton 127.0.0.1/32 scram-sha-256\n" + Files.readString(file));
    PostgresPair.execute(postgres, "SELECT pg_reload_conf()");
  }

  @AfterAll
  static void stop() throws IOException {
    postgres.close();
  }

  private static Optional<String> mend(String password) throws SQLException {
    try (var connection = postgres.getPostgresDatabase().getConnection()) {
      return MonitorRole.mend(connection, Optional.of(new Password(password)));
    }
  }

  private static Connection login(String password) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(postgres.getPort()),
        "pgbaton",
        password);
  }

  private static void beat(String password) throws SQLException {
    try (var connection = login(password);
        var statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO pgbaton.heartbeat (id, beat) VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET beat = 3");
      statement.execute("SELECT * FROM pg_file_settings");
      statement.execute("SELECT pid FROM pg_stat_replication");
    }
  }

  @Test
  void whatIsAbsentIsMadeAndWhatIsThereIsLeft() throws SQLException {
    PostgresPair.execute(
        postgres, "DROP SCHEMA IF EXISTS pgbaton CASCADE", "DROP ROLE IF EXISTS pgbaton");

    assertThat(mend("one").orElseThrow())
        .isEqualTo(
            "for the daemon: the role pgbaton is made, its rights and pgbaton.heartbeat are as they have to be");
    beat("one");
    assertThat(mend("one")).isEmpty();

    PostgresPair.execute(postgres, "DROP TABLE pgbaton.heartbeat");
    assertThat(mend("one").orElseThrow()).doesNotContain("is made").contains("heartbeat");
    beat("one");

    assertThat(mend("two").orElseThrow()).contains("has the password that is known here");
    beat("two");
    assertThatThrownBy(() -> login("one")).hasMessageContaining("password authentication failed");
    assertThat(mend("two")).isEmpty();
  }
}
