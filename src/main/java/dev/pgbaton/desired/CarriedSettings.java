package dev.pgbaton.desired;

import dev.pgbaton.cluster.SourceRef;
import dev.pgbaton.spec.ParsedSpec;
import dev.pgbaton.spec.PgpoolSpec;
import dev.pgbaton.spec.PlacedObject;
import dev.pgbaton.spec.PostgresqlSpec;
import dev.pgbaton.spec.SettingsCatalogue;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapVolumeSource;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
 * spec has a place for it. Files win over the environment, as they do in those images, and what
 * PostgreSQL is started with wins over both.
 */
final class CarriedSettings {
  static final String LIBRARIES = "shared_preload_libraries";

  /** In Debian's package, and so in pgbaton's image; repmgr is always loaded. */
  private static final Set<String> IN_THE_IMAGE =
      Set.of("auth_delay", "auto_explain", "passwordcheck", "pg_prewarm", "pg_stat_statements");

  private static final String EXTRA_FLAGS = "POSTGRESQL_EXTRA_FLAGS";

  /** What a shell takes for one word. Possessive, like all here: a long one takes no stack. */
  private static final Pattern WORD = Pattern.compile("(?:[^\\s'\"]++|'[^']*+'|\"[^\"]*+\")++");

  private static final Pattern FLAG = Pattern.compile("(?:-c|--)([\\w.-]+)=(.*)", Pattern.DOTALL);

