package dev.pgbaton.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgbaton.cluster.Names;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * pgbaton's own passwords made anew while a hundred clients a second log in, the daemon killed
 * after each step, and a replica down in the middle. Not part of CI, where a machine's other work
 * would decide what is refused; docs/chaos.md says how it is run.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RotationSoak {
  private static final Surroundings WHERE = Surroundings.fromEnvironment();
  private static final Duration PATIENCE = WHERE.patience(Duration.ofSeconds(120));
  private static final Duration SOON = WHERE.patience(Duration.ofSeconds(20));
  private static final Machine MACHINE = Machine.fromEnvironment();
  private static final String LEDGER = "ledger";
  private static final String SPEC =
      """
      apiVersion: pgbaton.dev/v1alpha1
      kind: PostgresCluster
      metadata: {name: ledger, namespace: %s}
      spec:
        instances: 2
        image: %s
        storage: {size: 1Gi}
        access: {superuser: network}
        pgpool: {instances: 2, image: %s}
        credentials: {rotation: %s}
        users: [{name: app}]
        databases: [{name: shop, owner: app}]
      """;

  private static KubernetesClient kubernetes;
  private static Installation installation;

  @TempDir static Path work;

  @RegisterExtension
  static final Diagnostics DIAGNOSTICS =
      new Diagnostics(() -> kubernetes, WHERE, () -> installation.statuses());

  @BeforeAll
  static void aCluster() throws Exception {
    kubernetes = Installation.client();
    installation = new Installation(WHERE, kubernetes, work);
    installation.start();
    green(pushed("none"));
    Databases.execute(app("ledger-primary"), "create table entries (what text)");
    await("pgpool knows the user").atMost(SOON).until(() -> logsIn(app("ledger-pgpool")));
  }

  @AfterAll
  static void removeEverything() {
    installation.close();
    kubernetes.close();
  }

  /**
   * Twice, so that either login has been in use. The second time the daemon is killed after each
   * step, which loses nothing: it decides from what is there.
   */
  @Test
  @Order(1)
  void nobodyIsRefusedWhileTheDaemonIsKilledAfterEachStep() throws Exception {
    var before = uids("postgresql", "pgpool");
    var restarts = restarts();
    var former = new ArrayList<>(passwords());
    var superuserBefore = secret("ledger-credentials").get(Names.SUPERUSER_PASSWORD);
    try (var load =
        Newcomers.come(
            List.of(app("ledger-pgpool"), app("ledger-primary")),
            "insert into entries (what) values ('again')")) {
      var began = System.nanoTime();
      green(pushed("first"));
      ended();
      var took = Duration.ofNanos(System.nanoTime() - began);
      former.addAll(passwords());

      var commit = pushed("second");
      try (var kills =
          new KilledAtEachStep(
              MACHINE.nodes(),
              WHERE.systemNamespace(),
              installation.daemon(),
              new RotationSteps(commit))) {
        green(commit);
        ended();
        System.out.printf(
            "rotated in %d ms; again with %d kills: %s%n",
            took.toMillis(), kills.killedAfter().size(), kills.killedAfter());
        assertThat(kills.killedAfter()).containsExactlyElementsOf(RotationSteps.ALL);
      }
      load.end();
      System.out.printf(
          "while passwords changed twice: %d logins, %.0f a second, %d refused%n",
          load.written() + load.refused().size(), load.rate(), load.refused().size());
      assertThat(load.refused()).isEmpty();
      assertThat(load.rate()).isGreaterThan(Newcomers.RATE / (2.0 * WHERE.slack()));
      assertThat(took).isLessThan(WHERE.patience(Duration.ofSeconds(30)));
    }

    assertThat(passwords()).doesNotContainAnyElementsOf(former);
    assertThat(uids("postgresql", "pgpool")).isEqualTo(before);
    assertThat(restarts()).isEqualTo(restarts);
    assertThat(refusals()).isEmpty();
    assertThat(logsIn(superuser())).isTrue();
    var superuserOfBefore = superuser();
    superuserOfBefore.setPassword(superuserBefore);
    assertThat(logsIn(superuserOfBefore)).isFalse();
  }

  /** It goes right after the new logins were made, and finds no node until it may. */
  @Test
  @Order(2)
  void itWaitsForAReplicaThatIsDownWithBothLoginsWorking() throws Exception {
    var primary = holder();
    var replica =
        pods("postgresql").stream()
            .filter(pod -> !pod.getMetadata().getName().equals(primary))
            .findFirst()
            .orElseThrow();
    var nodes =
        kubernetes.nodes().list().getItems().stream()
            .map(node -> node.getMetadata().getName())
            .toArray(String[]::new);
    String commit;
    try {
      Shell.run(WHERE.kubectl(), words("cordon", nodes));
      commit = pushed("third");
      await("the new logins are made")
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(20))
          .until(() -> secret("ledger-credentials").get("logins").endsWith("prepared"));
      MACHINE.kill(MACHINE.processes(replica.getMetadata().getUid(), _ -> true));
      kubernetes.resource(replica).withGracePeriod(0).delete();

      await("it says what it waits for")
          .atMost(SOON)
          .until(
              () ->
                  installation
                      .forge()
                      .status(
                          commit,
                          "pgbaton/%s/%s/%s"
                              .formatted(Daemon.ENVIRONMENT, WHERE.namespace(), LEDGER))
                      .filter(
                          s ->
                              s.state().equals("pending")
                                  && s.description().contains("RotationWaits")
                                  && s.description().contains("both working")
                                  && s.description().contains(replica.getMetadata().getName()))
                      .isPresent());
      var logins = secret("ledger-credentials");
      assertThat(logins.get("logins")).doesNotContain("ended");
      for (var route : List.of("ledger-primary", "ledger-pgpool"))
        for (var login : List.of("pgbaton", "pgbaton_2")) {
          var database = at(route, login, "postgres", logins.get(key(login)));
          await(login + " gets in by " + route).atMost(SOON).until(() -> logsIn(database));
        }
      for (var login : List.of("repmgr", "repmgr_2"))
        assertThat(logsIn(at("ledger-primary", login, "repmgr", logins.get(key(login)))))
            .as(login)
            .isTrue();
      assertThat(secret("ledger-credentials").get("logins")).isEqualTo(logins.get("logins"));
    } finally {
      Shell.run(WHERE.kubectl(), words("uncordon", nodes));
    }
    var back = System.nanoTime();
    green(commit);
    ended();
    System.out.printf(
        "the rotation ended %d ms after the replica might come back%n",
        Duration.ofNanos(System.nanoTime() - back).toMillis());
    assertThat(holder()).isEqualTo(primary);
  }

  /** Of pgbaton's own logins, whatever they are told to be. */
  private static List<String> refusals() {
    return pods("postgresql", "pgpool").stream()
        .flatMap(
            pod ->
                Shell.run(
                        WHERE.kubectl(),
                        "-n",
                        WHERE.namespace(),
                        "logs",
                        pod.getMetadata().getName())
                    .lines())
        .filter(line -> line.matches(".*\"(repmgr|pgbaton)(_2)?\".*"))
        .filter(line -> line.matches(".*(authentication failed|not permitted to log in).*"))
        .toList();
  }

  private static void ended() {
    await("the former logins are locked")
        .atMost(PATIENCE)
        .until(
            () ->
                secret("ledger-credentials").get("logins").endsWith("ended")
                    && Databases.query(
                                superuser(),
                                "select rolname from pg_roles where rolname ~ '^(repmgr|pgbaton)' and rolcanlogin")
                            .size()
                        == 2);
  }

  private static String pushed(String rotation) {
    return installation
        .forge()
        .write(
            "clusters/ledger.yaml",
            SPEC.formatted(WHERE.namespace(), WHERE.postgresImage(), WHERE.pgpoolImage(), rotation))
        .push("Rotation " + rotation);
  }

  private static void green(String commit) {
    await(commit + " is green")
        .atMost(PATIENCE)
        .until(() -> status(commit).filter(s -> s.state().equals("success")).isPresent());
  }

  private static Optional<Forge.Status> status(String commit) {
    return installation.forge().status(commit, "pgbaton/" + Daemon.ENVIRONMENT);
  }

  private static List<String> passwords() {
    return secret("ledger-credentials").entrySet().stream()
        .filter(entry -> entry.getKey().endsWith("-password") && !entry.getValue().isEmpty())
        .map(Map.Entry::getValue)
        .toList();
  }

  private static Map<String, String> secret(String name) {
    var values = new TreeMap<String, String>();
    kubernetes
        .secrets()
        .inNamespace(WHERE.namespace())
        .withName(name)
        .get()
        .getData()
        .forEach(
            (key, value) ->
                values.put(
                    key, new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8)));
    return values;
  }

  private static PGSimpleDataSource app(String route) {
    return at(route, "app", "shop", secret("ledger-app").get("password"));
  }

  private static PGSimpleDataSource superuser() {
    return at(
        "ledger-primary",
        "postgres",
        "postgres",
        secret("ledger-credentials").get(Names.SUPERUSER_PASSWORD));
  }

  private static PGSimpleDataSource at(
      String service, String user, String database, String password) {
    var address =
        kubernetes
            .services()
            .inNamespace(WHERE.namespace())
            .withName(service)
            .get()
            .getSpec()
            .getClusterIP();
    var source = Databases.at(address, Names.POSTGRES_PORT, user, password);
    source.setDatabaseName(database);
    return source;
  }

  private static boolean logsIn(PGSimpleDataSource database) {
    try {
      return !Databases.query(database, "select 1").isEmpty();
    } catch (SQLException e) {
      return false;
    }
  }

  private static String holder() {
    return kubernetes
        .leases()
        .inNamespace(WHERE.namespace())
        .withName(LEDGER)
        .get()
        .getSpec()
        .getHolderIdentity();
  }

  private static int restarts() {
    return pods("postgresql", "pgpool").stream()
        .flatMap(pod -> pod.getStatus().getContainerStatuses().stream())
        .mapToInt(container -> container.getRestartCount())
        .sum();
  }

  private static List<String> uids(String... components) {
    return pods(components).stream().map(p -> p.getMetadata().getUid()).sorted().toList();
  }

  private static List<Pod> pods(String... components) {
    return Stream.of(components)
        .flatMap(
            component ->
                kubernetes
                    .pods()
                    .inNamespace(WHERE.namespace())
                    .withLabel(Names.CLUSTER_LABEL, LEDGER)
                    .withLabel(Names.COMPONENT_LABEL, component)
                    .list()
                    .getItems()
                    .stream())
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .toList();
  }

  private static String key(String login) {
    return login.replace('_', '-') + "-password";
  }

  private static String[] words(String first, String... more) {
    return Stream.concat(Stream.of(first), Stream.of(more)).toArray(String[]::new);
  }
}
