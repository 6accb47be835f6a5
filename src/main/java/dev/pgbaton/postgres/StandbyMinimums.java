package dev.pgbaton.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Settings of which a standby must have no less than its primary had, or it ends at its start.
 * Where a lower value was asked for, a standby keeps what its data was written with until its
 * primary has taken the lower one.
 */
final class StandbyMinimums {
  /**
   * By setting: how {@code pg_controldata} names it, and what {@link ServerConfiguration} or
   * PostgreSQL sets by itself.
   */
  private static final Map<String, Integer> DEFAULTS =
      new TreeMap<>(
          Map.of(
              "max_connections", 100,
              "max_worker_processes", 8,
              "max_wal_senders", ServerConfiguration.MAX_WAL_SENDERS,
              "max_prepared_xacts", 0,
              "max_locks_per_xact", 64));

  private static final Map<String, String> SETTINGS =
      Map.of(
          "max_prepared_xacts", "max_prepared_transactions",
          "max_locks_per_xact", "max_locks_per_transaction");

  private static final Pattern CONTROL = Pattern.compile("(?m)^(max_\\w+) setting:\\s*(\\d+)\\s*$");

  private StandbyMinimums() {}

  /**
   * @param controlData what {@code pg_controldata} printed
   * @param asked the mounted file with the settings that need a restart; may be absent
   * @return lines for the end of the configuration; empty where what is asked for is enough
   */
  static String of(String controlData, Path asked) {
    var written = new TreeMap<String, Integer>();
    var matcher = CONTROL.matcher(controlData);
    while (matcher.find()) written.put(matcher.group(1), Integer.parseInt(matcher.group(2)));
    var text = text(asked);
    var lines = new StringBuilder();
    DEFAULTS.forEach(
        (name, preset) -> {
          var setting = SETTINGS.getOrDefault(name, name);
          var needed = written.getOrDefault(name, 0);
          if (needed > asked(text, setting, preset))
            lines.append(setting).append(" = ").append(needed).append('\n');
        });
    return lines.toString();
  }

  private static int asked(String text, String setting, int preset) {
    var matcher = Pattern.compile("(?m)^\\s*" + setting + "\\s*=\\s*'?(\\d+)'?\\s*$").matcher(text);
    var value = preset;
    // The last line wins, as in PostgreSQL.
    while (matcher.find()) value = Integer.parseInt(matcher.group(1));
    return value;
  }

  private static String text(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