  /** Letters of PostgreSQL's own for a setting, whose value follows. */
  private static final Map<String, String> LETTERS =
      Map.of(
          "-B", "shared_buffers",
          "-D", "data_directory",
          "-N", "max_connections",
          "-S", "work_mem",
          "-h", "listen_addresses",
          "-k", "unix_socket_directories",
          "-p", "port");

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
          "\\s*([A-Za-z_][\\w.]*)\\s*(?:=\\s*|\\s)(?:'((?:[^']++|'')*+)'|([^\\s#']+))\\s*(?:#.*)?");

  private final ParsedSpec.Manifests manifests;
  private final Workload workload;
  private final BiFunction<String, String, Optional<String>> wrong;
  private final SortedMap<String, String> parameters = new TreeMap<>();
  private final SortedSet<String> variables = new TreeSet<>();
  private final Map<String, Asked> asked = new LinkedHashMap<>();
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
   * @param asked every setting once, whether a spec can say it or not
   * @param left what a spec can't say, in words
   */
  record Found(
      SortedMap<String, String> parameters,
      Set<String> variables,
      List<Asked> asked,
      List<String> left) {}

  /** A setting with the value that would count, which may be anything. */
  record Asked(String setting, String value, Origin origin) {
    @Override
    public String toString() {
      return "%s: %s".formatted(setting, origin);
    }
  }

  /**
   * @param by the variable, or the file in the container
   * @param field of the object that has it
   */
  record Origin(String by, PlacedObject object, String field) {
    SourceRef place() {
      return object.places().of(field);
    }

    @Override
    public String toString() {
      return "%s (%s)".formatted(by, place());
    }
  }

  /** Whether a variable of other images' is a setting that a spec has a place for. */
  static boolean isOne(String variable) {
    var pgpools = variable.replaceFirst("^PGPOOL_", "");
    return pgpools.equals(variable)
        ? setting(variable).filter(PostgresqlSpec::mayBeSet).isPresent()
        : PGPOOL.contains(pgpools) || PGPOOL_SWITCHES.containsKey(pgpools);
  }

  static Found postgresql(ParsedSpec.Manifests manifests, Workload set) {
    var carried = new CarriedSettings(manifests, set, PostgresqlSpec::wrong);
    for (var variable : PodReading.names(set.container())) {
      var setting = setting(variable);
      var value = set.value(variable);
      if (setting.isPresent() && value.isPresent())
        carried.put(setting.get(), value.get(), variable);
    }
    carried.files(path -> POSTGRESQL_FILE.matcher(path).matches());
    carried.flags();
    return carried.found();
  }

  static Found pgpool(ParsedSpec.Manifests manifests, Workload pgpool) {
    var carried = new CarriedSettings(manifests, pgpool, PgpoolSpec::wrongParameter);
    for (var variable : PodReading.names(pgpool.container())) {
      var name = variable.replaceFirst("^PGPOOL_", "");
      var value = pgpool.value(variable);
      if (value.isEmpty() || name.equals(variable)) continue;
      if (PGPOOL.contains(name)) carried.put(name.toLowerCase(Locale.ROOT), value.get(), variable);
      else if (PGPOOL_SWITCHES.containsKey(name))
        carried.put(
            PGPOOL_SWITCHES.get(name),
            YES.contains(value.get().toLowerCase(Locale.ROOT)) ? "on" : "off",
            variable);
    }
    pgpool.value("PGPOOL_USER_CONF_FILE").ifPresent(file -> carried.files(file::equals));
    return carried.found();
  }

  private Found found() {
    return new Found(parameters, variables, List.copyOf(asked.values()), List.copyOf(left));
  }

  private static Optional<String> setting(String variable) {
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
      var letter = word.substring(0, Math.min(2, word.length()));
      if (flag.matches()) put(flag.group(1).replace('-', '_'), flag.group(2), EXTRA_FLAGS);
      else if (word.equals("-F")) put("fsync", "off", EXTRA_FLAGS);
      else if (LETTERS.containsKey(letter))
        put(
            LETTERS.get(letter),
            word.length() == 2 && words.hasNext() ? words.next() : word.substring(2),
            EXTRA_FLAGS);
      // Not its value, which may be anything.
      else if (word.startsWith("-")) {
        variables.add(EXTRA_FLAGS);
        left.add("%s: %s".formatted(place(of(EXTRA_FLAGS)), word.replaceFirst("(?s)=.*", "")));
      }
    }
  }

  private Origin of(String variable) {
    return new Origin(variable, workload.placed(), workload.field(variable));
  }

  private void put(String setting, String value, String variable) {
    variables.add(variable);
    put(setting, value, of(variable));
  }

  private void put(String setting, String value, Origin where) {
    if (setting.equalsIgnoreCase(LIBRARIES)) libraries(value, where);
    else {
      ask(setting, value, where);
      wrong
          .apply(setting, value)
          .ifPresentOrElse(
              why -> left.add("%s: %s %s".formatted(place(where), setting, why)),
              () -> parameters.put(setting, value));
    }
  }

  private void ask(String setting, String value, Origin where) {
    asked.put(setting.toLowerCase(Locale.ROOT), new Asked(setting, value, where));
  }

  /** PostgreSQL does not start with a library that is not there. */
  private void libraries(String value, Origin where) {
    var all =
        Stream.of(value.split(","))
            .map(String::strip)
            .filter(name -> !name.isEmpty() && !name.equals("repmgr"))
            .toList();
    if (all.isEmpty()) asked.remove(LIBRARIES);
    else ask(LIBRARIES, String.join(", ", all), where);
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

  private String place(Origin where) {
    return "%s: %s".formatted(workload.placed().key(), where);
  }

  /** Files of ConfigMaps, in the order in which they are included. */
  private void files(java.util.function.Predicate<String> which) {
    var texts = new TreeMap<String, ConfigurationFile>();
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
                (Map.Entry<String, ConfigurationFile> e) -> e.getKey().contains("/conf.d/")))
        .forEach(file -> file(file.getKey(), file.getValue()));
  }

  private void files(
      ConfigMapVolumeSource source,
      VolumeMount mount,
      java.util.function.Predicate<String> which,
      Map<String, ConfigurationFile> texts) {
    var root = mount.getMountPath().replaceFirst("/*$", "");
    var items = list(source.getItems());
    for (var placed : manifests.objects()) {
      if (!(placed.object() instanceof ConfigMap map)
          || !map.getMetadata().getName().equals(source.getName())
          || map.getData() == null) continue;
      map.getData()
          .forEach(
              (key, text) -> {
                if (text == null) return;
                var paths =
                    items.isEmpty()
                        ? Stream.of(key)
                        : items.stream()
                            .filter(item -> key.equals(item.getKey()))
                            .map(KeyToPath::getPath)
                            .filter(Objects::nonNull);
                paths
                    .map(path -> file(root, mount.getSubPath(), path))
                    .filter(which)
                    .forEach(file -> texts.put(file, new ConfigurationFile(placed, key, text)));
              });
    }
  }

  /** Where it is in the container; empty where the mount has another part of the volume. */
  private static String file(String root, String subPath, String path) {
    if (subPath == null || subPath.isEmpty()) return root + "/" + path;
    return subPath.equals(path) ? root : "";
  }

  /**
   * @param key of the ConfigMap
   */
  private record ConfigurationFile(PlacedObject map, String key, String text) {}

  private void file(String path, ConfigurationFile file) {
    var lines = file.text().lines().toList();
    for (int number = 1; number <= lines.size(); number++) {
      var line = lines.get(number - 1);
      if (line.isBlank() || line.strip().startsWith("#")) continue;
      var where =
          new Origin("line %d of %s".formatted(number, path), file.map(), "data." + file.key());
      var setting = LINE.matcher(line);
      if (setting.matches())
        put(
            setting.group(1),
            setting.group(2) == null ? setting.group(3) : setting.group(2).replace("''", "'"),
            where);
      else left.add("%s: no setting".formatted(place(where)));
    }
  }

  private static <T> List<T> list(List<T> maybe) {
    return maybe == null ? List.of() : maybe;
  }
}
