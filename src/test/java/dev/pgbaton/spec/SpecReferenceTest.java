package dev.pgbaton.spec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** The page that lists every field; told by the types that read them, as the schema is. */
class SpecReferenceTest {
  private static final Path COMMITTED = Path.of("docs/spec.md");

  private static final String HEAD =
      """
      # A cluster's spec

      One YAML document a cluster, in any file below the configured path; a file may hold several, and documents of other kinds are passed over.
      A cluster is its namespace and name: a file that moves changes nothing. `pgbaton validate PATH` says what is wrong before a push,
      `pgbaton render PATH` what it becomes. Your editor completes and checks it with
      [the schema](schema/postgrescluster-v1alpha1.json): put `# yaml-language-server: $schema=…` in the first line.

      This page is generated: `./mvnw test -Dtest=SpecReferenceTest -Dpgbaton.golden=write`.

      | field | value | |
      |---|---|---|
      """;

  private static final String PARAMETERS =
      """

      ## PostgreSQL's parameters

      Checked against `pg_settings` of PostgreSQL 17: name, type, unit and range. Those that a reload puts into force are reloaded; those that
      need a restart restart every instance in turn, the primary last, by a handoff. Where a lower value would stop a standby
      (`max_connections`, `max_wal_senders`, `max_worker_processes`, `max_prepared_transactions`, `max_locks_per_transaction`), the primary
      has to restart first, in place. `extension.setting` is passed on as it is.

      pgbaton's own defaults, which you may set otherwise: `wal_level` replica, `wal_keep_size` 512MB (a standby that was away goes on instead
      of being cloned; without a slot, which could fill the primary's volume), `max_wal_senders` and `max_replication_slots` 20.
      `repmgr` is always first in `shared_preload_libraries`. Sessions reach standbys, so a query may be answered by one that is a moment behind:
      `pgpool.parameters: {load_balance_mode: "off"}` sends all to the primary.
      """;

  private static final String OWNED =
      """

      These are not yours to set:

      | parameters | |
      |---|---|
      """;

  @Test
  void theCommittedPageIsWhatTheParserReads() throws IOException {
    var generated = page();
    if (System.getProperty("pgbaton.golden", "").equals("write")) {
      Files.writeString(COMMITTED, generated);
    }

    assertThat(Files.readString(COMMITTED))
        .describedAs("renew it: ./mvnw test -Dtest=SpecReferenceTest -Dpgbaton.golden=write")
        .isEqualTo(generated);
  }

  private static String page() throws IOException {
    var rows = new ArrayList<String>();
    rows("", new ObjectMapper().readTree(SpecSchema.json()), rows);
    return HEAD + String.join("", rows) + PARAMETERS + OWNED + owned();
  }

  private static void rows(String path, JsonNode schema, List<String> rows) {
    var required = new TreeSet<String>();
    schema.path("required").forEach(name -> required.add(name.asText()));
    for (var entry : schema.path("properties").properties()) {
      var field = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
      var value = entry.getValue();
      rows.add(
          "| `%s`%s | %s | %s |\n"
              .formatted(
                  field,
                  required.contains(entry.getKey()) ? " (required)" : "",
                  kind(value),
                  value.path("description").asText()));
      if (field.endsWith("postgresql.parameters")) continue;
      rows(field, value, rows);
      rows(field + "[]", value.path("items"), rows);
    }
  }

  private static String kind(JsonNode schema) {
    var words = new ArrayList<String>();
    if (schema.has("enum")) {
      words.add(
          StreamSupport.stream(schema.get("enum").spliterator(), false)
              .map(value -> "`" + value.asText() + "`")
              .collect(Collectors.joining(", ")));
    } else if (schema.has("minimum")) {
      words.add(schema.get("minimum").asText() + " to " + schema.get("maximum").asText());
    } else if (schema.path("type").asText().equals("array")) {
      words.add("list");
    } else if (schema.path("type").asText().equals("object") && !schema.has("required")) {
      words.add(schema.path("additionalProperties").isObject() ? "map" : "");
    }
    if (schema.has("default")) words.add("default `" + schema.get("default").asText() + "`");
    return words.stream().filter(word -> !word.isEmpty()).collect(Collectors.joining("; "));
  }

  private static String owned() {
    var byReason = new TreeMap<String, List<String>>();
    for (var setting : SettingsCatalogue.all()) {
      OwnedParameters.reason(setting.name())
          .ifPresent(
              reason ->
                  byReason.computeIfAbsent(reason, _ -> new ArrayList<>()).add(setting.name()));
    }
    return byReason.entrySet().stream()
        .map(SpecReferenceTest::ownedRow)
        .collect(Collectors.joining());
  }

  private static String ownedRow(Map.Entry<String, List<String>> owned) {
    var reason = owned.getKey().replaceFirst(" Remove it\\.$", "");
    return "| %s | %s |\n"
        .formatted(
            owned.getValue().stream()
                .map(name -> "`" + name + "`")
                .collect(Collectors.joining(", ")),
            reason);
  }
}
