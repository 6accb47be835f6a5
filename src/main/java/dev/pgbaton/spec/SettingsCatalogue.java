package dev.pgbaton.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

/**
 * What PostgreSQL knows of its settings: generated from {@code pg_settings} for each major version,
 * and committed. The images run one major version.
 */
public final class SettingsCatalogue {
  static final int MAJOR_VERSION = 17;

  /** Where PostgreSQL shows what it has computed in the place of this value. */
  private static final Map<String, String> COMPUTED_IF =
      Map.of(
          "wal_buffers", "-1",
          "commit_timestamp_buffers", "0",
          "subtransaction_buffers", "0",
          "transaction_buffers", "0");

  /**
   * Of the extensions that come with PostgreSQL: a server that has not loaded them does not know.
   */
  private static final Set<String> EXTENSIONS_NEED_A_RESTART =
      Set.of("pg_prewarm.autoprewarm", "pg_stat_statements.max");

  /** PostgreSQL's own checks write these anew. */
  private static final Set<String> CASE_IS_NOT_KEPT =
      Set.of("DateStyle", "TimeZone", "log_timezone");

  private static final SortedMap<String, Setting> SETTINGS = load(MAJOR_VERSION);

  private SettingsCatalogue() {}

  /** By its name; PostgreSQL does not care for case. */
  public static Optional<Setting> get(String name) {
    return Optional.ofNullable(SETTINGS.get(name));
  }

  /** In the order of their names. */
  static Collection<Setting> all() {
    return SETTINGS.values();
  }

  /**
   * Whether only a restart puts a new value into force. What a foreign extension wants is not
   * known: a reload, as most do.
   */
  public static boolean needsRestart(String name) {
    return get(name)
        .map(Setting::needsRestart)
        .orElseGet(() -> EXTENSIONS_NEED_A_RESTART.contains(name.toLowerCase(Locale.ROOT)));
  }

  /** The value as {@code pg_settings} will show it; itself where it isn't valid. */
  public static String normalised(String name, String value) {
    return get(name)
        .flatMap(setting -> SettingValue.parse(setting, value).normalised())
        .orElse(value);
  }

  /**
   * Whether PostgreSQL has taken a value, however it was written.
   *
   * @param unit what {@code shown} is counted in, as {@code pg_settings} says; null or empty for
   *     none
   */
  public static boolean sameValue(String name, String desired, String shown, String unit) {
    var known = get(name);
    if (known.isEmpty()) return SettingValue.sameWhateverItIs(desired, shown, unit);
    var wanted = normalised(name, desired);
    if (wanted.equals(COMPUTED_IF.get(name))) return true;
    var seen = normalised(name, shown);
    return CASE_IS_NOT_KEPT.contains(known.get().name())
        ? wanted.replace(" ", "").equalsIgnoreCase(seen.replace(" ", ""))
        : wanted.equals(seen);
  }

  private static SortedMap<String, Setting> load(int majorVersion) {
    var resource = "pg_settings-" + majorVersion + ".json";
    var settings = new TreeMap<String, Setting>(String.CASE_INSENSITIVE_ORDER);
    try (var json = SettingsCatalogue.class.getResourceAsStream(resource)) {
      new ObjectMapper()
          .readTree(Objects.requireNonNull(json, resource))
          .properties()
          .forEach(
              entry -> settings.put(entry.getKey(), setting(entry.getKey(), entry.getValue())));
    } catch (IOException e) {
      throw new UncheckedIOException(resource, e);
    }
    return Collections.unmodifiableSortedMap(settings);
  }

  private static Setting setting(String name, JsonNode json) {
    var type = json.path("type").asText();
    return new Setting(
        name,
        type.equals("enum") ? Setting.Type.enumeration : Setting.Type.valueOf(type),
        json.path("context").asText(),
        text(json, "unit"),
        text(json, "min"),
        text(json, "max"),
        StreamSupport.stream(json.path("values").spliterator(), false)
            .map(JsonNode::asText)
            .toList(),
        text(json, "default"));
  }

  private static Optional<String> text(JsonNode json, String field) {
    return Optional.ofNullable(json.get(field)).map(JsonNode::asText);
  }
}
