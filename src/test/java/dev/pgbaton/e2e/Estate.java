package dev.pgbaton.e2e;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;

/** One cluster of three instances and pgpool under pgbaton, with a repository of its own. */
final class Estate implements AutoCloseable {
  private static final String FILE = "clusters/orders.yaml";
  private static final Duration PATIENCE = Duration.ofSeconds(150);

  private final Surroundings where;
  private final KubernetesClient kubernetes;
  private final Installation installation;
  private final Forge forge;
  private final Daemon daemon;
  private final Shop shop;
  private int instances = 3;
  private int synchronousStandbys;
  private String image;

  private Estate(Surroundings where, Installation installation) {
    this.where = where;
    this.installation = installation;
    this.kubernetes = installation.kubernetes();
    this.forge = installation.forge();
    this.daemon = installation.daemon();
    this.shop = new Shop(kubernetes, where);
    this.image = where.postgresImage();
  }

  /** Everything new; returns when the cluster is as it should be. */
  static Estate install(Surroundings where, KubernetesClient kubernetes, Path work)
      throws Exception {
    var installation = new Installation(where, kubernetes, work);
    installation.start();
    var estate = new Estate(where, installation);
    estate.push();
    return estate;
  }

  Shop shop() {
    return shop;
  }

  Daemon daemon() {
    return daemon;
  }

  KubernetesClient kubernetes() {
    return kubernetes;
  }

  String image() {
    return image;
  }

  void image(String next) throws SQLException {
    image = next;
    push();
  }

  void synchronousStandbys(int count) throws SQLException {
    if (count == synchronousStandbys) return;
    synchronousStandbys = count;
    push();
  }

  void size(int count, int synchronous) throws SQLException {
    instances = count;
    synchronousStandbys = synchronous;
    push();
  }

  /** Returns when the commit is green. */
  private void push() throws SQLException {
    var spec =
        """
        apiVersion: pgbaton.dev/v1alpha1
        kind: PostgresCluster
        metadata: {name: orders, namespace: %s}
        spec:
          instances: %d
          image: %s
          storage: {size: 1Gi}
          replication: {synchronousStandbys: %d}
          pgpool: {instances: 2, image: %s}
          scheduling: {antiAffinity: required}
          access: {superuser: network}
        """
            .formatted(
                where.namespace(), instances, image, synchronousStandbys, where.pgpoolImage());
    var commit =
        forge
            .write(FILE, spec)
            .push("%s, %d, %d synchronous".formatted(image, instances, synchronousStandbys));
    await("the commit is green")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(
            () ->
                forge
                    .status(commit, "pgbaton/" + Daemon.ENVIRONMENT)
                    .filter(s -> s.state().equals("success"))
                    .isPresent());
    awaitSettled();
  }

  String statuses() {
    return installation.statuses();
  }

  /** All instances are there, and all but one stream from that one. */
  void awaitSettled() {
    await("%d instances, all but one of them streaming".formatted(instances))
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(100))
        .until(this::settled);
  }

  private boolean settled() throws SQLException {
    var pods = shop.instances(Shop.ORDERS);
    if (pods.size() != instances
        || !pods.stream().allMatch(p -> Readiness.getInstance().isReady(p))
        || pods.stream().anyMatch(p -> p.getMetadata().getDeletionTimestamp() != null))
      return false;
    var states =
        Databases.query(
            shop.throughPrimaryService(),
            "select state || ' ' || sync_state from pg_stat_replication where application_name like 'orders-%'");
    return states.size() == instances - 1
        && states.stream().allMatch(s -> s.startsWith("streaming"))
        && (synchronousStandbys == 0 || states.stream().anyMatch(s -> !s.endsWith("async")));
  }

  String holder() {
    return kubernetes
        .leases()
        .inNamespace(where.namespace())
        .withName(Shop.ORDERS)
        .get()
        .getSpec()
        .getHolderIdentity();
  }

  int epoch() {
    return kubernetes
        .leases()
        .inNamespace(where.namespace())
        .withName(Shop.ORDERS)
        .get()
        .getSpec()
        .getLeaseTransitions();
  }

  /** As the daemon does it. */
  void askToHandOff(String candidate) {
    HandOffRequest.write(kubernetes, where.namespace(), Shop.ORDERS, candidate);
  }

  void scaleInstances(int count) {
    kubernetes
        .apps()
        .statefulSets()
        .inNamespace(where.namespace())
        .withName(Shop.ORDERS)
        .scale(count);
  }

  /** Returns when as many run. */
  void scaleDaemon(int count) {
    var name =
        kubernetes
            .apps()
            .deployments()
            .inNamespace(where.systemNamespace())
            .list()
            .getItems()
            .getFirst()
            .getMetadata()
            .getName();
    kubernetes
        .apps()
        .deployments()
        .inNamespace(where.systemNamespace())
        .withName(name)
        .scale(count);
    await("%d daemons".formatted(count))
        .atMost(PATIENCE)
        .until(() -> count == 0 ? daemon.pod().isEmpty() : daemon.ready());
  }

  Pod pod(String name) {
    return kubernetes.pods().inNamespace(where.namespace()).withName(name).get();
  }

  /** Empty between the end of a pod and the making of the next. */
  String uid(String name) {
    var pod = pod(name);
    return pod == null ? "" : pod.getMetadata().getUid();
  }

  Surroundings where() {
    return where;
  }

  @Override
  public void close() {
    installation.close();
  }

  static Path workDirectory() throws IOException {
    return Files.createTempDirectory("pgbaton-estate");
  }
}
