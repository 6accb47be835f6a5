package dev.pgbaton.desired;

import dev.pgbaton.spec.Problem;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What Bitnami's images can do and pgbaton's can't: asked for in the environment, it is refused
 * beforehand, not ignored.
 */
final class ImageLimits {
  static final List<String> SUPERUSER_PASSWORD =
      List.of(
          "POSTGRES_POSTGRES_PASSWORD",
          "POSTGRESQL_POSTGRES_PASSWORD",
          "POSTGRES_PASSWORD",
          "POSTGRESQL_PASSWORD");

  private static final Set<String> NO = Set.of("", "no", "false", "off", "0");

  /** The only value that each of these may have. */
  private static final Map<String, Set<String>> FIXED =
      Map.ofEntries(
          Map.entry("POSTGRES_USER", Set.of("postgres")),
          Map.entry("POSTGRESQL_USERNAME", Set.of("postgres")),
          Map.entry("POSTGRES_DB", Set.of("postgres")),
          Map.entry("POSTGRES_DATABASE", Set.of("postgres")),
          Map.entry("POSTGRESQL_DATABASE", Set.of("postgres")),
          Map.entry("POSTGRESQL_PORT_NUMBER", Set.of("5432")),
          Map.entry("POSTGRESQL_ENABLE_TLS", NO),
          Map.entry("POSTGRESQL_ENABLE_LDAP", NO),
          Map.entry("REPMGR_USERNAME", Set.of("repmgr")),
          Map.entry("REPMGR_DATABASE", Set.of("repmgr")),
          Map.entry("REPMGR_USE_REPLICATION_SLOTS", Set.of("0", "1", "no", "yes", "false", "true")),
          Map.entry("REPMGR_PGHBA_TRUST_ALL", NO));

  private ImageLimits() {}

  static List<Problem> of(Workload set) {
    var problems = new ArrayList<Problem>();
    FIXED.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            limit -> {
              var value = set.value(limit.getKey());
              if (value.isPresent()
                  && !limit.getValue().contains(value.get().toLowerCase(java.util.Locale.ROOT)))
                problems.add(
                    set.placed()
                        .problem(
                            set.field(limit.getKey()),
                            "%s is %s: pgbaton's image knows only %s."
                                .formatted(limit.getKey(), value.get(), words(limit.getValue()))));
            });
    problems.addAll(password(set, true));
    return problems;
  }

  static List<Problem> password(Workload set, boolean derived) {
    return password(set).isPresent()
        ? List.of()
        : List.of(
            set.placed()
                .problem(
                    set.field("POSTGRES_PASSWORD"),
                    "has no POSTGRES_PASSWORD from a Secret's key, and no POSTGRES_PASSWORD_FILE from a volume that is one. pgbaton logs in with %s: it needs to know where that lies."
                        .formatted(
                            derived ? "a password that follows from the superuser's" : "it")));
  }

  static boolean hasOneValue(String variable) {
    return FIXED.containsKey(variable);
  }

  /** Where the superuser's password lies, as the instance program looks for it. */
  static Optional<SecretKeySelector> password(Workload set) {
    return secret(set, SUPERUSER_PASSWORD);
  }

  /** The Secret's key that the first of these variables is taken from, or its file. */
  static Optional<SecretKeySelector> secret(Workload set, List<String> variables) {
    return variables.stream()
        .flatMap(
            name ->
                set
                    .value(name + "_FILE")
                    .flatMap(
                        file ->
                            PodReading.secretFile(set.template().getSpec(), set.container(), file))
                    .or(() -> PodReading.secret(set.container(), name))
                    .stream())
        .findFirst();
  }

  private static String words(Set<String> values) {
    return values == NO ? "no" : String.join(" or ", values.stream().sorted().toList());
  }
}
