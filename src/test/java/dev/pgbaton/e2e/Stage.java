package dev.pgbaton.e2e;

import static dev.pgbaton.e2e.Shop.ORDERS;
import static dev.pgbaton.e2e.Shop.ORDERS_FILE;
import static org.awaitility.Awaitility.await;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.kube.ClientConfiguration;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A daemon, its repository and one cluster of three instances with a synchronous standby, for tests
 * that go on for long.
 */
final class Stage implements AutoCloseable {
  static final String SUMMARY = "pgbaton/" + Daemon.ENVIRONMENT;
  static final int INSTANCES = 3;

  private final Surroundings where;
  private final KubernetesClient kubernetes;
  private final Shop shop;
  private final Forge forge;
  private final Daemon daemon;
  private final SharedIndexInformer<Pod> pods;
  private String head;

  Stage(Surroundings where, Path work) throws Exception {
    this.where = where;
    var config = Config.autoConfigure(null);
    new ClientConfiguration().customize(config);
    config.setUserAgent("pgbaton-tests");
    kubernetes =
        new KubernetesClientBuilder()
            .withConfig(config)
            .withHttpClientFactory(new JdkHttpClientFactory())
            .build();
    shop = new Shop(kubernetes, where);
    removeNamespaces();
    if (!where.imageLoad().isEmpty())
      Shell.run(
          where.imageLoad(),
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
    daemon.install(forge.url(), Duration.ofSeconds(2));
    forge.write(
        ORDERS_FILE,
        Files.readString(Path.of("gitops-example").resolve(ORDERS_FILE))
            .replace("registry.example.com/pgbaton/postgres:17", where.postgresImage())
            .replace("registry.example.com/pgbaton/pgpool:4.6", where.pgpoolImage())
            .replace("namespace: shop", "namespace: " + where.namespace())
            .replace("max_connections: \"200\"", "max_connections: \"200\"\n      work_mem: 4MB")
            .replace("32000", "" + where.nodePort()));
    push("A cluster of three");
    await("three instances and a final status")
        .atMost(where.patience(Duration.ofMinutes(2)))
        .pollInterval(Duration.ofMillis(500))
        .until(() -> shop.ready(ORDERS) == INSTANCES && verdict().isPresent());
    pods =
        kubernetes
            .pods()
            .inNamespace(where.namespace())
            .withLabel(Names.CLUSTER_LABEL, ORDERS)
            .inform();
  }

  KubernetesClient kubernetes() {
    return kubernetes;
  }

  Shop shop() {
    return shop;
  }

  Forge forge() {
    return forge;
  }

  Daemon daemon() {
    return daemon;
  }

  void push(String message) {
    head = forge.push(message);
  }

  /** The last commit's summary, if it is final. */
  Optional<Forge.Status> verdict() {
    return forge.status(head, SUMMARY).filter(s -> !s.state().equals("pending"));
  }

  /** As they are known, also while the API server is away. */
  List<Pod> knownInstances() {
    return known("postgresql");
  }

  List<Pod> knownPgpools() {
    return known("pgpool");
  }

  private List<Pod> known(String component) {
    return pods.getStore().list().stream()
        .filter(p -> component.equals(p.getMetadata().getLabels().get(Names.COMPONENT_LABEL)))
        .sorted(java.util.Comparator.comparing(p -> p.getMetadata().getName()))
        .toList();
  }

  String statuses() {
    return forge.commits().stream()
        .flatMap(
            commit -> forge.history(commit).stream().map(s -> commit.substring(0, 8) + " " + s))
        .collect(Collectors.joining("\n"));
  }

  PGSimpleDataSource at(Pod pod, String password) {
    return Databases.at(pod.getStatus().getPodIP(), Names.POSTGRES_PORT, "postgres", password);
  }

  @Override
  public void close() {
    pods.close();
    if (!Boolean.getBoolean("pgbaton.keep")) {
      daemon.remove();
      removeNamespaces();
      forge.delete();
    }
    forge.close();
    kubernetes.close();
  }

  private void removeNamespaces() {
    var names = List.of(where.systemNamespace(), where.namespace());
    for (var name : names) kubernetes.namespaces().withName(name).delete();
    await("the namespaces are gone")
        .atMost(Duration.ofMinutes(3))
        .until(
            () ->
                names.stream()
                    .allMatch(name -> kubernetes.namespaces().withName(name).get() == null));
  }
}
