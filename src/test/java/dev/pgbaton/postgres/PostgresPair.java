package dev.pgbaton.postgres;

import dev.pgbaton.cluster.Capabilities;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A real primary and a real standby that streams from it, with the roles of a cluster. */
final class PostgresPair implements AutoCloseable {
  static final String PASSWORD = "correct";

  private final Map<String, InetSocketAddress> addresses = new HashMap<>();
  private final Path data;
  EmbeddedPostgres primary;
  private final EmbeddedPostgres standby;

  PostgresPair(Path directory) throws IOException, SQLException {
    data = directory.resolve("primary");
    primary = started(data, 0);
    execute(
        primary,
        "CREATE ROLE pgbaton LOGIN PASSWORD '" + PASSWORD + "' IN ROLE pg_monitor",
        "GRANT SELECT ON pg_file_settings TO pgbaton",
        "GRANT EXECUTE ON FUNCTION pg_show_all_file_settings() TO pgbaton",
        "CREATE SCHEMA pgbaton AUTHORIZATION pgbaton",
        "CREATE TABLE pgbaton.heartbeat"
            + " (id int PRIMARY KEY, beat bigint NOT NULL, at timestamptz NOT NULL DEFAULT now())",
        "ALTER TABLE pgbaton.heartbeat OWNER TO pgbaton");
    var port = primary.getPort();
    primary.close();
    requirePassword();

    var copy = directory.resolve("standby");
    copy(data, copy);
    Files.createFile(copy.resolve("standby.signal"));
    primary = started(data, port);
    Files.writeString(
        copy.resolve("postgresql.auto.conf"),
        "primary_conninfo = 'host=127.0.0.1 user=postgres application_name=orders-1 port=%d'\n"
            .formatted(port));
    standby = started(copy, 0);
    addresses.put("orders-0", new InetSocketAddress("127.0.0.1", port));
    addresses.put("orders-1", new InetSocketAddress("127.0.0.1", standby.getPort()));
  }

  static EmbeddedPostgres started(Path data, int port) throws IOException {
    var builder =
        EmbeddedPostgres.builder()
            .setDataDirectory(data)
            .setCleanDataDirectory(false)
            .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
            .setPGStartupWait(Duration.ofSeconds(30));
    return (port == 0 ? builder : builder.setPort(port)).start();
  }

  EmbeddedPostgres standby() {
    return standby;
  }

  void stopPrimary() throws IOException {
    primary.close();
  }

  void startPrimary() throws IOException {
    primary = started(data, addresses.get("orders-0").getPort());
  }

  private void requirePassword() throws IOException {
    var file = data.resolve("pg_hba.conf");
    Files.writeString(
        file, "host all pgbaton 127.0.0.1/32 scram-sha-256\n" + Files.readString(file));
  }

  void reloadableSetting(String line) throws IOException, SQLException {
    Files.writeString(data.resolve("postgresql.auto.conf"), line + "\n");
    execute(primary, "SELECT pg_reload_conf()");
  }

  static void execute(EmbeddedPostgres postgres, String... statements) throws SQLException {
    try (var connection = postgres.getPostgresDatabase().getConnection();
        var statement = connection.createStatement()) {
      for (var sql : statements) statement.execute(sql);
    }
  }

  Optional<InetSocketAddress> address(Pod pod) {
    return Optional.ofNullable(addresses.get(pod.getMetadata().getName()));
  }

  static Pod pod(String name) {
    return new PodBuilder().withNewMetadata().withName(name).withUid(name).endMetadata().build();
  }

  static ClusterLayout layout() {
    return ClusterLayout.generated(
        new ClusterId("shop", "orders"), 2, false, new Capabilities(true, Duration.ofSeconds(20)));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (var file : files.toList()) {
        if (file.endsWith("postmaster.pid") || file.endsWith("epg-lock")) continue;
        Files.copy(
            file, to.resolve(from.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  @Override
  public void close() throws IOException {
    standby.close();
    primary.close();
  }
}
