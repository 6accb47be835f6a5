package dev.pgbaton.desired;

import dev.pgbaton.spec.ParsedSpec;
import dev.pgbaton.spec.PgpoolSpec;
import dev.pgbaton.spec.PostgresqlSpec;
import dev.pgbaton.spec.SettingsCatalogue;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapVolumeSource;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What other images' environments and files say of PostgreSQL's and pgpool's settings, as far as a
 * spec has a place for it. Files win over the environment, as they do in those images.
 */
final class CarriedSettings {
  private static final String LIBRARIES = "shared_preload_libraries";

  /** In Debian's package, and so in pgbaton's image; repmgr is always loaded. */
  private static final Set<String> IN_THE_IMAGE =
      Set.of("auth_delay", "auto_explain", "passwordcheck", "pg_prewarm", "pg_stat_statements");

  private static final String EXTRA_FLAGS = "POSTGRESQL_EXTRA_FLAGS";

  /** What a shell takes for one word. */
  private static final Pattern WORD = Pattern.compile("(?:[^\\s'\"]|'[^']*'|\"[^\"]*\")+");

  private static final Pattern FLAG = Pattern.compile("(?:-c|--)([\\w.-]+)=(.*)", Pattern.DOTALL);

  private static final Map<String, String> POSTGRESQL =
      Map.of("POSTGRESQL_SYNCHRONOUS_COMMIT_MODE", "synchronous_commit");

  private static final Pattern POSTGRESQLS = Pattern.compile("POSTGRES(?:QL)?_(.+)");

  /** Whose value is the setting's. */
  private static final Set<String> PGPOOL =
      Set.of(
          "AUTHENTICATION_TIMEOUT",
          "CHILD_LIFE_TIME",
          "CHILD_MAX_CONNECTIONS",
          "CLIENT_IDLE_LIMIT",
          "CLIENT_MIN_MESSAGES",
          "CONNECTION_LIFE_TIME",
          "DISABLE_LOAD_BALANCE_ON_WRITE",
          "LOG_LINE_PREFIX",
          "MAX_POOL",
          "NUM_INIT_CHILDREN",
          "RESERVED_CONNECTIONS");

  /** Yes or no. */
  private static final Map<String, String> PGPOOL_SWITCHES =
      Map.of(
          "ENABLE_LOAD_BALANCING", "load_balance_mode",
          "ENABLE_LOG_CONNECTIONS", "log_connections",
          "ENABLE_LOG_HOSTNAME", "log_hostname",
          "ENABLE_LOG_PER_NODE_STATEMENT", "log_per_node_statement",
          "ENABLE_STATEMENT_LOAD_BALANCING", "statement_level_load_balance");

  private static final Set<String> YES = Set.of("yes", "true", "on", "1");

  private static final Pattern POSTGRESQL_FILE =
      Pattern.compile(".*/(?:postgresql|conf\\.d/[^/]+)\\.conf");

  /** As both programs read their files: name, an equals sign or a blank, a value, a comment. */
  private static final Pattern LINE =
      Pattern.compile(
          "\\s*([A-Za-z_][\\w.]*)\\s*(?:=\\s*|\\s)(?:'((?:[^']|'')*)'|([^\\s#']+))\\s*(?:#.*)?");

  private final ParsedSpec.Manifests manifests;
  private final Workload workload;
  private final BiFunction<String, String, Optional<String>> wrong;
  private final SortedMap<String, String> parameters = new TreeMap<>();
  private final SortedSet<String> variables = new TreeSet<>();
  private final List<String> left = new ArrayList<>();

  private CarriedSettings(
      ParsedSpec.Manifests manifests,
      Workload workload,
      BiFunction<String, String, Optional<String>> wrong) {
    this.manifests = manifests;
    this.workload = workload;
    this.wrong = wrong;
  }

  /**
   * @param parameters by the settings' names
   * @param variables those that are told by the parameters, or by what is left
   * @param left what a spec can't say, in words
   */
  record Found(SortedMap<String, String> parameters, Set<String> variables, List<String> left) {}

  static Found postgresql(ParsedSpec.Manifests manifests, Workload set) {
    var carried = new CarriedSettings(manifests, set, PostgresqlSpec::wrong);
    for (var variable : PodReading.names(set.container())) {
      var setting = carried.setting(variable);
      var value = set.value(variable);
      if (setting.isPresent() && value.isPresent())
        carried.put(setting.get(), value.get(), variable, variable);
    }
    carried.flags();
    carried.files(path -> POSTGRESQL_FILE.matcher(path).matches());
    return carried.found();
  }

  static Found pgpool(ParsedSpec.Manifests manifests, Workload pgpool) {
    var carried = new CarriedSettings(manifests, pgpool, PgpoolSpec::wrongParameter);
    for (var variable : PodReading.names(pgpool.container())) {
      var name = variable.replaceFirst("^PGPOOL_", "");
      var value = pgpool.value(variable);
      if (value.isEmpty() || name.equals(variable)) continue;
      if (PGPOOL.contains(name))
        carried.put(name.toLowerCase(Locale.ROOT), value.get(), variable, variable);
      else if (PGPOOL_SWITCHES.containsKey(name))
        carried.put(
            PGPOOL_SWITCHES.get(name),
            YES.contains(value.get().toLowerCase(Locale.ROOT)) ? "on" : "off",
            variable,
            variable);
    }
    pgpool.value("PGPOOL_USER_CONF_FILE").ifPresent(file -> carried.files(file::equals));
    return carried.found();
  }

