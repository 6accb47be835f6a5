package dev.pgbaton.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The committed catalogue, and how values are read, against a real server. */
class SettingsCatalogueTest {
  private static final Path COMMITTED =
      Path.of("src/main/resources/dev/pgbaton/spec/pg_settings-17.json");

  /** What Debian builds in, and the server of this test does not have. */
  private static final Map<String, List<String>> DEBIANS =
      Map.of(
          "default_toast_compression", List.of("pglz", "lz4"),
          "wal_compression", List.of("pglz", "lz4", "zstd", "on", "off"));

  /** Facts of a build or a machine, not defaults. */
  private static final Set<String> OF_THE_BUILD =
      Set.of("server_version", "server_version_num", "unix_socket_directories");

  private static final Map<String, String> WRITTEN =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("shared_buffers", "96MB"),
              Map.entry("work_mem", "4096kB"),
              Map.entry("maintenance_work_mem", "0.125GB"),
              Map.entry("max_wal_size", "2GB"),
              Map.entry("temp_buffers", "1000"),
              Map.entry("max_connections", "0x40"),
              Map.entry("wal_buffers", "-1"),
              Map.entry("checkpoint_timeout", "0.5h"),
              Map.entry("statement_timeout", "90s"),
              Map.entry("deadlock_timeout", " 1500 ms "),
              Map.entry("bgwriter_delay", "250000us"),
              Map.entry("log_rotation_age", "2d"),
              Map.entry("log_file_mode", "0640"),
              Map.entry("vacuum_cost_delay", "2500us"),
              Map.entry("random_page_cost", "1.10"),
              Map.entry("seq_page_cost", "1e1"),
              Map.entry("cpu_tuple_cost", "0.00001234567"),
              Map.entry("jit_above_cost", "012345678"),
              Map.entry("hash_mem_multiplier", "2.50"),
              Map.entry("checkpoint_completion_target", ".75"),
              Map.entry("jit", "f"),
              Map.entry("autovacuum", "YES"),
              Map.entry("enable_seqscan", "of"),
              Map.entry("enable_nestloop", "1"),
              Map.entry("wal_level", "LOGICAL"),
              Map.entry("wal_compression", "true"),
              Map.entry("synchronous_commit", "0"),
              Map.entry("huge_pages", "no"),
              Map.entry("DateStyle", "iso, dmy"),
              Map.entry("search_path", "\"$user\", public, x"),
              Map.entry("application_name", "it's")));

  private static EmbeddedPostgres server;

  @BeforeAll
  static void start() throws IOException {
    var builder = EmbeddedPostgres.builder();
    WRITTEN.forEach(
        (name, value) -> {
          if (isOneWord(value)) builder.setServerConfig(name, value);
        });
    server = builder.start();
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  @Test
  void theCommittedCatalogueIsWhatTheServerSays() throws IOException, SQLException {
    try (var connection = server.getPostgresDatabase().getConnection()) {
      // There are no binaries of this version for every machine.
      assumeThat(connection.getMetaData().getDatabaseMajorVersion())
          .isEqualTo(SettingsCatalogue.MAJOR_VERSION);
    }
    var generated = generate();
    if (System.getProperty("pgbaton.golden", "").equals("write")) {
      Files.writeString(COMMITTED, generated);
    }

    assertThat(Files.readString(COMMITTED))
        .describedAs("renew it: ./mvnw test -Dtest=SettingsCatalogueTest -Dpgbaton.golden=write")
        .isEqualTo(generated);
  }

  @Test
  void valuesAreNormalisedAsTheServerShowsThem() throws SQLException {
    var different = new ArrayList<String>();
    try (var connection = server.getPostgresDatabase().getConnection()) {
      for (var setting : WRITTEN.entrySet()) {
        if (!isOneWord(setting.getValue())) {
          assertThat(accepts(connection, setting.getKey(), setting.getValue())).isTrue();
        }
        var shown = shown(connection, setting.getKey());
        if (!SettingsCatalogue.sameValue(
            setting.getKey(), setting.getValue(), shown.value(), shown.unit())) {
          different.add(setting + " is shown as " + shown.value());
        }
      }
    }
    assertThat(different).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "work_mem, lots",
    "work_mem, 64mb",
    "work_mem, 3GiB",
    "work_mem, 4s",
    "work_mem, 32kB",
    "work_mem, 4TB",
    "statement_timeout, -1",
    "statement_timeout, 4 MB",
    "random_page_cost, cheap",
    "random_page_cost, -1",
    "jit, o",
    "jit, maybe",
    "client_min_messages, loud",
    "synchronous_commit, 2",
    "max_parallel_workers, 08",
    "max_parallel_workers, 1h",
    "max_parallel_workers, 1025",
  })
  void whatTheServerRefusesIsRefused(String name, String value) throws SQLException {
    try (var connection = server.getPostgresDatabase().getConnection()) {
      assertThat(accepts(connection, name, value)).isFalse();
    }
    assertThat(SettingValue.parse(SettingsCatalogue.get(name).orElseThrow(), value))
        .isInstanceOf(SettingValue.Bad.class);
  }

  @Test
  void aValueOfAnExtensionIsComparedByWhatItLooksLike() {
    assertThat(SettingsCatalogue.sameValue("auto_explain.log_min_duration", "1s", "1000", "ms"))
        .isTrue();
    assertThat(SettingsCatalogue.sameValue("auto_explain.log_nested_statements", "yes", "on", ""))
        .isTrue();
    assertThat(SettingsCatalogue.sameValue("auto_explain.sample_rate", "0.50", "0.5", "")).isTrue();
    assertThat(SettingsCatalogue.sameValue("auto_explain.sample_rate", "0.4", "0.5", "")).isFalse();
    assertThat(SettingsCatalogue.sameValue("my.text", "yes", "no", "")).isFalse();
  }

  /** The server of this test takes no others at its start. */
  private static boolean isOneWord(String value) {
    return value.matches("[-.\\w]+");
  }

  private record Shown(String value, String unit) {}

  private static Shown shown(Connection connection, String name) throws SQLException {
    try (var statement =
        connection.prepareStatement("select setting, unit from pg_settings where name = ?")) {
      statement.setString(1, name);
      var row = statement.executeQuery();
      row.next();
      return new Shown(row.getString(1), row.getString(2));
    }
  }

  private static boolean accepts(Connection connection, String name, String value) {
    try (var statement = connection.prepareStatement("select set_config(?, ?, false)")) {
      statement.setString(1, name);
      statement.setString(2, value);
      statement.execute();
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  private static String generate() throws SQLException, JsonProcessingException {
    var json = new ObjectMapper();
    var lines = new StringJoiner(",\n", "{\n", "\n}\n");
    try (var connection = server.getPostgresDatabase().getConnection();
        var rows =
            connection
                .createStatement()
                .executeQuery("select * from pg_settings order by name collate \"C\"")) {
      while (rows.next()) {
        lines.add(
            "  %s: %s"
                .formatted(
                    json.writeValueAsString(rows.getString("name")),
                    json.writeValueAsString(setting(rows))));
      }
    }
    return lines.toString();
  }

  private static Map<String, Object> setting(ResultSet row) throws SQLException {
    var name = row.getString("name");
    var fields = new LinkedHashMap<String, Object>();
    fields.put("type", row.getString("vartype"));
    fields.put("context", row.getString("context"));
    if (row.getString("unit") != null) fields.put("unit", row.getString("unit"));
    if (row.getString("min_val") != null && !OF_THE_BUILD.contains(name)) {
      fields.put("min", row.getString("min_val"));
      fields.put("max", row.getString("max_val"));
    }
    var values = row.getArray("enumvals");
    if (values != null)
      fields.put("values", DEBIANS.getOrDefault(name, List.of((String[]) values.getArray())));
    if (row.getString("boot_val") != null && !OF_THE_BUILD.contains(name)) {
      fields.put("default", row.getString("boot_val"));
    }
    return fields;
  }
}
