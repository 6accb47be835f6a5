package dev.pgbaton.spec;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** pgpool's settings: passed on, but for those that pgbaton's routing rests on. */
final class PgpoolParameters {
  private static final TextType<String> NAME =
      new TextType<>(
          Pattern.compile(
              "(?!backend_|listen_|port$|pcp_|failover|failback|follow_|auto_failback|health_check|sr_check|use_watchdog|wd_|"
                  + "heartbeat|pool_passwd|socket_dir|unix_socket|enable_pool_hba|backend_clustering|detach_false|"
                  + "search_primary|logging_collector|log_directory|pid_file|logdir|work_dir|ssl)[a-z][a-z0-9_]*"),
          63,
          false,
          "a setting of pgpool that is yours to make (how it listens, logs, finds and checks its backends is pgbaton's)",
          "num_init_children",
          name -> name);

  private static final TextType<String> VALUE =
      new TextType<>(
          Pattern.compile("[^\\n\\r\\x00]*"),
          Integer.MAX_VALUE,
          true,
          "a value of one line",
          "",
          value -> value);

  static final FieldType<Map<String, String>> TYPE = new MapType<>(NAME, VALUE);

  private PgpoolParameters() {}

  static Optional<String> wrong(String name, String value) {
    if (!NAME.accepts(name)) return Optional.of("is not " + NAME.expected() + ".");
    return VALUE.accepts(value)
        ? Optional.empty()
        : Optional.of("has a value that is not " + VALUE.expected() + ".");
  }
}
