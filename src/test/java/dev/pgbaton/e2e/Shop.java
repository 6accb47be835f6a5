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
import java.util.function.Function;
import org.postgresql.ds.PGSimpleDataSource;

/** The clusters of {@code gitops-example} on the real Kubernetes, seen from outside. */
final class Shop {
  /** In place of a spec's first line: without it postgres is only let in inside its pods. */
  static final String SUPERUSER_EVERYWHERE = "spec:\n  access: {superuser: network}\n";

  /** At the end of orders' spec: whom {@link #ofAnApplication} comes as. */
  static final String APPLICATION =
      "  users: [{name: orders}]\n  databases: [{name: orders, owner: orders}]\n";

  static final String ORDERS = "orders";
  static final String MINIMAL = "minimal";
  static final String ORDERS_FILE = "clusters/orders.yaml";
  static final String MINIMAL_FILE = "clusters/minimal.yaml";

  private final KubernetesClient kubernetes;
  private final Surroundings where;
  private final Login login;

  /**
   * As whom it comes to orders.
   *
   * @param key of the Secret, where the password is
   */
  private record Login(String user, String database, String secret, String key) {}

  /** As the superuser, which the spec has to let in. */
  Shop(KubernetesClient kubernetes, Surroundings where) {
    this(
        kubernetes,
        where,
        new Login("postgres", "postgres", "orders-credentials", Names.SUPERUSER_PASSWORD));
  }

  private Shop(KubernetesClient kubernetes, Surroundings where, Login login) {
    this.kubernetes = kubernetes;
    this.where = where;
    this.login = login;
  }

  /** As an application does: with {@link #APPLICATION} in the spec. */
  static Shop ofAnApplication(KubernetesClient kubernetes, Surroundings where) {
    return new Shop(kubernetes, where, new Login("orders", "orders", "orders-orders", "password"));
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
    return at(where.nodePort()).apply(Databases.nodeAddress(kubernetes));
  }

  private PGSimpleDataSource service(String name) {
    return at(Names.POSTGRES_PORT).apply(address(name));
  }

  /** Of a Service. */
  String address(String service) {
    return kubernetes
        .services()
        .inNamespace(where.namespace())
        .withName(service)
        .get()
        .getSpec()
        .getClusterIP();
  }

  /** The route to each address, with the password as it is now. */
  Function<String, PGSimpleDataSource> at(int port) {
    var password = Daemon.secret(kubernetes, where.namespace(), login.secret(), login.key());
    return address -> {
      var database = Databases.at(address, port, login.user(), password);
      database.setDatabaseName(login.database());
      return database;
    };
  }

  /** The name of the instance that is writable. */
  String primary() throws SQLException {
    var byAddress = at(Names.POSTGRES_PORT);
    for (var pod : instances(ORDERS)) {
      var ip = pod.getStatus().getPodIP();
      if (ip == null) continue;
      try {
        if (Databases.query(byAddress.apply(ip), "select pg_is_in_recovery()").equals(List.of("f")))
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
