package dev.pgbaton.e2e;

import dev.pgbaton.cluster.Names;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import org.postgresql.ds.PGSimpleDataSource;

/** The clusters of {@code gitops-example} on the real Kubernetes, seen from outside. */
final class Shop {
  static final String ORDERS = "orders";
  static final String MINIMAL = "minimal";
  static final String ORDERS_FILE = "clusters/orders.yaml";
  static final String MINIMAL_FILE = "clusters/minimal.yaml";

  private final KubernetesClient kubernetes;
  private final Surroundings where;

  Shop(KubernetesClient kubernetes, Surroundings where) {
    this.kubernetes = kubernetes;
    this.where = where;
  }

  List<Pod> instances(String cluster) {
    return kubernetes
        .pods()
        .inNamespace(where.namespace())
        .withLabel(Names.CLUSTER_LABEL, cluster)
        .withLabel(Names.COMPONENT_LABEL, "postgresql")
        .list()
        .getItems()
        .stream()
        .sorted(Comparator.comparing(p -> p.getMetadata().getName()))
        .toList();
  }

  long ready(String cluster) {
    return instances(cluster).stream()
        .filter(p -> p.getMetadata().getDeletionTimestamp() == null)
        .filter(Readiness.getInstance()::isReady)
        .count();
  }

  List<String> images(String cluster) {
    return instances(cluster).stream()
        .map(p -> p.getSpec().getContainers().getFirst().getImage())
        .distinct()
        .toList();
  }

  String password(String cluster) {
    return Daemon.secret(
        kubernetes, where.namespace(), cluster + "-credentials", Names.SUPERUSER_PASSWORD);
  }

  /** The clients' route through pgpool's Service. */
  PGSimpleDataSource throughPgpool() {
    return service("orders-pgpool");
  }

  PGSimpleDataSource throughPrimaryService() {
    return service("orders-primary");
  }

  PGSimpleDataSource throughNodePort() {
    return Databases.atANode(kubernetes, where.nodePort(), password(ORDERS));
  }

  private PGSimpleDataSource service(String name) {
    var address =
        kubernetes
            .services()
            .inNamespace(where.namespace())
            .withName(name)
            .get()
            .getSpec()
            .getClusterIP();
    return Databases.at(address, Names.POSTGRES_PORT, "postgres", password(ORDERS));
  }

  /** The name of the instance that is writable. */
  String primary() throws SQLException {
    for (var pod : instances(ORDERS)) {
      var ip = pod.getStatus().getPodIP();
      if (ip == null) continue;
      try {
        var database = Databases.at(ip, Names.POSTGRES_PORT, "postgres", password(ORDERS));
        if (Databases.query(database, "select pg_is_in_recovery()").equals(List.of("f")))
          return pod.getMetadata().getName();
      } catch (SQLException e) {
        // Not that one.
      }
    }
    throw new SQLException("no instance is writable");
  }

  String uid(String pod) {
    return kubernetes
        .pods()
        .inNamespace(where.namespace())
        .withName(pod)
        .get()
        .getMetadata()
        .getUid();
  }

  StatefulSet statefulSet(String cluster) {
    return kubernetes.apps().statefulSets().inNamespace(where.namespace()).withName(cluster).get();
  }

  long generation(String cluster) {
    return statefulSet(cluster).getMetadata().getGeneration();
  }

  List<Event> events() {
    return kubernetes.v1().events().inNamespace(where.namespace()).list().getItems().stream()
        .filter(e -> "StatefulSet".equals(e.getInvolvedObject().getKind()))
        .filter(e -> e.getMessage() != null)
        .toList();
  }
}
