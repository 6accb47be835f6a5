package dev.pgbaton.e2e;

import static dev.pgbaton.e2e.Shop.ORDERS;
import static dev.pgbaton.e2e.Shop.ORDERS_FILE;
import static org.awaitility.Awaitility.await;

import dev.pgbaton.cluster.Names;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A daemon, its repository and one cluster of three instances with a synchronous standby, for tests
 * that go on for long.
 */
final class Stage implements AutoCloseable {
  static final String SUMMARY = "pgbaton/" + Daemon.ENVIRONMENT;
  static final int INSTANCES = 3;

  private final Installation installation;
  private final Shop shop;
  private final SharedIndexInformer<Pod> pods;
  private String head;

  Stage(Surroundings where, Path work) throws Exception {
    installation = new Installation(where, Installation.client(), work);
    shop = new Shop(kubernetes(), where);
    installation.start();
    forge()
        .write(
            ORDERS_FILE,
            installation
                .example(ORDERS_FILE)
                .replace(
                    "max_connections: \"200\"", "max_connections: \"200\"\n      work_mem: 4MB")
                .replace("32000", "" + where.nodePort())
                .replace("spec:\n", Shop.SUPERUSER_EVERYWHERE));
    push("A cluster of three");
    await("three instances and a final status")
        .atMost(where.patience(Duration.ofMinutes(2)))
        .pollInterval(Duration.ofMillis(500))
        .until(() -> shop.ready(ORDERS) == INSTANCES && verdict().isPresent());
    pods =
        kubernetes()
            .pods()
            .inNamespace(where.namespace())
            .withLabel(Names.CLUSTER_LABEL, ORDERS)
            .inform();
  }

  KubernetesClient kubernetes() {
    return installation.kubernetes();
  }

  Shop shop() {
    return shop;
  }

  Forge forge() {
    return installation.forge();
  }

  Daemon daemon() {
    return installation.daemon();
  }

  void push(String message) {
    head = forge().push(message);
  }

  /** The last commit's summary, if it is final. */
  Optional<Forge.Status> verdict() {
    return forge().status(head, SUMMARY).filter(s -> !s.state().equals("pending"));
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
    return installation.statuses();
  }

  PGSimpleDataSource at(Pod pod, String password) {
    return Databases.at(pod.getStatus().getPodIP(), Names.POSTGRES_PORT, "postgres", password);
  }

  @Override
  public void close() {
    pods.close();
    if (Boolean.getBoolean("pgbaton.keep")) forge().close();
    else installation.close();
    kubernetes().close();
  }
}
