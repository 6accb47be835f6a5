package dev.pgbaton.spec;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Parameters that can't be left to a person, and why: what they would break is not theirs to see.
 */
final class OwnedParameters {
  private static final String ADDRESSES =
      "is pgbaton's: probes, Services and peers count on where PostgreSQL listens. Remove it.";
  private static final String FILES =
      "is pgbaton's: it is where the image keeps its files. Remove it.";
  private static final String FOLLOWING =
      "is pgbaton's: every instance finds its primary by the Lease. Remove it.";
  private static final String HANDOFF =
      "is pgbaton's: handing the primary on depends on it. Remove it.";
  private static final String REWIND =
      "is pgbaton's: without it an old primary could not be rewound safely. Remove it.";
  private static final String RECOVERY =
      "is pgbaton's: it decides how an instance comes back. Remove it.";
  private static final String ARCHIVE =
      "can't be set: pgbaton does not archive WAL yet. Remove it.";
  private static final String TLS = "is pgbaton's: it follows from spec.tls. Set that one.";
  private static final String LOGS =
      "is pgbaton's: the log goes to the container's output. Remove it.";
  private static final String PASSWORDS =
      "is pgbaton's: pgpool and the generated passwords use SCRAM. Remove it.";
  private static final String SESSION =
      "belongs to a session or a transaction, not to the server. Remove it.";
  private static final String OWN = "is pgbaton's: instances tell by it what they took. Remove it.";
  private static final String PRESET =
      "can't be set: it says how PostgreSQL was built or initialised. Remove it.";

  private static final Map<String, String> REASONS =
      Map.ofEntries(
          Map.entry("listen_addresses", ADDRESSES),
          Map.entry("port", ADDRESSES),
          Map.entry("unix_socket_directories", ADDRESSES),
          Map.entry("unix_socket_group", ADDRESSES),
          Map.entry("unix_socket_permissions", ADDRESSES),
          Map.entry("data_directory", FILES),
          Map.entry("config_file", FILES),
          Map.entry("hba_file", FILES),
          Map.entry("ident_file", FILES),
          Map.entry("external_pid_file", FILES),
          Map.entry("primary_conninfo", FOLLOWING),
          Map.entry("primary_slot_name", FOLLOWING),
          Map.entry("cluster_name", FOLLOWING),
          Map.entry("hot_standby", HANDOFF),
          Map.entry("wal_sender_timeout", HANDOFF),
          Map.entry("wal_receiver_timeout", HANDOFF),
          Map.entry("wal_retrieve_retry_interval", HANDOFF),
          Map.entry("default_transaction_read_only", HANDOFF),
          Map.entry("wal_log_hints", REWIND),
          Map.entry("full_page_writes", REWIND),
          Map.entry("fsync", REWIND),
          Map.entry("restore_command", RECOVERY),
          Map.entry("recovery_end_command", RECOVERY),
          Map.entry("archive_cleanup_command", RECOVERY),
          Map.entry("archive_mode", ARCHIVE),
          Map.entry("archive_command", ARCHIVE),
          Map.entry("archive_library", ARCHIVE),
          Map.entry("archive_timeout", ARCHIVE),
          Map.entry("ssl", TLS),
          Map.entry("logging_collector", LOGS),
          Map.entry("log_destination", LOGS),
          Map.entry("password_encryption", PASSWORDS),
          Map.entry(
              "allow_alter_system",
              "is pgbaton's: what ALTER SYSTEM sets would win over what Git says. Remove it."),
          Map.entry(
              "synchronous_standby_names",
              "is pgbaton's: it follows from spec.replication.synchronousStandbys. Set that one."),
          Map.entry("transaction_isolation", SESSION),
          Map.entry("transaction_read_only", SESSION),
          Map.entry("transaction_deferrable", SESSION));

  private static final Set<String> TLS_FILES =
      Set.of(
          "ssl_ca_file",
          "ssl_cert_file",
          "ssl_crl_dir",
          "ssl_crl_file",
          "ssl_dh_params_file",
          "ssl_key_file");

  private OwnedParameters() {}

  static Optional<String> reason(String parameter) {
    var name = parameter.toLowerCase(Locale.ROOT);
    if (name.startsWith("recovery_target")) return Optional.of(RECOVERY);
    if (TLS_FILES.contains(name)) return Optional.of(TLS);
    if (name.startsWith("pgbaton.")) return Optional.of(OWN);
    if (SettingsCatalogue.get(name).filter(Setting::isReadOnly).isPresent())
      return Optional.of(PRESET);
    return Optional.ofNullable(REASONS.get(name));
  }

  /** A parameter that is a person's, but not with every value. */
  static Optional<String> narrowed(String name, String value) {
    if (name.equals("wal_level") && value.strip().equalsIgnoreCase("minimal")) {
      return Optional.of("minimal can't be replicated. Put replica or logical.");
    }
    return Optional.empty();
  }
}
