package dev.pgbaton.e2e;

import static org.awaitility.Awaitility.await;

import dev.pgbaton.kube.ClientConfiguration;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A daemon with a repository of its own, in namespaces that nobody has used before. */
final class Installation implements AutoCloseable {
  private static final Set<String> LOADED = new HashSet<>();

  private final Surroundings where;
  private final KubernetesClient kubernetes;
  private final Forge forge;
  private final Daemon daemon;
  private final List<String> namespaces;

  Installation(Surroundings where, KubernetesClient kubernetes, Path work) throws Exception {
    this(where, kubernetes, work, List.of(where.namespace()));
  }

  /**
   * @param clusters namespaces of what the repository describes
   */
  Installation(Surroundings where, KubernetesClient kubernetes, Path work, List<String> clusters)
      throws Exception {
    this.where = where;
    this.kubernetes = kubernetes;
    this.namespaces = Stream.concat(Stream.of(where.systemNamespace()), clusters.stream()).toList();
    removeNamespaces();
    load(
        where,
        where.daemonImage(),
        where.postgresImage(),
        where.nextPostgresImage(),
        where.pgpoolImage());
    forge =
        Forge.createRepository(
            where,
            "e2e-" + UUID.randomUUID().toString().substring(0, 8),
            Files.createDirectories(work.resolve("repository")));
    daemon = new Daemon(kubernetes, where, Files.createDirectories(work.resolve("overlay")));
  }

  /** Makes images known to the nodes, which takes a while: each once for all tests of a run. */
  static synchronized void load(Surroundings where, String... images) {
    if (where.imageLoad().isEmpty()) return;
    var missing = Stream.of(images).filter(image -> !LOADED.contains(image)).toArray(String[]::new);
    if (missing.length > 0) Shell.run(where.imageLoad(), missing);
    LOADED.addAll(List.of(missing));
  }

  static KubernetesClient client() {
    var config = Config.autoConfigure(null);
    new ClientConfiguration().customize(config);
    config.setUserAgent("pgbaton-tests");
    return new KubernetesClientBuilder()
        .withConfig(config)
        .withHttpClientFactory(new JdkHttpClientFactory())
        .build();
  }

  /** Starts the daemon; what it made is there for {@link #close()} also if that fails. */
  void start() {
    start(Map.of());
  }

  /**
   * @param settings of the daemon, beside those of every test
   */
  void start(Map<String, String> settings) {
    daemon.install(forge.url(), Duration.ofSeconds(2), settings);
  }

  KubernetesClient kubernetes() {
    return kubernetes;
  }

  Forge forge() {
    return forge;
  }

  Daemon daemon() {
    return daemon;
  }

  /** A file of {@code gitops-example}, with the images and the namespace of these surroundings. */
  String example(String path) throws IOException {
    return Files.readString(Path.of("gitops-example").resolve(path))
        .replace("registry.example.com/pgbaton/postgres:17", where.postgresImage())
        .replace("registry.example.com/pgbaton/pgpool:4.6", where.pgpoolImage())
        .replace("namespace: shop", "namespace: " + where.namespace());
  }

  /** All that all commits were ever said to be. */
  String statuses() {
    return forge.commits().stream()
        .flatMap(
            commit -> forge.history(commit).stream().map(s -> commit.substring(0, 8) + " " + s))
        .collect(Collectors.joining("\n"));
  }

  @Override
  public void close() {
    daemon.remove();
    removeNamespaces();
    forge.delete();
    forge.close();
  }

  private void removeNamespaces() {
    for (var name : namespaces) kubernetes.namespaces().withName(name).delete();
    await("the namespaces are gone")
        .atMost(Duration.ofMinutes(3))
        .until(
            () ->
                namespaces.stream()
                    .allMatch(n -> kubernetes.namespaces().withName(n).get() == null));
  }
}
