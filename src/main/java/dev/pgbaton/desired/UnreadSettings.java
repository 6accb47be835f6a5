package dev.pgbaton.desired;

import dev.pgbaton.desired.CarriedSettings.Asked;
import dev.pgbaton.spec.ParsedSpec;
import dev.pgbaton.spec.Problem;
import dev.pgbaton.spec.SettingsCatalogue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Settings that other images take from the environment and from files, and pgbaton's don't: the
 * server runs, with others than the manifests say. Named are those that would make a difference.
 */
final class UnreadSettings {
  /** In the first words, which are all that a commit's status has room for. */
  private static final int NAMED = 3;

  /** With their places. */
  private static final int LISTED = 6;

  /** What the instance program tells PostgreSQL: see its ServerConfiguration. */
  private static final Map<String, String> OF_THE_PROGRAM =
      Map.of(
          "wal_keep_size", "512MB",
          "max_wal_senders", "20",
          "log_startup_progress_interval", "10s",
          "listen_addresses", "*",
          "wal_log_hints", "on",
          "wal_sender_timeout", "5s",
          "wal_receiver_timeout", "5s",
          "wal_retrieve_retry_interval", "200ms",
          "allow_alter_system", "off");

  /** In the image's start script. */
  private static final Set<String> READ_BY_PGPOOL =
      Set.of("PGPOOL_NUM_INIT_CHILDREN", "PGPOOL_ENABLE_LOAD_BALANCING");

  /** The start script's, and pgpool's own. */
  private static final Map<String, String> OF_PGPOOL =
      Map.ofEntries(
          Map.entry("num_init_children", "32"),
          Map.entry("max_pool", "1"),
          Map.entry("load_balance_mode", "on"),
          Map.entry("disable_load_balance_on_write", "transaction"),
          Map.entry("log_connections", "off"),
          Map.entry("log_hostname", "off"),
          Map.entry("log_per_node_statement", "off"),
          Map.entry("statement_level_load_balance", "off"),
          Map.entry("authentication_timeout", "60"),
          Map.entry("child_life_time", "300"),
          Map.entry("child_max_connections", "0"),
          Map.entry("connection_life_time", "0"),
          Map.entry("client_idle_limit", "0"),
          Map.entry("client_min_messages", "notice"),
          Map.entry("reserved_connections", "0"));

  private UnreadSettings() {}

  static List<Problem> advice(ParsedSpec.Manifests manifests, FoundRoles.Clear roles) {
    var advice = new ArrayList<Problem>();
    var set = roles.postgresql();
    if (OwnersClusters.hasInstanceProgram(set))
      on(set, unread(manifests, set), "pgbaton's image does not read", "").ifPresent(advice::add);
    roles
        .pgpool()
        .filter(OwnersClusters::isPgbatons)
        .filter(pgpool -> !Contradictions.hasItsOwnConfiguration(pgpool))
        .flatMap(
            pgpool ->
                on(
                    pgpool,
                    unreadByPgpool(manifests, pgpool),
                    "pgbaton's pgpool image does not read",
                    " It reads %s."
                        .formatted(
                            READ_BY_PGPOOL.stream().sorted().collect(Collectors.joining(" and ")))))
        .ifPresent(advice::add);
    return List.copyOf(advice);
  }

  private static List<Asked> unread(ParsedSpec.Manifests manifests, Workload set) {
    return CarriedSettings.postgresql(manifests, set).asked().stream()
        .filter(asked -> !isInForce(asked))
        .toList();
  }

  private static List<Asked> unreadByPgpool(ParsedSpec.Manifests manifests, Workload pgpool) {
    return CarriedSettings.pgpool(manifests, pgpool).asked().stream()
        .filter(asked -> !READ_BY_PGPOOL.contains(asked.origin().by()))
        .filter(
            asked -> !asked.value().toLowerCase(Locale.ROOT).equals(OF_PGPOOL.get(asked.setting())))
        .toList();
  }

  /** Whoever asks for what is the case anyway misses nothing. */
  private static boolean isInForce(Asked asked) {
    return SettingsCatalogue.get(asked.setting())
        .flatMap(
            setting -> Optional.ofNullable(OF_THE_PROGRAM.get(setting.name())).or(setting::initial))
        .filter(shown -> SettingsCatalogue.sameValue(asked.setting(), asked.value(), shown, ""))
        .isPresent();
  }

  /**
   * @param which goes on after the settings' names
   */
  private static Optional<Problem> on(
      Workload workload, List<Asked> unread, String which, String reads) {
    if (unread.isEmpty()) return Optional.empty();
    var first = unread.getFirst().origin();
    return Optional.of(
        new Problem(
            first.place(),
            first.field(),
            "%s sets %s, which %s: the defaults are in force. %s.%s pgbaton convert makes a spec that has them, and says which it can't have."
                .formatted(
                    workload.placed().key(),
                    some(unread.stream().map(Asked::setting).toList(), NAMED, ", "),
                    which,
                    some(unread.stream().map(UnreadSettings::told).toList(), LISTED, "; "),
                    reads)));
  }

  /** Not its value, which may be anything; a library is known by its name. */
  private static String told(Asked asked) {
    return asked.setting().equalsIgnoreCase(CarriedSettings.LIBRARIES)
        ? "%s (%s): %s".formatted(asked.setting(), asked.value(), asked.origin())
        : asked.toString();
  }

  /** So many of them, and how many more there are. */
  static String some(Collection<String> all, int most, String between) {
    var some = all.stream().limit(most).collect(Collectors.joining(between));
    return all.size() > most ? "%s and %d more".formatted(some, all.size() - most) : some;
  }
}
