package dev.pgbaton.e2e;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the tests run: the cluster of {@code KUBECONFIG}, the forge of {@code GITEA_API} (or {@code
 * GITEA_URL}) and {@code GITEA_TOKEN}, and the images that were built for them.
 *
 * @param imageLoad a command that makes the images named after it known to the cluster's nodes
 * @param kubectl a command
 * @param auditLog the API server's, where it can be read
 * @param slack times that bounds are longer; 1 is what is promised
 * @param othersImage PostgreSQL with repmgr and without the instance program, as in {@code
 *     bench/plain}
 * @param prometheusImage of {@code src/test/prometheus}
 * @param namespace for the clusters of the tests; pgbaton itself runs in {@code <namespace>-system}
 */
record Surroundings(
    String forgeUrl,
    String forgeApi,
    String forgeToken,
    List<String> imageLoad,
    List<String> kubectl,
    Optional<Path> auditLog,
    String daemonImage,
    String postgresImage,
    String nextPostgresImage,
    String pgpoolImage,
    Optional<String> othersImage,
    Optional<String> prometheusImage,
    String namespace,
    int nodePort,
    int slack) {

  static Surroundings fromEnvironment() {
    var env = System.getenv();
    var url = required(env, "GITEA_URL");
    required(env, "KUBECONFIG");
    return new Surroundings(
        url,
        env.getOrDefault("GITEA_API", url + "/api/v1"),
        required(env, "GITEA_TOKEN"),
        words(env.getOrDefault("PGBATON_IMAGE_LOAD", "")),
        words(env.getOrDefault("PGBATON_KUBECTL", "kubectl")),
        Optional.ofNullable(env.get("PGBATON_AUDIT_LOG")).map(Path::of).filter(Files::isReadable),
        required(env, "PGBATON_IMAGE"),
        required(env, "PGBATON_POSTGRES_IMAGE"),
        required(env, "PGBATON_POSTGRES_NEXT_IMAGE"),
        required(env, "PGBATON_PGPOOL_IMAGE"),
        Optional.ofNullable(env.get("PGBATON_OTHERS_IMAGE")),
        Optional.ofNullable(env.get("PGBATON_PROMETHEUS_IMAGE")),
        env.getOrDefault("PGBATON_E2E_NAMESPACE", "e2e-shop"),
        Integer.parseInt(env.getOrDefault("PGBATON_E2E_NODE_PORT", "32000")),
        Integer.parseInt(env.getOrDefault("PGBATON_E2E_SLACK", "1")));
  }

  /** A bound on time, longer where the machine is known to be busy with other things. */
  Duration patience(Duration bound) {
    return bound.multipliedBy(slack);
  }

  String systemNamespace() {
    return namespace + "-system";
  }

  private static String required(Map<String, String> env, String name) {
    var value = env.get(name);
    if (value == null || value.isBlank())
      throw new IllegalStateException(name + " is not set; .ci/run shows all that are needed");
    return value;
  }

  private static List<String> words(String command) {
    return Arrays.stream(command.split(" ")).filter(w -> !w.isEmpty()).toList();
  }
}
