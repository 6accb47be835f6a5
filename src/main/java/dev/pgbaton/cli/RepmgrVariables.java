package dev.pgbaton.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The environment that other images with repmgr take, and their manifests give: what pgbaton's own
 * variables would say is found in it, and in the pod.
 */
final class RepmgrVariables {
  static final List<String> SUPERUSER =
      List.of(
          "POSTGRES_POSTGRES_PASSWORD",
          "POSTGRESQL_POSTGRES_PASSWORD",
          "POSTGRES_PASSWORD",
          "POSTGRESQL_PASSWORD");

  private static final String OF_THE_IMAGE = "REPMGR_CONF";

  static final List<String> REPMGR = List.of("REPMGR_PASSWORD");

  private RepmgrVariables() {}

  /** Whether the pod was not made by pgbaton, but by manifests of others for repmgr. */
  static boolean areOwners(Map<String, String> variables) {
    return !variables.containsKey("PGBATON_CLUSTER")
        && variables.keySet().stream()
            .anyMatch(name -> name.startsWith("REPMGR_") && !name.equals(OF_THE_IMAGE));
  }

  /**
   * Whether it is a pod for people who want to use {@code psql}: in other images PostgreSQL runs
   * there too, on its own, and nobody misses it.
   */
  static boolean areAClients(Map<String, String> variables) {
    return variables.containsKey("ALLOW_EMPTY_PASSWORD")
        && !variables.containsKey("PGBATON_CLUSTER")
        && !areOwners(variables);
  }

  static Map<String, String> completed(Map<String, String> variables, OwnPod pod) {
    if (!areOwners(variables)) return variables;
    var all = new TreeMap<String, String>();
    put(all, "PGBATON_CLUSTER", pod.name().map(name -> name.replaceFirst("-\\d+$", "")));
    put(all, "PGBATON_POD", pod.name());
    put(all, "PGBATON_POD_UID", pod.uid());
    put(all, "PGBATON_POD_IP", pod.address());
    put(all, "PGBATON_NAMESPACE", pod.namespace());
    put(all, "PGBATON_HEADLESS_SERVICE", pod.headlessService());
    put(
        all,
        "PGBATON_INSTANCES",
        Optional.of(partners(variables.getOrDefault("REPMGR_PARTNER_NODES", ""))));
    all.putAll(variables);
    return all;
  }

  private static String partners(String nodes) {
    var named =
        Stream.of(nodes.split("[,;]"))
            .map(node -> node.strip().split("[.:]")[0])
            .filter(node -> !node.isBlank())
            .distinct()
            .count();
    return Long.toString(Math.max(1, named));
  }

  private static void put(Map<String, String> all, String name, Optional<String> value) {
    value.ifPresent(v -> all.put(name, v));
  }
}
