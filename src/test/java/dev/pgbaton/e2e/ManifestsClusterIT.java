package dev.pgbaton.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pgbaton.cluster.DerivedPassword;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.e2e.Forge.Status;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
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
  private static final Duration LONGEST_GAP = WHERE.patience(Duration.ofSeconds(3));
  private static final String SUMMARY = "pgbaton/" + Daemon.ENVIRONMENT;
  private static final Path RESOURCES = Path.of("src/test/resources/dev/pgbaton");

  private static final String CLUSTERS = "clusters";
  private static final String TUTORIAL = CLUSTERS + "/tutorial";
  private static final String SET_FILE = TUTORIAL + "/postgresql/postgres-statefulset.yaml";
  private static final String SECRETS_FILE = TUTORIAL + "/postgresql/postgres-secrets.yaml";
  private static final String CHART = CLUSTERS + "/chart";
  private static final String KUSTOMIZATION = CHART + "/kustomization.yaml";
  private static final String THEIRS = CLUSTERS + "/theirs";
  private static final String THEIR_SET = THEIRS + "/postgres-statefulset.yaml";

  private static final String CLIENT_FILE = TUTORIAL + "/client/psql-client.yaml";
  private static final String CLIENT = "  name: pg-client\n";
  private static final String JOB_FILE = TUTORIAL + "/client/job.yaml";
  private static final String JOB = "  name: pg-job\n";
  private static final String REPLACE = "  annotations: {pgbaton.dev/replace: \"true\"}\n";

  private static final String GOES =
      "            - name: BITNAMI_DEBUG\n              value: \"false\"\n";

  /** Of no C library; as long as the real ones. */
  private static final String OTHER_VERSION = "2.99";

  private static final String NAME = "  name: postgres-sts\n";
  private static final String ADOPTED = "pgbaton.dev/adopt: \"true\"";

  /** Each of them some ten seconds after the one before. */
  private static final Duration THREE_LOOKS = Duration.ofSeconds(30);

  /** Ten seconds between two, and six may fail. */
  private static final Duration PROBES = Duration.ofSeconds(80);

  private static final String SUPER = "another-super";
  private static final String REPMGR = "another-repmgr";

  private static final String ANNOTATED = NAME + "  annotations: {pgbaton.dev/%s}\n";

  @TempDir static Path work;

  private static KubernetesClient kubernetes;
  private static Installation installation;
  private static Forge forge;
  private static Owned tutorial;
  private static Owned chart;
  private static Owned theirs;
  private static String head;
  private static Status green;
  private static String convertedBy;
  private static Instant convertedAt;
  private static Set<String> pgpools;
  private static Instant changedAt;
  private static int restartsBefore;
  private static boolean running;

  private static final List<String> NAMESPACES =
      List.of(WHERE.namespace(), WHERE.namespace() + "-chart", WHERE.namespace() + "-theirs");

  @RegisterExtension
  static final Diagnostics DIAGNOSTICS =
      new Diagnostics(() -> kubernetes, WHERE, () -> installation.statuses(), NAMESPACES);

  @BeforeAll
  static void installTheDaemon() throws Exception {
    kubernetes = Installation.client();
    installation = new Installation(WHERE, kubernetes, work, NAMESPACES);
    // As everybody does it: those that the daemon is told of are taken to exist.
    NAMESPACES.forEach(namespace -> BareCluster.namespace(kubernetes, namespace));
    forge = installation.forge();
    tutorial = ofTheTutorial(NAMESPACES.get(0), "pgpool-svc");
    chart =
        new Owned(
            kubernetes,
            NAMESPACES.get(1),
            "postgresql-ha-postgresql",
            "postgresql-ha-postgresql",
            "password",
            "postgresql-ha-pgpool");
    theirs = ofTheTutorial(NAMESPACES.get(2), "postgres-primary");
    if (WHERE.othersImage().isPresent()) {
      Installation.load(WHERE, WHERE.othersImage().get());
      var file = Files.writeString(work.resolve("theirs.yaml"), theirManifests().yaml());
      Shell.run(WHERE.kubectl(), "-n", theirs.namespace(), "apply", "-f", file.toString());
    }
    installation.start(
        Map.of(
            "PGBATON_GIT_MANIFESTS", "directories",
            "PGBATON_GIT_MANIFESTS_NAMESPACE", tutorial.namespace(),
            "PGBATON_NAMESPACES", String.join(",", NAMESPACES)));
  }

  private static Owned ofTheTutorial(String namespace, String service) {
    return new Owned(
        kubernetes, namespace, "postgres-sts", "postgres-secrets", "postgresql-password", service);
  }

  private static PlainManifests theTutorials() {
    return PlainManifests.of(RESOURCES.resolve("desired/tutorial"))
        .with("registry.example.com/pgbaton/postgres:17", WHERE.postgresImage())
        .with("registry.example.com/pgbaton/pgpool:4.6", WHERE.pgpoolImage());
  }

  /** Others' images, as the usual tutorials have them, without a pooler. */
  private static PlainManifests theirManifests() {
    var secrets = RESOURCES.resolve("desired/tutorial/postgresql");
    var third = ",postgres-sts-2.postgres-headless-svc.$(REPMGR_NAMESPACE).svc.cluster.local";
    return PlainManifests.of(Path.of("bench/plain/manifests"))
        .without("client.yaml")
        .without("pgpool-deployment.yaml")
        .without("pgpool-svc.yaml")
        .and(
            "postgres-secrets.yaml",
            PlainManifests.of(secrets).files().get("postgres-secrets.yaml"))
        .with("localhost/pgbaton/plain-postgres:17", WHERE.othersImage().orElseThrow())
        .with("  minReadySeconds: 20\n", "")
        .with(
            "            - name: REPMGR_LOG_LEVEL\n",
            GOES + "            - name: REPMGR_LOG_LEVEL\n")
        .with("  replicas: 3", "  replicas: 2")
        .with(third, "");
  }

  private static String kustomization(String postgres) {
    return """
        namespace: %s
        resources: [rendered.yaml]
        images:
          - {name: registry.example.com/pgbaton/postgres, newName: %s, newTag: %s}
          - {name: registry.example.com/pgbaton/pgpool, newName: %s, newTag: %s}
        """
        .formatted(
            chart.namespace(),
            repository(postgres),
            tag(postgres),
            repository(WHERE.pgpoolImage()),
            tag(WHERE.pgpoolImage()));
  }

  /** The same image, but that its C library is of another version for whoever asks it. */
  private static String sortingOtherwise(String kustomization, String annotations) {
    return kustomization
        + """
        patches:
          - patch: |
              apiVersion: apps/v1
              kind: StatefulSet
              metadata:
                name: %s
                annotations: {%s}
              spec:
                template:
                  spec:
                    initContainers:
                      - name: library
                        image: registry.example.com/pgbaton/postgres:17
                        imagePullPolicy: IfNotPresent
                        securityContext: {runAsUser: 1001}
                        env: [{name: LC_ALL, value: C}]
                        command:
                          - bash
                          - -ec
                          - sed -E 's/(glibc|NPTL) 2\\.[0-9]+\\x00/\\1 %s\\x00/g' /usr/lib/*-linux-gnu/libc.so.6 > /library/libc.so.6
                        volumeMounts: [{name: library, mountPath: /library}]
                    containers:
                      - name: postgresql
                        env: [{name: LD_LIBRARY_PATH, value: /library}]
                        volumeMounts: [{name: library, mountPath: /library}]
                    volumes: [{name: library, emptyDir: {}}]
        """
            .formatted(chart.set(), annotations, OTHER_VERSION);
  }

  private static String job(String word) {
    return """
        apiVersion: batch/v1
        kind: Job
        metadata:
        %sspec:
          template:
            spec:
              restartPolicy: Never
              containers:
                - name: job
                  image: %s
                  imagePullPolicy: IfNotPresent
                  command: [echo, %s]
        """
        .formatted(JOB, WHERE.postgresImage(), word);
  }

  private static String repository(String image) {
    return image.substring(0, image.lastIndexOf(':'));
  }

  private static String tag(String image) {
    return image.substring(image.lastIndexOf(':') + 1);
  }

  @AfterAll
  static void removeEverything() {
    if (Boolean.getBoolean("pgbaton.keep")) return;
    if (installation != null) installation.close();
    kubernetes.close();
  }

  @Test
  @Order(1)
  void manifestsComeUpAsTheyStandWithTwoImagesReplaced() throws Exception {
    var began = Instant.now();
    theTutorials()
        // The tests' own, where several run at once.
        .with("nodePort: 32000", "nodePort: " + WHERE.nodePort())
        .and("client/job.yaml", job("one"))
        .write(forge, TUTORIAL);
    PlainManifests.of(RESOURCES.resolve("desired/chart")).write(forge, CHART);
    forge.write(KUSTOMIZATION, kustomization(WHERE.postgresImage()));
    if (WHERE.othersImage().isPresent())
      theirManifests().and("namespace.yaml", namespace(theirs)).write(forge, THEIRS);

    head = forge.push("The tutorial's manifests, a rendered chart, and what others have applied");

    awaitStatus(context(tutorial), "success", START);
    System.out.printf("tutorial green after %d s%n", secondsSince(began));
    awaitStatus(context(chart), "success", START);
    System.out.printf("chart green after %d s%n", secondsSince(began));
    awaitHealthy(tutorial, 3);
    awaitHealthy(chart, 3);
    assertThat(Databases.query(chart.clientsWay(), "select 1")).containsExactly("1");
    await("psql through pgpool's node port")
        .atMost(SOON)
        .until(() -> Databases.query(nodePort(), "select 1").equals(List.of("1")));
    running = true;
  }

  @Test
  @Order(2)
  void whatOthersAppliedIsLeftAloneAndTheCommitSaysWhatWouldChange() {
    assumeTrue(running && WHERE.othersImage().isPresent());
    var asked = awaitStatus(context(theirs), "failure", SOON);
    System.out.println(asked);
    assertThat(asked.description())
        .startsWith("AdoptionNeeded: ")
        .contains("pgbaton.dev/adopt: \"true\"");
    assertThat(theirs.statefulSet().getSpec().getUpdateStrategy().getType())
        .isEqualTo("RollingUpdate");
    assertThat(theirs.statefulSet().getMetadata().getLabels()).isNullOrEmpty();
  }

  @Test
  @Order(3)
  void whoOnlyObservesWritesNothingOutsideOfItsOwnNamespace() throws Exception {
    assumeTrue(running);
    assumeTrue(WHERE.auditLog().isPresent(), "no audit log to read");
    forge.edit(SET_FILE, NAME, ANNOTATED.formatted("mode: observe"));
    forge.edit(SET_FILE, WHERE.postgresImage(), WHERE.nextPostgresImage());
    var quiet = Quiet.since(WHERE.auditLog().get());
    var events = eventsOfPgbaton();

    head = forge.push("Another image, only to see what would happen");

    var said = awaitStatus(context(tutorial), "failure", SOON);
    System.out.println(said);
    assertThat(said.description()).startsWith("OnlyObserved: next would be: change StatefulSet");
    var replica = anyReplica(tutorial);
    kubernetes.pods().inNamespace(tutorial.namespace()).withName(replica).delete();
    awaitHealthy(tutorial, 3);

    assertThat(quiet.writesBut(installation.daemon().user(), WHERE.systemNamespace())).isEmpty();
    assertThat(eventsOfPgbaton()).isEqualTo(events);
    assertThat(tutorial.images()).contains(WHERE.postgresImage());
  }

  @Test
  @Order(4)
  void aNewImageGoesToTheReplicasFirst() throws Exception {
    assumeTrue(running);
    awaitHealthy(tutorial, 3);
    var primary = tutorial.primary();
    try (var watcher = watch(tutorial);
        var load = LoadClient.start(tutorial.clientsWay())) {
      forge.edit(SET_FILE, ANNOTATED.formatted("mode: observe"), NAME);
      head = forge.push("Another image");
      awaitStatus(context(tutorial), "success", ROLLOUT);

      rolled(tutorial, primary, watcher, load);
      assertThat(tutorial.images()).containsExactly(WHERE.nextPostgresImage());
    }
  }

  @Test
  @Order(5)
  void otherPasswordsAreCarriedOutAndPostgresqlIsNotRestarted() throws Exception {
    assumeTrue(running);
    awaitHealthy(tutorial, 3);
    var uids = tutorial.uids();
    restartsBefore = tutorial.restarts();
    Databases.execute(
        tutorial.atThePrimary(), "create table passed_on as select generate_series(1, 100) id");
    var former = nodePort();
    var formerAtThePrimary = tutorial.atThePrimary();
    forge.edit(SECRETS_FILE, "c3VwZXItZXhhbXBsZQ==", encoded(SUPER));
    forge.edit(SECRETS_FILE, "cmVwbWdyLWV4YW1wbGU=", encoded(REPMGR));
    var began = Instant.now();
    try (var session = former.getConnection();
        var statement = session.createStatement()) {
      head = forge.push("Other passwords");

      System.out.println(awaitStatus(context(tutorial), "success", ROLLOUT));
      System.out.printf("passwords changed after %d s%n", secondsSince(began));
      changedAt = Instant.now();
      assertThat(tutorial.password()).isEqualTo(SUPER);
      try (var row = statement.executeQuery("select 1")) {
        assertThat(row.next()).as("a session of before goes on").isTrue();
      } catch (SQLException e) {
        // Through pgpool, which has been replaced, it may have come to its end.
        System.out.println("the session of before: " + Databases.said(e));
      }
    }
    await("psql through pgpool's node port, with the new password")
        .atMost(SOON)
        .until(
            () -> Databases.query(nodePort(), "select count(*) from passed_on"),
            List.of("100")::equals);
    for (var refused : List.of(former, formerAtThePrimary))
      assertThatThrownBy(() -> Databases.query(refused, "select 1"))
          .isInstanceOf(SQLException.class);
    // Whoever follows has to come anew.
    Databases.execute(
        tutorial.atThePrimary(), "select pg_terminate_backend(pid) from pg_stat_replication");
    awaitHealthy(tutorial, 3);
    assertThat(tutorial.uids()).isEqualTo(uids);
    assertThat(rightsToReadSecrets()).as("only while they were read").isEmpty();

    var search = new LeakSearch(Map.of("superuser", SUPER, "repmgr", REPMGR));
    new Leaving(WHERE, kubernetes, installation)
        .search(search, List.of(), tutorial.namespace() + "/" + tutorial.set());
    for (var pod : kubernetes.pods().inNamespace(tutorial.namespace()).list().getItems())
      if (pod.getSpec().getContainers().size() == 1)
        search.in(
            "a pod's log",
            kubernetes
                .pods()
                .inNamespace(tutorial.namespace())
                .withName(pod.getMetadata().getName())
                .getLog());
    assertThat(search.found()).isEmpty();
  }

  private static List<String> rightsToReadSecrets() {
    return kubernetes
        .rbac()
        .roles()
        .inNamespace(tutorial.namespace())
        .withName(tutorial.set() + "-pgbaton")
        .get()
        .getRules()
        .stream()
        .filter(rule -> rule.getResources().contains("secrets"))
        .flatMap(rule -> rule.getResourceNames().stream())
        .toList();
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  @Order(6)
  void anImageThatSortsOtherwiseIsTakenBackAndNoPodIsReplacedUnasked() throws Exception {
    assumeTrue(running);
    Databases.execute(
        chart.atThePrimary(),
        "create database sorted template template0 locale_provider libc locale 'en_US.UTF-8'");
    var primary = chart.primary();
    var uids = chart.uids();
    var client = pod("pg-client");
    var job = jobUid();
    forge.write(
        KUSTOMIZATION, sortingOtherwise(kustomization(WHERE.postgresImage()), "team: shop"));
    forge.edit(CLIENT_FILE, "ALLOW_EMPTY_PASSWORD", "PGCONNECT_TIMEOUT");
    forge.write(JOB_FILE, job("two"));
    head = forge.push("An image that sorts otherwise; another client, another job");

    var unasked = awaitStatus(context(tutorial), "failure", SOON);
    System.out.println(unasked);
    assertThat(unasked.description()).startsWith("NeedsReplacing: Job").contains("pg-job");
    assertThat(pod("pg-client")).isEqualTo(client);

    forge.edit(CLIENT_FILE, CLIENT, CLIENT + REPLACE);
    var sorting = head;
    head = forge.push("The client may be replaced");
    assertThat(awaitStatus(context(tutorial), "failure", SOON).description())
        .startsWith("NeedsReplacing: Job");
    await("another client pod").atMost(SOON).until(() -> !pod("pg-client").equals(client));
    assertThat(jobUid()).isEqualTo(job);

    forge.edit(JOB_FILE, JOB, JOB + REPLACE);
    head = forge.push("The job, too");
    awaitStatus(context(tutorial), "success", SOON);
    assertThat(jobUid()).isNotEqualTo(job);

    var refused = awaitStatus(sorting, context(chart), "failure", ROLLOUT);
    System.out.println(refused);
    assertThat(refused.description()).startsWith("CollationChanged: ").contains(OTHER_VERSION);
    awaitHealthy(chart, 3);
    await("no instance with the new template")
        .atMost(START)
        .until(() -> chart.instances().stream().allMatch(p -> initContainers(p).isEmpty()));
    assertThat(chart.primary()).isEqualTo(primary);
    assertThat(chart.uids()).containsEntry(primary, uids.get(primary));
  }

  @Test
  @Order(7)
  void aDeletedPrimarysPodComesBackAsAReplica() throws Exception {
    assumeTrue(running);
    Databases.execute(
        tutorial.atThePrimary(), "create table kept as select generate_series(1, 1000) id");
    var primary = tutorial.primary();
    if (changedAt != null) {
      await("probes that come with the former password would have failed")
          .atMost(START)
          .until(() -> secondsSince(changedAt) > PROBES.toSeconds());
      assertThat(tutorial.restarts()).isEqualTo(restartsBefore);
      assertThat(tutorial.ready()).isEqualTo(3);
    }
    var uid = tutorial.uids().get(primary);
    try (var load = LoadClient.start(tutorial.clientsWay())) {
      kubernetes.pods().inNamespace(WHERE.namespace()).withName(primary).delete();
      awaitHealthy(tutorial, 3);

      assertThat(tutorial.uids().get(primary)).isNotEqualTo(uid);
      assertThat(tutorial.primary()).isNotEqualTo(primary);
      report("the primary's pod deleted", load);
      assertThat(load.stopAndFindLost()).isEmpty();
    }
    awaitStatus(context(tutorial), "success", START);
  }

  @Test
  @Order(8)
  void tenHostileDirectoriesAreRefusedWithTheirPlacesAndHarmNobody() throws Exception {
    assumeTrue(running);
    var daemon = installation.daemon();
    var uids = tutorial.uids();
    var restarts = daemon.restarts();
    var generation = tutorial.statefulSet().getMetadata().getGeneration();
    Hostile.write(forge.file(CLUSTERS));
    head = forge.push("Ten directories that nobody should push");

    for (var hostile : Hostile.PLACES.entrySet()) {
      var context = "%s/%s/%s".formatted(SUMMARY, tutorial.namespace(), hostile.getKey());
      var refused = awaitStatus(context, "failure", START);
      System.out.println(refused);
      assertThat(refused.description())
          .startsWith(Hostile.path(CLUSTERS, hostile.getKey(), hostile.getValue()));
    }
    var summary = awaitStatus(SUMMARY, "failure", SOON);
    System.out.println(summary);
    assertThat(summary.description())
        .startsWith(Hostile.path(CLUSTERS, Hostile.TRAVERSAL, "kustomization.yaml "))
        .contains("etc/passwd");
    assertThat(latest(context(tutorial)).state()).isEqualTo("success");
    assertThat(tutorial.uids()).isEqualTo(uids);
    assertThat(tutorial.statefulSet().getMetadata().getGeneration()).isEqualTo(generation);
    assertThat(daemon.restarts()).isEqualTo(restarts);
    System.out.printf("the daemon's resident memory: %d MiB%n", daemon.residentMemory());

    Hostile.remove(forge, CLUSTERS);
    head = forge.push("Taken back");
  }

  @Test
  @Order(9)
  void whatOthersAppliedIsTakenOverAndNothingRestarts() throws Exception {
    assumeTrue(running && WHERE.othersImage().isPresent());
    awaitHealthy(theirs, 2);
    var uids = theirs.uids();
    var restarts = theirs.restarts();
    try (var load = LoadClient.start(theirs.clientsWay())) {
      forge.edit(THEIR_SET, NAME, ANNOTATED.formatted("adopt: \"true\""));
      head = forge.push("Take it over");

      System.out.println(awaitStatus(context(theirs), "success", START));
      report("taken over", load);
      assertThat(load.failures()).isEmpty();
    }
    assertThat(theirs.uids()).isEqualTo(uids);
    assertThat(theirs.restarts()).isEqualTo(restarts);
    assertThat(theirs.statefulSet().getSpec().getUpdateStrategy().getType()).isEqualTo("OnDelete");
  }

  @Test
  @Order(10)
  void theChartsInstancesAreRolledWhileAnotherClusterIsScaledToNothing() throws Exception {
    assumeTrue(running);
    var primary = chart.primary();
    try (var watcher = watch(chart);
        var load = LoadClient.start(chart.clientsWay())) {
      forge.write(
          KUSTOMIZATION,
          sortingOtherwise(
              kustomization(WHERE.nextPostgresImage()),
              "pgbaton.dev/accept-collation-version: \"%s\"".formatted(OTHER_VERSION)));
      scaleTutorial(3, 0);
      head = forge.push("Another image for the chart; nothing of the tutorial's for a while");
      awaitStatus(context(chart), "success", ROLLOUT);

      rolled(chart, primary, watcher, load);
      assertThat(chart.images()).containsExactly(WHERE.nextPostgresImage());
      assertThat(
              Databases.query(
                  chart.clientsWay(),
                  "select pg_database_collation_actual_version(oid) from pg_database where datname = 'sorted'"))
          .as("what was refused without the owner's word")
          .containsExactly(OTHER_VERSION);
    }
    System.out.println(awaitStatus(context(tutorial), "success", START));
    assertThat(tutorial.instances()).isEmpty();
  }

  @Test
  @Order(11)
  void scaledBackByGitTheDataIsThereAndOthersImagesAreRolledMeanwhile() throws Exception {
    assumeTrue(running);
    var others = WHERE.othersImage().isPresent();
    var primary = others ? theirs.primary() : "";
    var began = Instant.now();
    try (var watcher = others ? watch(theirs, 2) : null;
        var load = others ? LoadClient.start(theirs.clientsWay()) : null) {
      scaleTutorial(0, 3);
      if (others) {
        forge.edit(THEIR_SET, "value: NOTICE", "value: INFO");
        forge.edit(THEIR_SET, GOES, "");
      }
      head = forge.push("All of them again; another level of logging for the others");
      awaitStatus(context(tutorial), "success", ROLLOUT);
      System.out.printf("back after %d s%n", secondsSince(began));
      awaitHealthy(tutorial, 3);
      assertThat(Databases.query(tutorial.clientsWay(), "select count(*) from kept"))
          .containsExactly("1000");

      if (!others) return;
      System.out.println(awaitStatus(context(theirs), "success", ROLLOUT));
      report("others' images rolled out, " + watcher.replaced(), load);
      watcher.spans().forEach(span -> System.out.println("  " + span));
      assertThat(watcher.replaced()).hasSize(2).endsWith(primary);
      assertThat(watcher.writableTogether()).as("two writable at once").isEmpty();
      assertThat(theirs.streaming()).hasSize(1);
      // Whoever applied it before pgbaton does not keep it there.
      assertThat(variables(theirs)).contains("REPMGR_LOG_LEVEL").doesNotContain("BITNAMI_DEBUG");
      System.out.printf("acknowledged rows that are lost: %s%n", load.stopAndFindLost());
    }
  }

  @Test
  @Order(12)
  void convertedToASpecItIsTheSameClusterAfterOneRollout() throws Exception {
    assumeTrue(running);
    var claims = tutorial.claims();
    var directory = forge.file(TUTORIAL).toString();
    var converted = Packaged.run(Map.of(), "convert", directory, "-n", tutorial.namespace());
    System.out.println(converted.output());
    assertThat(converted.exit()).isZero();
    var spec = converted.output().substring(converted.output().lastIndexOf("---\napiVersion"));
    var began = Instant.now();
    var primary = tutorial.primary();
    try (var watcher = watch(tutorial);
        var load = LoadClient.start(tutorial.clientsWay())) {
      forge.remove(TUTORIAL).write(CLUSTERS + "/postgres-sts.yaml", spec);
      head = forge.push("A spec, instead of manifests");
      awaitStatus(context(tutorial), "success", ROLLOUT);

      System.out.printf("converted after %d s%n", secondsSince(began));
      rolled(tutorial, primary, watcher, load);
    }
    awaitHealthy(tutorial, 3);
    assertThat(tutorial.claims()).isEqualTo(claims);
    assertThat(tutorial.password()).isEqualTo(changedAt == null ? "super-example" : SUPER);
    assertThat(Databases.query(nodePort(), "select count(*) from kept")).containsExactly("1000");
    assertThat(Databases.query(asTheDaemon(), "select current_user"))
        .containsExactly(Names.MONITOR_USER);
    green = status(context(tutorial));
    convertedBy = head;
    convertedAt = Instant.now();
    pgpools = pgpoolPods();
    await("what only the manifests needed is gone")
        .atMost(SOON)
        .until(() -> leftOfTheManifests().isEmpty());
  }

  private static List<String> leftOfTheManifests() {
    var map = "postgres-configmap";
    var rights = tutorial.set() + "-pgbaton";
    var in = tutorial.namespace();
    return Stream.<HasMetadata>of(
            kubernetes.configMaps().inNamespace(in).withName(map).get(),
            kubernetes.rbac().roles().inNamespace(in).withName(rights).get(),
            kubernetes.rbac().roleBindings().inNamespace(in).withName(rights).get())
        .filter(Objects::nonNull)
        .map(HasMetadata::getKind)
        .toList();
  }

  @Test
  @Order(13)
  void whoLeavesHasTheirUpdateStrategyBackAndNothingRestarts() {
    assumeTrue(running && WHERE.othersImage().isPresent());
    awaitHealthy(theirs, 2);
    var uids = theirs.uids();
    assertThat(theirs.statefulSet().getSpec().getUpdateStrategy().getType()).isEqualTo("OnDelete");
    forge.edit(THEIR_SET, ADOPTED, ADOPTED + ", pgbaton.dev/mode: leave");
    head = forge.push("Back to kubectl");

    assertThat(awaitStatus(context(theirs), "success", SOON).description())
        .startsWith("left to its owner, nothing of it is touched: 2 of 2");
    assertThat(theirs.statefulSet().getSpec().getUpdateStrategy().getType())
        .isEqualTo("RollingUpdate");
    awaitHealthy(theirs, 2);
    assertThat(theirs.uids()).isEqualTo(uids);
  }

  /** A pgpool that did not know the daemon's role would have been replaced meanwhile. */
  @Test
  @Order(14)
  void whatWasConvertedStaysGreen() throws Exception {
    assumeTrue(green != null);
    await("three looks at the routes")
        .atMost(START)
        .until(() -> Duration.between(convertedAt, Instant.now()).compareTo(THREE_LOOKS) > 0);

    assertThat(
            forge.history(convertedBy).stream()
                .filter(s -> s.context().equals(context(tutorial)) && s.id() >= green.id()))
        .contains(green)
        .allMatch(s -> s.state().equals("success"));
    assertThat(pgpools).isNotEmpty();
    assertThat(pgpoolPods()).isEqualTo(pgpools);
    assertThat(Databases.query(asTheDaemon(), "select 1")).containsExactly("1");
    awaitHealthy(tutorial, 3);
    // A daemon that had stopped would have turned nothing red either.
    var budget = budget().orElseThrow();
    kubernetes.resource(budget).delete();
    await("the daemon looks after it")
        .atMost(SOON)
        .until(
            () ->
                budget()
                    .filter(b -> !b.getMetadata().getUid().equals(budget.getMetadata().getUid()))
                    .isPresent());
  }

  private static Optional<PodDisruptionBudget> budget() {
    return kubernetes
        .policy()
        .v1()
        .podDisruptionBudget()
        .inNamespace(tutorial.namespace())
        .withLabel(Names.CLUSTER_LABEL, tutorial.set())
        .withLabel(Names.COMPONENT_LABEL, "postgresql")
        .list()
        .getItems()
        .stream()
        .findFirst();
  }

  private static Set<String> pgpoolPods() {
    return kubernetes
        .pods()
        .inNamespace(tutorial.namespace())
        .withLabel(Names.COMPONENT_LABEL, "pgpool")
        .list()
        .getItems()
        .stream()
        .map(pod -> pod.getMetadata().getUid())
        .collect(Collectors.toSet());
  }

  /** Its password follows from the superuser's, which pgpool has to know, too. */
  private static PGSimpleDataSource asTheDaemon() {
    var pgpool = nodePort();
    pgpool.setUser(Names.MONITOR_USER);
    pgpool.setPassword(
        DerivedPassword.of(tutorial.password(), tutorial.namespace(), tutorial.set()));
    return pgpool;
  }

  private static void scaleTutorial(int from, int to) {
    forge.edit(SET_FILE, "  replicas: " + from, "  replicas: " + to);
  }

  private static String namespace(Owned cluster) {
    return "apiVersion: v1\nkind: Namespace\nmetadata: {name: %s}\n".formatted(cluster.namespace());
  }

  private static String pod(String name) {
    var pod = kubernetes.pods().inNamespace(tutorial.namespace()).withName(name).get();
    return pod == null ? "" : pod.getMetadata().getUid();
  }

  private static String jobUid() {
    var jobs = kubernetes.batch().v1().jobs().inNamespace(tutorial.namespace());
    return jobs.withName("pg-job").get().getMetadata().getUid();
  }

  private static List<String> variables(Owned cluster) {
    var template = cluster.statefulSet().getSpec().getTemplate().getSpec();
    return template.getContainers().getFirst().getEnv().stream().map(EnvVar::getName).toList();
  }

  private static List<Container> initContainers(Pod pod) {
    return pod.getSpec().getInitContainers();
  }

  private static String anyReplica(Owned cluster) throws SQLException {
    var primary = cluster.primary();
    return cluster.uids().keySet().stream()
        .filter(pod -> !pod.equals(primary))
        .findFirst()
        .orElseThrow();
  }

  private static long eventsOfPgbaton() {
    return kubernetes.v1().events().inNamespace(tutorial.namespace()).list().getItems().stream()
        .filter(e -> e.getSource() != null && "pgbaton".equals(e.getSource().getComponent()))
        .mapToLong(e -> e.getCount() == null ? 1 : e.getCount())
        .sum();
  }

  private static long secondsSince(Instant began) {
    return Duration.between(began, Instant.now()).toSeconds();
  }

  private static Watcher watch(Owned cluster) {
    return watch(cluster, 3);
  }

  private static Watcher watch(Owned cluster, int instances) {
    return Watcher.start(
        kubernetes, cluster.namespace(), cluster.set(), instances, cluster.password());
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
        .until(() -> cluster.ready() == instances && cluster.streaming().size() == instances - 1);
  }

  private static PGSimpleDataSource nodePort() {
    return Databases.atANode(kubernetes, WHERE.nodePort(), tutorial.password());
  }

  private static String context(Owned cluster) {
    return SUMMARY + "/" + cluster.namespace() + "/" + cluster.set();
  }

  private static Status status(String context) {
    return forge.status(head, context).orElseThrow();
  }

  /** On the commit that changed the cluster last. */
  private static Status latest(String context) {
    return forge.commits().stream()
        .flatMap(commit -> forge.status(commit, context).stream())
        .findFirst()
        .orElseThrow();
  }

  /** On the commit that was pushed last. */
  private static Status awaitStatus(String context, String state, Duration atMost) {
    return awaitStatus(head, context, state, atMost);
  }

  private static Status awaitStatus(String commit, String context, String state, Duration atMost) {
    return await(context + " is " + state)
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(300))
        .until(
            () -> forge.status(commit, context),
            status -> status.isPresent() && status.get().state().equals(state))
        .orElseThrow();
  }
}
