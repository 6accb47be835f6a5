package dev.pgbaton.desired;

import dev.pgbaton.spec.ClusterSpec;
import dev.pgbaton.spec.SettingsCatalogue;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * PostgreSQL's settings: pgbaton's defaults, what the person asked for, and what follows from the
 * spec, in this order. Only what an instance alone knows (whom it follows, its own name) is added
 * by the instance.
 */
record PostgresSettings(SortedMap<String, String> values) {
  /** What a person may set otherwise. */
  private static final Map<String, String> DEFAULTS =
      Map.ofEntries(
          // Written out, though they are PostgreSQL's own: a standby with less than its primary
          // stops, so a rollout
          // compares them.
          Map.entry("max_connections", "100"),
          Map.entry("max_worker_processes", "8"),
          Map.entry("max_prepared_transactions", "0"),
          Map.entry("max_locks_per_transaction", "64"),
          // One for each standby and two more for each that is being cloned, at the largest number
          // of instances.
          Map.entry("max_wal_senders", "20"),
          Map.entry("max_replication_slots", "20"),
          Map.entry("wal_level", "replica"),
          // A restarted standby goes on from here instead of being cloned; without a slot, which
          // could fill the
          // primary's volume.
          Map.entry("wal_keep_size", "512MB"));

  /** What nobody else may set: see the parser's OwnedParameters. */
  private static final Map<String, String> OWNED =
      Map.ofEntries(
          Map.entry("listen_addresses", "*"),
          Map.entry("port", "5432"),
          Map.entry("unix_socket_directories", "/run/pgbaton"),
          Map.entry("hot_standby", "on"),
          // pg_rewind needs it where data checksums are off.
          Map.entry("wal_log_hints", "on"),
          // A fast stop waits for every connected standby: one that hangs delays a handoff by no
          // more than this.
          Map.entry("wal_sender_timeout", "5s"),
          // How soon a standby tries again to reach the new primary.
          Map.entry("wal_retrieve_retry_interval", "200ms"),
          Map.entry("password_encryption", "scram-sha-256"),
          Map.entry("logging_collector", "off"),
          // postgresql.auto.conf would win over what Git says.
          Map.entry("allow_alter_system", "off"));

  private static final String PRELOADED = "repmgr";

  static PostgresSettings of(ClusterSpec spec) {
    var values = new TreeMap<>(DEFAULTS);
    values.putAll(spec.postgresql().parameters());
    values.putAll(OWNED);
    values.merge(
        "shared_preload_libraries",
        PRELOADED,
        (asked, ours) ->
            Stream.concat(Stream.of(ours), Stream.of(asked.split(",")).map(String::strip))
                .filter(library -> !library.isEmpty())
                .distinct()
                .collect(Collectors.joining(",")));
    values.put("synchronous_standby_names", synchronousStandbyNames(spec));
    return new PostgresSettings(Collections.unmodifiableSortedMap(values));
  }

  /** Any k of all instances: the primary is in the list too, but is never its own standby. */
  private static String synchronousStandbyNames(ClusterSpec spec) {
    if (spec.synchronousStandbys() == 0) return "";
    return IntStream.range(0, spec.instances())
        .mapToObj(ordinal -> "\"%s-%d\"".formatted(spec.id().name(), ordinal))
        .collect(Collectors.joining(", ", "ANY " + spec.synchronousStandbys() + " (", ")"));
  }

  /** As {@code pg_settings} will show them. */
  Map<String, String> normalised() {
    var shown = new TreeMap<String, String>();
    values.forEach((name, value) -> shown.put(name, SettingsCatalogue.normalised(name, value)));
    return Collections.unmodifiableSortedMap(shown);
  }

  String restartConf() {
    return conf(true);
  }

  String reloadConf() {
    return conf(false);
  }

  String reloadHash() {
    return ContentHash.of(reloadConf());
  }

  private String conf(boolean needsRestart) {
    return values.entrySet().stream()
        .filter(setting -> SettingsCatalogue.needsRestart(setting.getKey()) == needsRestart)
        .map(setting -> "%s = %s\n".formatted(setting.getKey(), quoted(setting.getValue())))
        .collect(Collectors.joining());
  }

  private static String quoted(String value) {
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'";
  }
}
