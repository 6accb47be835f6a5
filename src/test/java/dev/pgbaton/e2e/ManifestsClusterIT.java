package dev.pgbaton.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pgbaton.e2e.Forge.Status;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Repositories of plain manifests, on a real Kubernetes with a real forge, with the daemon as it is
 * installed. One daemon and one repository serve all of them, so they build on each other in this
 * order.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ManifestsClusterIT {
  private static final Surroundings WHERE = Surroundings.fromEnvironment();
  private static final Duration START = WHERE.patience(Duration.ofSeconds(120));
  private static final Duration ROLLOUT = WHERE.patience(Duration.ofMinutes(4));
  private static final Duration SOON = WHERE.patience(Duration.ofSeconds(30));
  private static final Duration LONGEST_GAP = Duration.ofSeconds(3);
  private static final String SUMMARY = "pgbaton/" + Daemon.ENVIRONMENT;
  private static final Path RESOURCES = Path.of("src/test/resources/dev/pgbaton");

  private static final String TUTORIAL = "clusters/tutorial";
  private static final String SET_FILE = TUTORIAL + "/postgresql/postgres-statefulset.yaml";
  private static final String SECRETS_FILE = TUTORIAL + "/postgresql/postgres-secrets.yaml";

  @TempDir static Path work;

  private static KubernetesClient kubernetes;
  private static Installation installation;
  private static Forge forge;
  private static Owned tutorial;
  private static String head;
  private static boolean running;

  @RegisterExtension
  static final Diagnostics DIAGNOSTICS =
      new Diagnostics(() -> kubernetes, WHERE, () -> installation.statuses());

  @BeforeAll
  static void installTheDaemon() throws Exception {
    kubernetes = Installation.client();
    var namespaces = List.of(WHERE.namespace());
    installation = new Installation(WHERE, kubernetes, work, namespaces);
    // As everybody does it: those that the daemon is told of are taken to exist.
    namespaces.forEach(namespace -> BareCluster.namespace(kubernetes, namespace));
    forge = installation.forge();
    tutorial =
        new Owned(
            kubernetes,
            WHERE.namespace(),
            "postgres-sts",
            "postgres-secrets",
            "postgresql-password",
            "pgpool-svc");
    installation.start(
        Map.of(
            "PGBATON_GIT_MANIFESTS", "directories",
            "PGBATON_GIT_MANIFESTS_NAMESPACE", WHERE.namespace(),
            "PGBATON_NAMESPACES", String.join(",", namespaces)));
  }

  @AfterAll
  static void removeEverything() {
    if (Boolean.getBoolean("pgbaton.keep")) return;
    if (installation != null) installation.close();
    kubernetes.close();
  }

  @Test
  @Order(1)
  void theTutorialsManifestsComeUpWithTwoImagesReplacedAndNothingElse() throws Exception {
    var began = Instant.now();
    PlainManifests.of(RESOURCES.resolve("desired/tutorial"))
        .with("registry.example.com/pgbaton/postgres:17", WHERE.postgresImage())
        .with("registry.example.com/pgbaton/pgpool:4.6", WHERE.pgpoolImage())
        // The tests' own, where several run at once.
        .with("nodePort: 32000", "nodePort: " + WHERE.nodePort())
        .write(forge, TUTORIAL);

    head = forge.push("The tutorial's manifests");

    System.out.println(awaitStatus(context(tutorial), "success", START));
    awaitStatus(SUMMARY, "success", SOON);
    System.out.printf("green after %d s%n", Duration.between(began, Instant.now()).toSeconds());
    assertThat(tutorial.ready()).isEqualTo(3);
    assertThat(tutorial.streaming()).hasSize(2);
    await("psql through pgpool's node port")
        .atMost(SOON)
        .ignoreExceptionsInstanceOf(SQLException.class)
        .until(() -> Databases.query(nodePort(), "select 1").equals(List.of("1")));
    running = true;
  }

  @Test
  @Order(2)
  void aNewImageGoesToTheReplicasFirst() throws Exception {
    assumeTrue(running);
    var primary = tutorial.primary();
    try (var watcher = watch(tutorial);
        var load = LoadClient.start(tutorial.throughPgpool())) {
      forge.edit(SET_FILE, WHERE.postgresImage(), WHERE.nextPostgresImage());
      head = forge.push("Another image");
      awaitStatus(context(tutorial), "success", ROLLOUT);

      rolled(tutorial, primary, watcher, load);
      assertThat(tutorial.images()).containsExactly(WHERE.nextPostgresImage());
    }
  }

  @Test
  @Order(3)
  void anotherPasswordIsRefusedInWordsAndNothingIsTouched() throws Exception {
    assumeTrue(running);
    var uids = tutorial.uids();
    var secrets = forge.read(SECRETS_FILE);
    var generation = tutorial.statefulSet().getMetadata().getGeneration();
    forge.edit(SECRETS_FILE, "c3VwZXItZXhhbXBsZQ==", "YW5vdGhlci1vbmU=");
    head = forge.push("Another password");

    var refused = awaitStatus(context(tutorial), "failure", SOON);
    System.out.println(refused);
    assertThat(refused.description())
        .startsWith("PasswordChanges: ")
        .contains("postgres-secrets")
        .contains("postgresql-password")
        .doesNotContain("YW5vdGhlci1vbmU", "another-one");
    assertThat(tutorial.password()).isEqualTo("super-example");
    assertThat(tutorial.uids()).isEqualTo(uids);
    assertThat(tutorial.statefulSet().getMetadata().getGeneration()).isEqualTo(generation);

    forge.write(SECRETS_FILE, secrets);
    head = forge.push("Taken back");
    awaitStatus(context(tutorial), "success", SOON);
  }

  @Test
  @Order(4)
  void aDeletedPrimarysPodComesBackAsAReplica() throws Exception {
    assumeTrue(running);
    var primary = tutorial.primary();
    var uid = tutorial.uids().get(primary);
    try (var load = LoadClient.start(tutorial.throughPgpool())) {
      kubernetes.pods().inNamespace(WHERE.namespace()).withName(primary).delete();
      awaitHealthy(tutorial, 3);

      assertThat(tutorial.uids().get(primary)).isNotEqualTo(uid);
      assertThat(tutorial.primary()).isNotEqualTo(primary);
      report("the primary's pod deleted", load);
      assertThat(load.stopAndFindLost()).isEmpty();
    }
    awaitStatus(SUMMARY, "success", START);
  }

  @Test
  @Order(5)
  void scaledToNothingAndBackByGitTheDataIsThere() throws Exception {
    assumeTrue(running);
    Databases.execute(
        tutorial.throughPgpool(), "create table kept as select generate_series(1, 1000) id");
    forge.edit(SET_FILE, "  replicas: 3", "  replicas: 0");
    head = forge.push("Nothing for a while");
    await("no instance").atMost(ROLLOUT).until(() -> tutorial.instances().isEmpty());
    System.out.println(awaitStatus(context(tutorial), "success", SOON));

    var began = Instant.now();
    forge.edit(SET_FILE, "  replicas: 0", "  replicas: 3");
    head = forge.push("All of them again");
    awaitStatus(context(tutorial), "success", ROLLOUT);

    System.out.printf("back after %d s%n", Duration.between(began, Instant.now()).toSeconds());
    awaitHealthy(tutorial, 3);
    assertThat(Databases.query(tutorial.throughPgpool(), "select count(*) from kept"))
        .containsExactly("1000");
  }

  private static Watcher watch(Owned cluster) {
    return Watcher.start(kubernetes, cluster.namespace(), cluster.set(), 3, cluster.password());
  }

  private static void rolled(Owned cluster, String primary, Watcher watcher, LoadClient load)
      throws SQLException {
    report(cluster.set() + " rolled out, " + watcher.replaced(), load);
    System.out.println(status(context(cluster)));
    watcher.spans().forEach(span -> System.out.println("  " + span));
    assertThat(watcher.replaced()).hasSize(3).endsWith(primary);
    assertThat(watcher.writableTogether()).as("two writable at once").isEmpty();
    assertThat(watcher.downTogether()).as("two instances down at once").isEmpty();
    assertThat(load.longestGap()).as("longest write gap").isLessThanOrEqualTo(LONGEST_GAP);
    assertThat(load.stopAndFindLost()).as("acknowledged rows that are lost").isEmpty();
  }

  private static void report(String what, LoadClient load) {
    System.out.printf(
        "%s: longest write gap %d ms, %d acknowledged rows%n",
        what, load.longestGap().toMillis(), load.count());
    load.failures().forEach(f -> System.out.printf("  attempt %d: %s%n", f.attempt(), f.message()));
  }

  private static void awaitHealthy(Owned cluster, int instances) {
    await("%d instances, all but one of them streaming".formatted(instances))
        .atMost(START)
        .pollInterval(Duration.ofMillis(300))
        .ignoreExceptionsInstanceOf(SQLException.class)
        .until(() -> cluster.ready() == instances && cluster.streaming().size() == instances - 1);
  }

  private static org.postgresql.ds.PGSimpleDataSource nodePort() {
    var node =
        kubernetes.nodes().list().getItems().stream()
            .flatMap(n -> n.getStatus().getAddresses().stream())
            .filter(a -> a.getType().equals("InternalIP"))
            .findFirst()
            .orElseThrow();
    return Databases.at(node.getAddress(), WHERE.nodePort(), "postgres", tutorial.password());
  }

  private static String context(Owned cluster) {
    return SUMMARY + "/" + cluster.namespace() + "/" + cluster.set();
  }

  private static Status status(String context) {
    return forge.status(head, context).orElseThrow();
  }

  /** On the commit that was pushed last. */
  private static Status awaitStatus(String context, String state, Duration atMost) {
    return await(context + " is " + state)
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(300))
        .until(
            () -> forge.status(head, context),
            status -> status.isPresent() && status.get().state().equals(state))
        .orElseThrow();
  }
}
