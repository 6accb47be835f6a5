package dev.pgbaton.desired;

import dev.pgbaton.cluster.AccessHash;
import dev.pgbaton.cluster.ClientRule;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.spec.AccessSpec.Superuser;
import dev.pgbaton.spec.ClusterSpec;
import dev.pgbaton.spec.SettingsCatalogue;
import dev.pgbaton.spec.TlsSpec;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * PostgreSQL's settings, and who may connect: pgbaton's defaults, what the person asked for, and
 * what follows from the spec. What an instance needs for itself (where it listens, whom it follows,
 * how soon it notices a lost peer) is in the image, and nobody's to set: see the parser's
 * OwnedParameters.
 */
record PostgresSettings(
    SortedMap<String, String> values, Optional<String> rules, boolean certificate) {
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

  private static final String PRELOADED = "repmgr";

  static PostgresSettings of(ClusterSpec spec) {
    var values = new TreeMap<>(DEFAULTS);
    values.putAll(spec.postgresql().parameters());
    values.merge(
        "shared_preload_libraries",
        PRELOADED,
        (asked, ours) ->
            Stream.concat(Stream.of(ours), Stream.of(asked.split(",")).map(String::strip))
                .filter(library -> !library.isEmpty())
                .distinct()
                .collect(Collectors.joining(",")));
    values.put("synchronous_standby_names", synchronousStandbyNames(spec));
    if (spec.tls().filter(TlsSpec::byCertificate).isPresent())
      values.put(Names.REPLICATION_SETTING, Names.BY_CERTIFICATE);
    if (spec.access().superuser().filter(Superuser.network::equals).isPresent())
      values.put(Names.SUPERUSER_SETTING, Names.OVER_THE_NETWORK);
    return new PostgresSettings(
        Collections.unmodifiableSortedMap(values),
        rules(spec)
            .map(rules -> rules.stream().map(ClientRule::lines).collect(Collectors.joining())),
        spec.tls().isPresent());
  }

  private static Optional<List<ClientRule>> rules(ClusterSpec spec) {
    return spec.access()
        .rules()
        .or(
            () ->
                spec.tls()
                    .filter(tls -> tls.clients() == TlsSpec.Clients.required)
                    .map(_ -> List.of(everybody(ClientRule.Type.hostssl))))
        // Behind rules it is kept off, by every image that knows rules.
        .or(
            () ->
                spec.access()
                    .superuser()
                    .filter(Superuser.local::equals)
                    .map(_ -> List.of(everybody(ClientRule.Type.host))));
  }

  private static ClientRule everybody(ClientRule.Type type) {
    var every = List.of(ClientRule.ALL);
    return new ClientRule(type, every, every, every, ClientRule.Method.SCRAM);
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
    // In no file of ours: an instance sets it where it has a certificate.
    if (certificate) shown.put("ssl", "on");
    shown.put(Names.ACCESS_SETTING, rules.map(AccessHash::of).orElse(""));
    shown.putIfAbsent(Names.REPLICATION_SETTING, "");
    shown.putIfAbsent(Names.SUPERUSER_SETTING, "");
    return Collections.unmodifiableSortedMap(shown);
  }

  String restartConf() {
    return conf(true);
  }

  String reloadConf() {
    return conf(false);
  }

  String reloadHash() {
    return ReloadedSettings.hash(reloadConf(), rules);
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
