package dev.pgbaton.e2e;

import static dev.pgbaton.e2e.Shop.MINIMAL;
import static dev.pgbaton.e2e.Shop.MINIMAL_FILE;
import static dev.pgbaton.e2e.Shop.ORDERS;
import static dev.pgbaton.e2e.Shop.ORDERS_FILE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.e2e.Forge.Status;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A {@code git push} changes a running cluster, safely, and the commit says so: on a real
 * Kubernetes with a real forge, with the daemon as its Deployment. One daemon and one repository
 * serve all of them, so they build on each other in this order.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class GitopsClusterIT {
  private static final Surroundings WHERE = Surroundings.fromEnvironment();
  private static final Duration START = WHERE.patience(Duration.ofSeconds(90));
  private static final Duration ROLLOUT = WHERE.patience(Duration.ofMinutes(5));
  private static final Duration LONGEST_GAP = WHERE.patience(Duration.ofSeconds(2));
  private static final String SUMMARY = "pgbaton/" + Daemon.ENVIRONMENT;

  @TempDir static Path work;

  private static KubernetesClient kubernetes;
  private static Installation installation;
  private static Forge forge;
  private static Daemon daemon;
  private static Shop shop;
  private static String head;
  private static boolean running;

  @RegisterExtension
  static final Diagnostics DIAGNOSTICS =
      new Diagnostics(() -> kubernetes, WHERE, () -> installation.statuses());

  @BeforeAll
  static void installTheDaemon() throws Exception {
    kubernetes = Installation.client();
    shop = Shop.ofAnApplication(kubernetes, WHERE);
    installation = new Installation(WHERE, kubernetes, work);
    forge = installation.forge();
    daemon = installation.daemon();
    installation.start(Map.of(Daemon.ACTIONS, "kubernetes"));
  }

  @AfterAll
  static void removeEverything() {
    if (Boolean.getBoolean("pgbaton.keep")) return;
    if (installation != null) installation.close();
    kubernetes.close();
  }

  @Test
  @Order(1)
  void aPushBringsThreeReadyInstancesAndTheCommitIsGreen() throws Exception {
    forge.write(
        ORDERS_FILE,
        installation.example(ORDERS_FILE).replace("32000", "" + WHERE.nodePort())
            + Shop.APPLICATION);
    forge.write(MINIMAL_FILE, installation.example(MINIMAL_FILE));
    var began = Instant.now();

    head = forge.push("Two clusters");

    await("three instances are Ready").atMost(START).until(() -> shop.ready(ORDERS) == 3);
    var summary = awaitStatus(head, SUMMARY, "success", START);
    assertThat(Duration.between(began, Instant.now())).isLessThan(START);
    System.out.printf(
        "three Ready and green after %d s: %s%n",
        Duration.between(began, Instant.now()).toSeconds(), summary);
    assertThat(status(ORDERS).state()).isEqualTo("success");
    assertThat(status(MINIMAL).state()).isEqualTo("success");
    assertThat(inside(shop.primary(), "select application_name from pg_stat_replication").lines())
        .hasSize(2);
    assertThat(Databases.query(shop.throughNodePort(), "select 1")).containsExactly("1");
    // pgpool cuts off without a word whom PostgreSQL turns away.
    for (var service : List.of("orders-primary", "orders-replicas"))
      assertThatThrownBy(() -> superuserLogsIn(service))
          .as(service)
          .hasMessageContaining("pg_hba.conf rejects connection");
    assertThatThrownBy(() -> superuserLogsIn("orders-pgpool"))
        .isInstanceOf(java.sql.SQLException.class);
    assertThat(daemon.ready()).isTrue();
    running = true;
  }

  @Test
  @Order(2)
  void aNewImageGoesToTheReplicasFirstAndToThePrimaryLast() throws Exception {
    assumeTrue(running);
    var primary = shop.primary();
    var gap = rollOut(() -> setImage(WHERE.nextPostgresImage()));

    assertThat(gap.watcher().replaced()).hasSize(3).endsWith(primary);
    assertThat(shop.images(ORDERS)).containsExactly(WHERE.nextPostgresImage());
    assertThat(status(ORDERS).description()).containsPattern("longest write gap \\d+\\.\\d+ s");
    assertThat(daemon.metrics())
        .containsPattern("pgbaton_\\w*outage\\w*\\{[^}]*orders[^}]*} \\d+\\.\\d+")
        .containsPattern("pgbaton_handoff_write_outage_seconds_bucket\\{[^}]*le=\"60.0\"[^}]*} 1")
        .containsPattern("pgbaton_primary_moves_total\\{cause=\"handoff\"[^}]*} 1");
    await("it is said on the StatefulSet")
        .atMost(START)
        .untilAsserted(
            () ->
                assertThat(shop.events())
                    .extracting(e -> e.getReason())
                    .contains("PrimaryMoved", "HandoffMeasured"));
    assertThat(status(ORDERS).state()).isEqualTo("success");
  }

  @Test
  @Order(3)
  void anImageThatDoesNotExistStopsAtTheFirstReplica() throws Exception {
    assumeTrue(running);
    var primary = shop.primary();
    var uid = shop.uid(primary);
    try (var load = LoadClient.start(shop.throughPgpool())) {
      var image = image();
      setImage(missing());
      var parameter = "max_connections: \"200\"";
      forge.edit(ORDERS_FILE, parameter, parameter + "\n      work_mem: 12MB");
      head = forge.push("An image that does not exist, and a setting");

      var red = awaitStatus(head, context(ORDERS), "failure", ROLLOUT);
      assertThat(red.description()).contains("did not come back").contains("ImagePull");
      assertThat(awaitStatus(head, SUMMARY, "failure", START).description()).contains(ORDERS);
      assertThat(shop.uid(primary)).isEqualTo(uid);
      assertThat(shop.primary()).isEqualTo(primary);

      await("the setting is taken back too")
          .atMost(START)
          .until(
              () ->
                  !Databases.query(shop.throughPrimaryService(), "show work_mem").contains("12MB"));

      setImage(image);
      forge.edit(ORDERS_FILE, "\n      work_mem: 12MB", "");
      head = forge.push("The fix");
      awaitStatus(head, SUMMARY, "success", ROLLOUT);
      assertThat(status(ORDERS).state()).isEqualTo("success");
      assertThat(shop.ready(ORDERS)).isEqualTo(3);
      assertThat(shop.uid(primary)).isEqualTo(uid);
      assertThat(load.longestGap()).isLessThanOrEqualTo(LONGEST_GAP);
      assertThat(load.stopAndFindLost()).isEmpty();
    }
  }

  @Test
  @Order(4)
  void aSettingOfTheWrongTypeIsRefusedWithItsPlace() {
    refused("max_connections: \"200\"", "max_connections: lots", "max_connections", "lots");
  }

  @Test
  @Order(5)
  void aMisspeltFieldIsRefusedWithItsPlace() {
    refused("  storage:\n", "  storrage:\n", "storrage", "storage");
  }

  @Test
  @Order(6)
  void aSmallerVolumeIsRefusedWithItsPlace() {
    refused("size: 10Gi", "size: 8Gi", "spec.storage.size", "10Gi");
  }

  @Test
  @Order(7)
  void whatIsChangedByHandIsRepairedAndSaid() {
    assumeTrue(running);
    kubectl("scale", "statefulset/" + ORDERS, "--replicas=2");
    await("three instances again")
        .atMost(ROLLOUT)
        .until(
            () -> shop.statefulSet(ORDERS).getSpec().getReplicas() == 3 && shop.ready(ORDERS) == 3);
    await("it is said")
        .atMost(START)
        .until(() -> shop.events().stream().anyMatch(e -> e.getMessage().contains("replicas")));

    kubectl(
        "patch",
        "service/orders-primary",
        "--type=json",
        "-p",
        "[{\"op\": \"replace\", \"path\": \"/spec/ports/0/port\", \"value\": 5433}]");
    await("the Service's port again")
        .atMost(START)
        .until(
            () ->
                kubernetes
                        .services()
                        .inNamespace(WHERE.namespace())
                        .withName("orders-primary")
                        .get()
                        .getSpec()
                        .getPorts()
                        .getFirst()
                        .getPort()
                    == 5432);
    await("it is said")
        .atMost(START)
        .until(
            () -> shop.events().stream().anyMatch(e -> e.getMessage().contains("orders-primary")));
    awaitStatus(head, SUMMARY, "success", ROLLOUT);
  }

  @Test
  @Order(8)
  void aKilledDaemonsRolloutIsEndedByTheNextOneInOrder() throws Exception {
    assumeTrue(running);
    var primary = shop.primary();
    var restarts = daemon.restarts();
    var image =
        image().equals(WHERE.postgresImage()) ? WHERE.nextPostgresImage() : WHERE.postgresImage();
    var result = rollOut(() -> setImage(image), daemon::crash);

    assertThat(daemon.restarts()).isGreaterThan(restarts);
    assertThat(result.watcher().replaced()).hasSize(3).endsWith(primary);
    assertThat(shop.images(ORDERS)).containsExactly(image);
    assertThat(status(ORDERS).description()).contains("longest write gap not known");
  }

  @Test
  @Order(9)
  void withNothingToDoItAsksTheApiServerForNothing() throws Exception {
    assumeTrue(running);
    assumeTrue(WHERE.auditLog().isPresent(), "no audit log to read");
    var seconds = Integer.getInteger("pgbaton.quiet", 60);
    pause(Duration.ofSeconds(10));
    var before = forge.history(head).size();

    var quiet = Quiet.since(WHERE.auditLog().get());
    pause(Duration.ofSeconds(seconds));

    assertThat(quiet.requestsBut(daemon.user(), "watch")).isEmpty();
    assertThat(forge.history(head)).hasSize(before);
  }

  @Test
  @Order(10)
  void atRestItTakesAtMost256MiB() {
    assumeTrue(running);
    var resident = daemon.residentMemory();
    System.out.printf("the daemon's resident memory: %d MiB%n", resident);
    assertThat(resident).isLessThanOrEqualTo(256);
  }

  @Test
  @Order(11)
  void whatPlanSaysBeforeAPushIsWhatTheDaemonDoesAfterIt() throws Exception {
    assumeTrue(running);
    var before = versions();
    var quiet = plan(forge.read(ORDERS_FILE));
    assertThat(quiet.output()).contains("orders: nothing to do");
    assertThat(quiet.exit()).isZero();

    var primary = shop.primary();
    var orders = forge.read(ORDERS_FILE);
    var other =
        image().equals(WHERE.postgresImage()) ? WHERE.nextPostgresImage() : WHERE.postgresImage();
    setImage(other);
    var wanted = plan(forge.read(ORDERS_FILE));
    assertThat(wanted.exit()).isZero();
    assertThat(wanted.output())
        .contains("can proceed", "next: change StatefulSet")
        .containsPattern(
            "(?s)restart orders-\\d: image .*restart orders-\\d: image .*hand off %1$s → orders-\\d.*restart %1$s, a replica by then"
                .formatted(primary))
        .contains("one handoff");

    kubectl(
        "create",
        "pdb",
        "team-budget",
        "--selector=pgbaton.dev/cluster=orders",
        "--min-available=1");
    try {
      var generation = shop.generation(ORDERS);
      var refused = plan(forge.read(ORDERS_FILE));
      assertThat(refused.exit()).isEqualTo(2);
      assertThat(refused.output()).contains("ForeignDisruptionBudget: ").contains("team-budget");
      assertThat(versions()).as("nothing is written").isEqualTo(before);

      head = forge.push("A new image, while somebody else's budget selects the pods");
      assertThat(awaitStatus(head, context(ORDERS), "failure", START).description())
          .contains("ForeignDisruptionBudget: ")
          .contains("team-budget");
      assertThat(shop.generation(ORDERS)).as("nothing is touched").isEqualTo(generation);
    } finally {
      kubectl("delete", "pdb", "team-budget");
      forge.write(ORDERS_FILE, orders);
      head = forge.push("Taken back");
    }
    awaitStatus(head, SUMMARY, "success", START);

    var smaller = plan(forge.read(ORDERS_FILE).replace("size: 10Gi", "size: 8Gi"));
    assertThat(smaller.exit()).isEqualTo(2);
    assertThat(smaller.output()).contains("StorageShrinks: ").contains("spec.storage.size");
  }

  private static Packaged.Result plan(String spec) throws IOException, InterruptedException {
    var file = work.resolve("orders.yaml");
    Files.writeString(file, spec);
    var result =
        Packaged.run(
            java.util.Map.of(),
            "plan",
            "--daemon-namespace",
            WHERE.systemNamespace(),
            file.toString());
    System.out.println(result.output());
    return result;
  }

  /** Of all that pgbaton writes; pods and the Lease move by themselves. */
  private static String versions() {
    return Shell.run(
        WHERE.kubectl(),
        "-n",
        WHERE.namespace(),
        "get",
        "statefulsets,deployments,configmaps,secrets,services,roles,rolebindings,serviceaccounts",
        "-o",
        "custom-columns=K:.kind,N:.metadata.name,V:.metadata.resourceVersion");
  }

  @Test
  @Order(12)
  void clientsGetBackToThePrimaryWhateverHappensToTheirRoute() throws Exception {
    assumeTrue(running);
    var replica =
        shop.instances(ORDERS).stream()
            .filter(p -> !p.getMetadata().getName().equals(primaryOrNobody()))
            .findFirst()
            .orElseThrow();
    kubectl(
        "patch",
        "endpointslice/orders-primary",
        "--type=json",
        "-p",
        "[{\"op\": \"replace\", \"path\": \"/endpoints/0/addresses/0\", \"value\": \"%s\"}]"
            .formatted(replica.getStatus().getPodIP()));
    await("the primary's Service leads to a replica")
        .atMost(Duration.ofSeconds(10))
        .ignoreExceptions()
        .until(() -> inRecovery(shop.throughPrimaryService()));
    await("the Service leads to the primary again")
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .until(() -> !inRecovery(shop.throughPrimaryService()));

    var stopped = pgpools().getFirst();
    var uid = stopped.getMetadata().getUid();
    signal("-STOP", uid);
    try {
      await("the pgpool that hangs is replaced")
          .atMost(Duration.ofSeconds(90))
          .until(() -> pgpools().stream().noneMatch(p -> p.getMetadata().getUid().equals(uid)));
    } finally {
      signal("-CONT", uid);
    }
    await("it is said")
        .atMost(START)
        .until(() -> shop.events().stream().anyMatch(e -> e.getReason().equals("ReplacePgpool")));
    awaitStatus(head, SUMMARY, "success", START);
  }

  @Test
  @Order(13)
  void eachExpressionOfTheDashboardReturnsDataOfThisRun() throws Exception {
    assumeTrue(running);
    assumeTrue(WHERE.prometheusImage().isPresent(), "PGBATON_PROMETHEUS_IMAGE is not set");
    Installation.load(WHERE, WHERE.prometheusImage().orElseThrow());
    try (var prometheus =
        new Prometheus(
            kubernetes, WHERE.systemNamespace(), WHERE.prometheusImage().orElseThrow())) {
      for (var expression : Prometheus.dashboard())
        await(expression)
            .atMost(START)
            .ignoreExceptions()
            .until(() -> !prometheus.query(expression).isEmpty());
    }
  }

  @Test
  @Order(14)
  void aPersonSeesItAllAndHandsThePrimaryOnByHand() throws Exception {
    assumeTrue(running);
    var cluster = WHERE.namespace() + "/" + ORDERS;
    var before = shop.primary();
    await("all is well, seen by a person")
        .atMost(START)
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(
            () -> assertThat(pgbaton("status", cluster).output()).contains(cluster + "  healthy"));

    var handedOn = pgbaton("handoff", cluster, "--wait");
    var seen = new ObjectMapper().readTree(pgbaton("status", cluster, "-o", "json").output());
    var history = pgbaton("history", cluster);

    System.out.println(handedOn.output() + history.output());
    assertThat(handedOn.exit()).as(handedOn.output()).isZero();
    assertThat(handedOn.output())
        .containsPattern("is the primary, \\d+\\.\\d\\d s after %s was asked".formatted(before));
    assertThat(shop.primary()).isNotEqualTo(before);
    assertThat(seen.at("/clusters/0/primary").asText()).isEqualTo(shop.primary());
    assertThat(seen.at("/clusters/0/commit").asText()).hasSize(40);
    assertThat(history.exit()).isZero();
    assertThat(history.output()).containsPattern("success +\\d+ s +\\d+\\.\\d\\d s");
    var again = pgbaton("handoff", cluster, "--to", shop.primary());
    assertThat(again.exit()).as(again.output()).isEqualTo(2);
  }

  @Test
  @Order(15)
  void whoMayPatchTheLeaseHandsThePrimaryOnByAButton() throws Exception {
    assumeTrue(running);
    var people = new People(kubernetes, WHERE.namespace());
    var before = shop.primary();
    var to =
        shop.instances(ORDERS).stream()
            .map(pod -> pod.getMetadata().getName())
            .filter(name -> !name.equals(before))
            .findFirst()
            .orElseThrow();
    try (var forward = daemon.page();
        var load = LoadClient.start(shop.throughPgpool())) {
      var root = "http://127.0.0.1:" + forward.getLocalPort();
      var visitor = new Visitor(root, WHERE.namespace(), ORDERS);
      var signedIn = visitor.post("/sign-in", Map.of("token", people.token("presser")));
      assertThat(signedIn.statusCode()).as(signedIn.body()).isEqualTo(303);
      assertThat(visitor.press("handoff")).contains("You may not", "patch on leases");

      people.mayPatchLeases("presser");
      await("the handoff is asked for")
          .atMost(START)
          .pollInterval(Duration.ofSeconds(1))
          .until(
              () -> visitor.press("handoff", Map.of("to", to)),
              answer -> answer.contains("is asked to hand off to " + to));
      await(to + " is the primary").atMost(START).until(() -> primaryOrNobody().equals(to));
      await("all is well again").atMost(START).until(() -> shop.ready(ORDERS) == 3);
      var gap = load.longestGap();
      System.out.printf("by a button: longest write gap %d ms%n", gap.toMillis());
      assertThat(load.stopAndFindLost()).isEmpty();
      assertThat(gap).isLessThanOrEqualTo(LONGEST_GAP);
    }
    assertThat(daemon.log())
        .contains(
            "system:serviceaccount:%s:presser asks for a handoff".formatted(WHERE.namespace()));
  }

  private static Packaged.Result pgbaton(String command, String... arguments)
      throws IOException, InterruptedException {
    var all = new ArrayList<>(List.of(command, "--daemon-namespace", WHERE.systemNamespace()));
    all.addAll(List.of(arguments));
    return Packaged.run(Map.of(), all.toArray(String[]::new));
  }

  private static String primaryOrNobody() {
    try {
      return shop.primary();
    } catch (java.sql.SQLException e) {
      return "";
    }
  }

  private static boolean inRecovery(org.postgresql.ds.PGSimpleDataSource route)
      throws java.sql.SQLException {
    return Databases.query(route, "select pg_is_in_recovery()").equals(List.of("t"));
  }

  private static List<io.fabric8.kubernetes.api.model.Pod> pgpools() {
    return kubernetes
        .pods()
        .inNamespace(WHERE.namespace())
        .withLabel("pgbaton.dev/cluster", ORDERS)
        .withLabel("app.kubernetes.io/component", "pgpool")
        .list()
        .getItems()
        .stream()
        .filter(p -> p.getMetadata().getDeletionTimestamp() == null)
        .toList();
  }

  /** To every process of a pod, from its node. */
  private static void signal(String signal, String uid) {
    var processes =
        ProcessHandle.allProcesses()
            .filter(process -> Daemon.belongsTo(process, uid))
            .filter(process -> Daemon.command(process).contains("pgpool"))
            .map(process -> "" + process.pid())
            .toArray(String[]::new);
    assumeTrue(processes.length > 0 || signal.equals("-CONT"), "the nodes are not this machine");
    if (processes.length > 0) Shell.run(List.of("kill", signal), processes);
  }

  private static void superuserLogsIn(String service) throws java.sql.SQLException {
    Databases.query(
        Databases.at(shop.address(service), Names.POSTGRES_PORT, "postgres", shop.password(ORDERS)),
        "select 1");
  }

  /** As the superuser, by the pod's own socket. */
  private static String inside(String pod, String sql) {
    return Shell.run(
        WHERE.kubectl(),
        "-n",
        WHERE.namespace(),
        "exec",
        pod,
        "-c",
        "postgresql",
        "--",
        "psql",
        "-U",
        "postgres",
        "-Atc",
        sql);
  }

  /** Here the time itself is what is tried. */
  private static void pause(Duration time) {
    await().pollDelay(time).atMost(time.plusSeconds(10)).until(() -> true);
  }

  /** Pushes a change under load and watches it from outside until the commit is green. */
  private static Result rollOut(Runnable change, Runnable... atTheFirstReplica) throws Exception {
    try (var watcher =
            Watcher.start(kubernetes, WHERE.namespace(), ORDERS, 3, shop.at(Names.POSTGRES_PORT));
        var load = LoadClient.start(shop.throughPgpool())) {
      change.run();
      head = forge.push("A rollout");
      for (var action : atTheFirstReplica) {
        await("the first replica's pod is replaced")
            .atMost(ROLLOUT)
            .pollInterval(Duration.ofMillis(100))
            .until(() -> !watcher.replaced().isEmpty());
        action.run();
      }
      awaitStatus(head, SUMMARY, "success", ROLLOUT);
      var gap = load.longestGap();
      var lost = load.stopAndFindLost();
      System.out.printf(
          "rollout: longest write gap %d ms, %d acknowledged rows, %d lost, order %s, primaries %s, %s%n",
          gap.toMillis(),
          load.count(),
          lost.size(),
          watcher.replaced(),
          watcher.primaries(),
          status(ORDERS));
      load.failures()
          .forEach(f -> System.out.printf("  attempt %d: %s%n", f.attempt(), f.message()));
      watcher.spans().forEach(span -> System.out.println("  " + span));
      assertThat(lost).as("acknowledged rows that are lost").isEmpty();
      assertThat(watcher.writableTogether()).as("two writable at once").isEmpty();
      assertThat(watcher.downTogether()).as("two instances down at once").isEmpty();
      assertThat(watcher.notReadyTogether()).as("two pods not Ready at once").isEmpty();
      assertThat(gap).as("longest write gap").isLessThanOrEqualTo(LONGEST_GAP);
      return new Result(watcher, gap);
    }
  }

  private record Result(Watcher watcher, Duration gap) {}

  /** Pushes a mistake in one file and a change in the other: only the other happens. */
  private static void refused(String right, String wrong, String field, String alsoSaid) {
    assumeTrue(running);
    var generation = shop.generation(ORDERS);
    var uids = shop.instances(ORDERS).stream().map(p -> p.getMetadata().getUid()).toList();
    var line = lineOf(right.strip());
    var team = "team-" + UUID.randomUUID().toString().substring(0, 8);
    var minimal = forge.read(MINIMAL_FILE);
    var orders = forge.read(ORDERS_FILE);
    forge.edit(
        MINIMAL_FILE,
        "  name: minimal\n",
        "  name: minimal\n  labels: {team: %s}\n".formatted(team));
    forge.edit(ORDERS_FILE, right, wrong);
    head = forge.push("A mistake: " + wrong.strip());

    try {
      var place = ORDERS_FILE + ":" + line + ":";
      assertThat(awaitStatus(head, context(ORDERS), "failure", START).description())
          .contains(place)
          .contains(field)
          .contains(alsoSaid);
      assertThat(awaitStatus(head, SUMMARY, "failure", START).description()).contains(place);
      await("the other cluster is changed")
          .atMost(START)
          .until(
              () -> team.equals(shop.statefulSet(MINIMAL).getMetadata().getLabels().get("team")));
      awaitStatus(head, context(MINIMAL), "success", START);
      assertThat(shop.generation(ORDERS)).as("nothing is touched").isEqualTo(generation);
      assertThat(shop.instances(ORDERS).stream().map(p -> p.getMetadata().getUid()))
          .as("nothing is touched")
          .isEqualTo(uids);
    } finally {
      forge.write(MINIMAL_FILE, minimal);
      forge.write(ORDERS_FILE, orders);
      head = forge.push("Taken back");
    }
    awaitStatus(head, SUMMARY, "success", START);
  }

  /** As a person does it: the API server keeps who changed a field, and pgbaton looks at it. */
  private static void kubectl(String... arguments) {
    var all = new ArrayList<>(List.of("-n", WHERE.namespace()));
    all.addAll(List.of(arguments));
    System.out.print(Shell.run(WHERE.kubectl(), all.toArray(String[]::new)));
  }

  private static int lineOf(String text) {
    var lines = forge.read(ORDERS_FILE).lines().toList();
    for (var i = 0; i < lines.size(); i++) if (lines.get(i).strip().equals(text)) return i + 1;
    throw new IllegalArgumentException(text);
  }

  private static Status awaitStatus(String commit, String context, String state, Duration atMost) {
    return await(context + " is " + state)
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(500))
        .until(
            () -> forge.status(commit, context),
            status -> status.isPresent() && status.get().state().equals(state))
        .orElseThrow();
  }

  /** On the commit that changed the cluster last. */
  private static Status status(String cluster) {
    return forge.commits().stream()
        .flatMap(commit -> forge.status(commit, context(cluster)).stream())
        .findFirst()
        .orElseThrow(() -> new AssertionError("no status " + context(cluster)));
  }

  private static String context(String cluster) {
    return SUMMARY + "/" + WHERE.namespace() + "/" + cluster;
  }

  /** PostgreSQL's, as the repository says it now. */
  private static String image() {
    return forge
        .read(ORDERS_FILE)
        .lines()
        .map(String::strip)
        .filter(line -> line.startsWith("image: ") && !line.endsWith(WHERE.pgpoolImage()))
        .map(line -> line.substring("image: ".length()))
        .findFirst()
        .orElseThrow();
  }

  private static void setImage(String image) {
    forge.edit(ORDERS_FILE, "image: " + image() + "\n", "image: " + image + "\n");
  }

  private static String missing() {
    return WHERE.postgresImage() + "-missing";
  }

  /** A file of {@code gitops-example}, with this run's images and namespace. */
}