  private Found found() {
    return new Found(parameters, variables, List.copyOf(left));
  }

  private Optional<String> setting(String variable) {
    // The image's own words for these are another thing.
    if (ImageLimits.hasOneValue(variable)) return Optional.empty();
    var known = Optional.ofNullable(POSTGRESQL.get(variable));
    var name = POSTGRESQLS.matcher(variable);
    return known.or(
        () ->
            name.matches()
                ? SettingsCatalogue.get(name.group(1).toLowerCase(Locale.ROOT))
                    .map(setting -> setting.name())
                : Optional.empty());
  }

  private void flags() {
    var flags = workload.value(EXTRA_FLAGS);
    if (flags.isEmpty()) return;
    var words =
        WORD.matcher(flags.get())
            .results()
            .map(word -> word.group().replaceAll("['\"]", ""))
            .iterator();
    while (words.hasNext()) {
      var word = words.next();
      var flag = FLAG.matcher(word.equals("-c") && words.hasNext() ? word + words.next() : word);
      if (flag.matches())
        put(flag.group(1).replace('-', '_'), flag.group(2), EXTRA_FLAGS, EXTRA_FLAGS);
      // Not its value, which may be anything.
      else if (word.startsWith("-"))
        left.add("%s: %s".formatted(place(EXTRA_FLAGS), word.replaceFirst("(?s)=.*", "")));
    }
  }

  /**
   * @param where for a person
   */
  private void put(String setting, String value, String variable, String where) {
    variables.add(variable);
    put(setting, value, where);
  }

  private void put(String setting, String value, String where) {
    if (setting.equalsIgnoreCase(LIBRARIES)) libraries(value, where);
    else
      wrong
          .apply(setting, value)
          .ifPresentOrElse(
              why -> left.add("%s: %s %s".formatted(place(where), setting, why)),
              () -> parameters.put(setting, value));
  }

  /** PostgreSQL does not start with a library that is not there. */
  private void libraries(String value, String where) {
    var all =
        Stream.of(value.split(","))
            .map(String::strip)
            .filter(name -> !name.isEmpty() && !name.equals("repmgr"))
            .toList();
    var here = all.stream().filter(IN_THE_IMAGE::contains).collect(Collectors.joining(","));
    if (here.isEmpty()) parameters.remove(LIBRARIES);
    else parameters.put(LIBRARIES, here);
    all.stream()
        .filter(name -> !IN_THE_IMAGE.contains(name))
        .forEach(
            name ->
                left.add(
                    "%s: the library %s, which is not in pgbaton's image: with it among %s PostgreSQL would not start"
                        .formatted(place(where), name, LIBRARIES)));
  }

  private String place(String where) {
    return "%s: %s".formatted(workload.placed().key(), where);
  }

  /** Files of ConfigMaps, in the order in which they are included. */
  private void files(java.util.function.Predicate<String> which) {
    var texts = new TreeMap<String, String>();
    for (var mount : list(workload.container().getVolumeMounts())) {
      list(workload.template().getSpec().getVolumes()).stream()
          .filter(volume -> volume.getName().equals(mount.getName()))
          .map(volume -> volume.getConfigMap())
          .filter(Objects::nonNull)
          .forEach(source -> files(source, mount, which, texts));
    }
    // postgresql.conf includes conf.d, which comes later in the alphabet only by its path.
    texts.entrySet().stream()
        .sorted(
            java.util.Comparator.comparing(
                (Map.Entry<String, String> e) -> e.getKey().contains("/conf.d/")))
        .forEach(file -> file(file.getKey(), file.getValue()));
  }

  private void files(
      ConfigMapVolumeSource source,
      VolumeMount mount,
      java.util.function.Predicate<String> which,
      Map<String, String> texts) {
    var root = mount.getMountPath().replaceFirst("/*$", "");
    var paths =
        list(source.getItems()).stream()
            .collect(Collectors.toMap(KeyToPath::getKey, KeyToPath::getPath));
    map(source.getName())
        .forEach(
            (key, text) -> {
              if (!paths.isEmpty() && !paths.containsKey(key)) return;
              var path = paths.getOrDefault(key, key);
              var file =
                  mount.getSubPath() == null || mount.getSubPath().isEmpty()
                      ? root + "/" + path
                      : mount.getSubPath().equals(path) ? root : "";
              if (which.test(file)) texts.put(file, text);
            });
  }

  private Map<String, String> map(String name) {
    return manifests.objects().stream()
        .map(placed -> placed.object())
        .filter(o -> o instanceof ConfigMap && o.getMetadata().getName().equals(name))
        .map(o -> ((ConfigMap) o).getData())
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(Map.of());
  }

  private void file(String path, String text) {
    text.lines()
        .filter(line -> !line.isBlank() && !line.strip().startsWith("#"))
        .forEach(
            line -> {
              var setting = LINE.matcher(line);
              if (setting.matches())
                put(
                    setting.group(1),
                    setting.group(2) == null
                        ? setting.group(3)
                        : setting.group(2).replace("''", "'"),
                    path);
              else left.add("%s: a line of it that is no setting".formatted(place(path)));
            });
  }

  private static <T> List<T> list(List<T> maybe) {
    return maybe == null ? List.of() : maybe;
  }
}
