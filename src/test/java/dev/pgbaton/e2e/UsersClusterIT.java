package dev.pgbaton.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.desired.UserSecrets;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** Users and databases by push, on the real cluster. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class UsersClusterIT {
  private static final Surroundings WHERE = Surroundings.fromEnvironment();
  private static final Duration PATIENCE = WHERE.patience(Duration.ofSeconds(120));
  private static final Duration SOON = WHERE.patience(Duration.ofSeconds(20));
  private static final String FILE = "clusters/ledger.yaml";
  private static final String SECRETS = "secrets/ledger.enc.yaml";
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
        postgresql: {parameters: {log_statement: all, log_min_duration_statement: 0}}
        pgpool: {instances: 2, image: %s}
        access: {superuser: network}
      """;
  private static final String USERS =
      """
        users:
          - {name: app, settings: {search_path: sales}}
          - name: reporting
            password: {secretKeyRef: {name: reporting-login, key: secret}}
          - {name: sealed, password: {sops: {file: ../secrets/ledger.enc.yaml, key: reporting.password}}}
          - {name: group_of, login: false}
      """;
  private static final String LATE = "    - {name: late, memberOf: [group_of]}\n";
  private static final String DATABASES =
      """
        databases:
          - name: shop
            owner: app
            extensions: [{name: pg_trgm}]
            schemas: [{name: sales}]
            grants:
              - {to: reporting, schema: sales, privileges: [USAGE, SELECT]}
      """;
  private static final String FIRST = "chosen-by-somebody-1";
  private static final String SECOND = "chosen-by-somebody-2";
  private static final String SEALED = "r3porting";
  private static final String RESEALED = "r0tated-by-a-push";

  private static KubernetesClient kubernetes;
  private static Installation installation;
  private static LogKeeper logs;

  private static final Set<String> seen = ConcurrentHashMap.newKeySet();

  /** pgbaton's own passwords, also those of before. */
  private static final Set<String> OWN = ConcurrentHashMap.newKeySet();

  @TempDir static Path work;

  @RegisterExtension
  static final Diagnostics DIAGNOSTICS =
      new Diagnostics(() -> kubernetes, WHERE, () -> installation.statuses());

  @BeforeAll
  static void aClusterWithoutDeclaredUsers() throws Exception {
    kubernetes = Installation.client();
    installation = new Installation(WHERE, kubernetes, work);
    logs =
        new LogKeeper(Machine.fromEnvironment().nodes(), WHERE.namespace(), work.resolve("logs"));
    installation.start(
        Map.of(
            "PGBATON_SOPS_AGE_KEY_FILE",
            "/etc/pgbaton/secrets/age-keys",
            // As much as a build lets out.
            "QUARKUS_LOG_LEVEL",
            "TRACE"));
    installation.forge().write(SECRETS, encrypted("only-passwords.enc.yaml"));
    push(spec(""), "A cluster");
    Databases.execute(superuser(), "create role theirs with login password 'theirs'");
    Databases.execute(superuser(), "create database theirs owner theirs");
  }

  @AfterAll
  static void removeEverything() {
    logs.close();
    installation.close();
    kubernetes.close();
  }

  @Test
  @Order(1)
  void whoIsDeclaredLogsInThroughPgpoolAndTheServices() throws Exception {
    var instances = uids("postgresql");

    var commit = pushed(spec(USERS + DATABASES), "Users");
    soon(
        "the missing Secret is told",
        () ->
            status(commit)
                .filter(
                    s ->
                        s.state().equals("failure")
                            && s.description().contains("there is no Secret reporting-login"))
                .isPresent());
    soon(
        "who has a password does not wait for it",
        () -> logsIn(at("ledger-primary", "app", secret("ledger-app").get("password"))));
    keep(FIRST);
    green(commit, "Users");

    soon("sealed logs in", () -> logsIn(at("ledger-pgpool", "sealed", SEALED)));
    assertThat(secret("ledger-sealed")).containsEntry("password", SEALED).containsKey("jdbc-uri");
    var app = secret("ledger-app");
    assertThat(app)
        .containsEntry("username", "app")
        .containsEntry("dbname", "shop")
        .containsEntry("host", "ledger-pgpool.%s.svc".formatted(WHERE.namespace()));
    assertThat(app.get("uri")).contains(":" + app.get("password") + "@");
    var password = app.get("password");
    soon(
        "app writes through pgpool",
        () -> {
          Databases.execute(
              at("ledger-pgpool", "app", password),
              "create table if not exists entries (id serial, what text)");
          return true;
        });
    Databases.execute(
        at("ledger-primary", "app", password), "insert into entries (what) values ('one')");
    assertThat(
            Databases.query(
                at("ledger-primary", "reporting", FIRST), "select what from sales.entries"))
        .containsExactly("one");
    soon(
        "reporting reads through pgpool",
        () ->
            Databases.query(
                    at("ledger-pgpool", "reporting", FIRST), "select what from sales.entries")
                .equals(List.of("one")));
    assertThat(
            Databases.query(
                superuser(),
                "select rolname from pg_roles where not rolname like 'pg\\_%' order by 1"))
        .containsExactly(
            "app", "group_of", "pgbaton", "postgres", "repmgr", "reporting", "sealed", "theirs");
    assertThat(
            Databases.query(
                superuser(),
                "select pg_get_userbyid(datdba) from pg_database where datname = 'theirs'"))
        .containsExactly("theirs");
    assertThat(uids("postgresql")).isEqualTo(instances);
  }

  @Test
  @Order(2)
  void whoComesLaterAndAPasswordThatChangesNeedNoPodToRestart() throws Exception {
    var before = uids("postgresql", "pgpool");

    push(spec(USERS + LATE + DATABASES), "One more");
    var late = secret("ledger-late").get("password");
    soon("late logs in through each pgpool", () -> eachPgpool("late", late));

    var began = System.nanoTime();
    keep(SECOND);
    var gap = longestGap("reporting");
    System.out.printf(
        "the new password is known everywhere after %d ms; neither was for %d ms%n",
        Duration.ofNanos(System.nanoTime() - began).toMillis(), gap.toMillis());
    assertThat(gap).isLessThan(WHERE.patience(Duration.ofSeconds(5)));
    assertThat(logsIn(at("ledger-primary", "reporting", FIRST))).isFalse();
    assertThat(uids("postgresql", "pgpool")).isEqualTo(before);
  }

  @Test
  @Order(3)
  void anEncryptedPasswordRotatesByAPushAndATamperedOneIsRefused() throws Exception {
    var before = uids("postgresql", "pgpool");
    var encrypted = encrypted("rotated.enc.yaml");
    try (var activity = new Activity(superuser())) {
      installation.forge().write(SECRETS, encrypted).push("Rotated");
      soon("the new password is known", () -> eachPgpool("sealed", RESEALED));
      assertThat(logsIn(at("ledger-primary", "sealed", SEALED))).isFalse();
      seen.addAll(activity.seen());
    }
    assertThat(uids("postgresql", "pgpool")).isEqualTo(before);

    var tampered =
        installation
            .forge()
            .write(SECRETS, encrypted.replace("port: 5432", "port: 5433"))
            .push("Tampered");
    try {
      soon(
          "the MAC is told",
          () ->
              status(tampered)
                  .filter(
                      s ->
                          s.state().equals("failure") && s.description().contains("is not as SOPS"))
                  .isPresent());
      // A process of pgpool's that was busy as the others heard of it may refuse once.
      soon("sealed keeps its password", () -> logsIn(at("ledger-pgpool", "sealed", RESEALED)));

      var forOthers =
          installation
              .forge()
              .write(SECRETS, encrypted("for-others.enc.yaml"))
              .push("Encrypted for somebody else");
      soon(
          "the key that is not there is told",
          () ->
              status(forOthers)
                  .filter(
                      s ->
                          s.state().equals("failure")
                              && s.description().contains("can't be decrypted"))
                  .isPresent());
      soon("sealed keeps it", () -> logsIn(at("ledger-pgpool", "sealed", RESEALED)));
      assertThat(logsIn(at("ledger-pgpool", "app", secret("ledger-app").get("password")))).isTrue();
    } finally {
      green(installation.forge().write(SECRETS, encrypted).push("Put back"), "Put back");
    }
  }

  private static void plant(String value) {
    kubernetes
        .configMaps()
        .inNamespace(WHERE.namespace())
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withName("planted")
                .addToAnnotations(
                    "example.com/uri",
                    Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8)))
                .endMetadata()
                .build())
        .create();
  }

  private static Map<String, String> passwords() {
    var passwords =
        new TreeMap<>(
            Map.of(
                "reporting",
                FIRST,
                "reporting again",
                SECOND,
                "sealed",
                SEALED,
                "sealed again",
                RESEALED));
    for (var user : List.of("app", "late"))
      passwords.put(user, secret("ledger-" + user).get("password"));
    OWN.addAll(ownPasswords());
    for (var own : OWN) passwords.put("one of pgbaton's own, %d".formatted(passwords.size()), own);
    passwords.put("pcp", secret("ledger-pgpool").get("pcp-password"));
    passwords.put("the forge's token", WHERE.forgeToken());
    passwords.put(
        "the age key",
        Daemon.secret(kubernetes, WHERE.systemNamespace(), daemonsSecret(), "age-keys"));
    // It is bytes: in clear it is nowhere.
    system("pgbaton-journal-key")
        .ifPresent(key -> passwords.put("the journal's key", key.getData().get("key")));
    // The beginning of each verifier.
    passwords.put("somebody's verifier", "SCRAM-SHA-256$4096:");
    return passwords;
  }

  private static String daemonsSecret() {
    return system("pgbaton-secrets").orElseThrow().getMetadata().getName();
  }

  /** Of the daemon's own namespace; kustomize puts a hash behind the name of some. */
  private static Optional<Secret> system(String name) {
    return kubernetes.secrets().inNamespace(WHERE.systemNamespace()).list().getItems().stream()
        .filter(secret -> secret.getMetadata().getName().startsWith(name))
        .findFirst();
  }

  private static String encrypted(String name) throws IOException {
    return Files.readString(Path.of("src/test/resources/dev/pgbaton/sops").resolve(name));
  }

  /** What pg_stat_activity shows, again and again. */
  private static final class Activity implements AutoCloseable {
    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private final Thread thread;

    Activity(PGSimpleDataSource database) {
      thread =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (var connection = database.getConnection();
                        var statement = connection.createStatement()) {
                      while (!Thread.interrupted())
                        try (var rows =
                            statement.executeQuery(
                                "select coalesce(query, '') || application_name from pg_stat_activity")) {
                          while (rows.next()) seen.add(rows.getString(1));
                        }
                    } catch (SQLException e) {
                      seen.add(e.toString());
                    }
                  });
    }

    Set<String> seen() {
      return seen;
    }

    @Override
    public void close() {
      thread.interrupt();
    }
  }

  /**
   * Twice, so that either login has been in use. The daemon is killed in the middle, which loses
   * nothing: it decides from what is there.
   */
  @Test
  @Order(4)
  void pgbatonsOwnPasswordsAreMadeAnewUnderLoadWithoutAnybodyBeingRefused() throws Exception {
    var before = uids("postgresql", "pgpool");
    var restarts = restarts();
    var former = new ArrayList<String>();
    var failed = new AtomicInteger();
    var written = new AtomicInteger();
    var on = new AtomicBoolean(true);
    var app = at("ledger-pgpool", "app", secret("ledger-app").get("password"));
    var load =
        Thread.ofVirtual()
            .start(
                () -> {
                  while (on.get()) insertAnew(app, written, failed);
                });
    try {
      for (var word : List.of("first", "second")) {
        former.addAll(ownPasswords());
        OWN.addAll(ownPasswords());
        var commit = pushed(spec(rotation(word) + USERS + LATE + DATABASES), "Rotation " + word);
        if (word.equals("second")) {
          for (var phase : List.of("prepared", "switched")) {
            await("the logins are " + phase)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> secret("ledger-credentials").get("logins").endsWith(phase));
            installation.daemon().crash();
          }
        }
        green(commit, "Rotation " + word);
      }
    } finally {
      on.set(false);
      load.join();
    }
    System.out.printf(
        "while passwords changed twice: %d connections, %d refused%n", written.get(), failed.get());

    assertThat(failed.get()).as("of %d connections", written.get()).isZero();
    assertThat(written.get()).isGreaterThan(100);
    assertThat(ownPasswords()).doesNotContainAnyElementsOf(former);
    assertThat(secret("ledger-credentials").get("logins")).contains("first ended");
    assertThat(uids("postgresql", "pgpool")).isEqualTo(before);
    assertThat(restarts()).isEqualTo(restarts);
    assertThat(
            Databases.query(
                superuser(),
                "select rolname || ' ' || rolcanlogin from pg_roles where rolname ~ '^(repmgr|pgbaton)' order by 1"))
        .containsExactly("pgbaton true", "pgbaton_2 false", "repmgr true", "repmgr_2 false");
    assertThat(Databases.query(superuser(), "select usename from pg_stat_replication"))
        .containsExactly("repmgr");
    assertThat(refusals()).isEmpty();
  }

  /** After all these rotations. */
  @Test
  @Order(5)
  void noPasswordLeavesButAsASecret() throws Exception {
    var leaving = new Leaving(WHERE, kubernetes, installation, Optional.of(work.resolve("logs")));
    var began = System.nanoTime();
    var search = new LeakSearch(passwords());
    leaving.search(search, pods("postgresql", "pgpool"), WHERE.namespace() + "/" + LEDGER);
    search.in("pg_stat_activity while it rotated", String.join("\n", seen));
    var heap = new LeakSearch(passwords());
    var looked = leaving.searchHeap(heap);
    System.out.printf(
        "searched in %d ms, bytes: %s; the heap: %s, found there: %s%n",
        Duration.ofNanos(System.nanoTime() - began).toMillis(),
        search.searched(),
        looked ? heap.searched() : "not to be had",
        heap.found());

    assertThat(search.found()).isEmpty();
    assertThat(search.searched().values()).allMatch(bytes -> bytes > 0);
    // It was killed twice.
    assertThat(leaving.keptLogs().keySet().stream().filter(name -> name.startsWith("pgbaton-")))
        .hasSizeGreaterThan(2);
    // So that its silence says something.
    plant(secret("ledger-app").get("uri"));
    var planted = new LeakSearch(passwords());
    leaving.search(planted, List.of(), WHERE.namespace() + "/" + LEDGER);
    assertThat(planted.found())
        .isNotEmpty()
        .allMatch(words -> words.startsWith("objects: app in "));
  }

  /** What PostgreSQL says of whoever it refuses, but for the tests' own wrong passwords. */
  private static List<String> refusals() throws Exception {
    var refused = new ArrayList<String>();
    for (var pod : pods("postgresql"))
      Shell.run(WHERE.kubectl(), "-n", WHERE.namespace(), "logs", pod.getMetadata().getName())
          .lines()
          .filter(
              line ->
                  line.contains("FATAL:  password authentication failed for user \"repmgr")
                      || line.contains("FATAL:  password authentication failed for user \"pgbaton"))
          .forEach(refused::add);
    return refused;
  }

  private static List<String> ownPasswords() {
    var passwords = new TreeMap<>(secret("ledger-credentials"));
    passwords.keySet().removeIf(key -> !key.endsWith("-password"));
    return passwords.values().stream().filter(password -> !password.isEmpty()).toList();
  }

  private static int restarts() {
    return pods("postgresql", "pgpool").stream()
        .flatMap(pod -> pod.getStatus().getContainerStatuses().stream())
        .mapToInt(container -> container.getRestartCount())
        .sum();
  }

  private static void insertAnew(
      PGSimpleDataSource app, AtomicInteger written, AtomicInteger failed) {
    try {
      Databases.execute(app, "insert into entries (what) values ('again')");
      written.incrementAndGet();
    } catch (SQLException e) {
      System.out.println("refused: " + e.getMessage());
      failed.incrementAndGet();
    }
  }

  private static String rotation(String word) {
    return "  credentials: {rotation: %s}\n".formatted(word);
  }

  /** For how long a client that tries both got in with neither, until the new one is known. */
  private static Duration longestGap(String user) throws InterruptedException {
    var deadline = System.nanoTime() + SOON.toNanos();
    var longest = Duration.ZERO;
    var well = System.nanoTime();
    while (!eachPgpool(user, SECOND)) {
      assertThat(System.nanoTime()).as("until the new password is known").isLessThan(deadline);
      if (eachPgpool(user, FIRST)) well = System.nanoTime();
      var gap = Duration.ofNanos(System.nanoTime() - well);
      if (gap.compareTo(longest) > 0) longest = gap;
      Thread.sleep(20);
    }
    var last = Duration.ofNanos(System.nanoTime() - well);
    return last.compareTo(longest) > 0 ? last : longest;
  }

  private static boolean eachPgpool(String user, String password) {
    return pods("pgpool").stream()
        .allMatch(pod -> logsIn(named(pod.getStatus().getPodIP(), user, password)));
  }

  private static boolean logsIn(PGSimpleDataSource database) {
    try {
      return !Databases.query(database, "select 1").isEmpty();
    } catch (SQLException e) {
      return false;
    }
  }

  /** Somebody's own Secret; with the cluster's label its changes are seen at once. */
  private static void keep(String password) {
    kubernetes
        .secrets()
        .inNamespace(WHERE.namespace())
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withName("reporting-login")
                .addToLabels(Names.CLUSTER_LABEL, LEDGER)
                .endMetadata()
                .withStringData(Map.of("secret", password))
                .build())
        .createOr(present -> present.update());
  }

  private static PGSimpleDataSource superuser() {
    var database =
        at(
            "ledger-primary",
            "postgres",
            Daemon.secret(
                kubernetes, WHERE.namespace(), "ledger-credentials", Names.SUPERUSER_PASSWORD));
    database.setDatabaseName("postgres");
    return database;
  }

  private static PGSimpleDataSource at(String service, String user, String password) {
    return named(
        kubernetes
            .services()
            .inNamespace(WHERE.namespace())
            .withName(service)
            .get()
            .getSpec()
            .getClusterIP(),
        user,
        password);
  }

  private static PGSimpleDataSource named(String host, String user, String password) {
    var database = Databases.at(host, Names.POSTGRES_PORT, user, password);
    database.setDatabaseName("shop");
    return database;
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

  private static List<String> uids(String... components) {
    return pods(components).stream().map(p -> p.getMetadata().getUid()).sorted().toList();
  }

  private static List<Pod> pods(String... components) {
    var pods = new ArrayList<Pod>();
    for (var component : components)
      pods.addAll(
          kubernetes
              .pods()
              .inNamespace(WHERE.namespace())
              .withLabel(Names.CLUSTER_LABEL, LEDGER)
              .withLabel(Names.COMPONENT_LABEL, component)
              .list()
              .getItems()
              .stream()
              // pgpool's pods roll once, for the first users.
              .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
              .toList());
    return pods;
  }

  private static String spec(String more) {
    return SPEC.formatted(WHERE.namespace(), WHERE.postgresImage(), WHERE.pgpoolImage()) + more;
  }

  private static void push(String spec, String message) {
    green(pushed(spec, message), message);
  }

  private static String pushed(String spec, String message) {
    return installation.forge().write(FILE, spec).push(message);
  }

  private static Optional<Forge.Status> status(String commit) {
    return installation.forge().status(commit, "pgbaton/" + Daemon.ENVIRONMENT);
  }

  private static void green(String commit, String message) {
    var began = System.nanoTime();
    await(message + " is green")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> status(commit).filter(s -> s.state().equals("success")).isPresent());
    System.out.printf(
        "%s: green after %d ms%n", message, Duration.ofNanos(System.nanoTime() - began).toMillis());
  }

  private static void soon(String what, Callable<Boolean> condition) {
    await(what).atMost(SOON).pollInterval(Duration.ofMillis(100)).until(condition);
  }

  /**
   * Connections are opened anew all the while, with either password. The third time the daemon is
   * killed once the new one is in the Secret: that one it is, and everywhere.
   */
  @Test
  @Order(100)
  void aGeneratedPasswordIsMadeAnewByAPushAndNobodyIsShutOutForLong() throws Exception {
    var before = uids("postgresql", "pgpool");
    var restarts = restarts();
    for (var word : List.of("one", "two")) {
      var former = secret("ledger-app").get("password");
      var commit = pushed(rotated(word), "A new password for app, " + word);
      var began = System.nanoTime();
      var gap = longestGapOfApp(former);
      System.out.printf(
          "rotation %s: the new password is known everywhere after %d ms; neither was for %d ms%n",
          word, Duration.ofNanos(System.nanoTime() - began).toMillis(), gap.toMillis());
      assertThat(gap).isLessThan(UserSecrets.LONGEST_GAP);
      green(commit, "Rotation " + word);
      assertThat(logsIn(at("ledger-primary", "app", former))).isFalse();
    }

    var former = secret("ledger-app").get("password");
    var commit = pushed(rotated("three"), "A new password for app, three");
    await("the new password is in the Secret")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> !secret("ledger-app").get("password").equals(former));
    installation.daemon().crash();
    var made = secret("ledger-app").get("password");
    green(commit, "Rotation three, with the daemon killed");
    soon("it is known everywhere", () -> eachPgpool("app", made));
    assertThat(secret("ledger-app").get("password")).isEqualTo(made);
    assertThat(logsIn(at("ledger-primary", "app", made))).isTrue();
    assertThat(logsIn(at("ledger-primary", "app", former))).isFalse();

    assertThat(secret("ledger-app").get("uri")).contains(":" + made + "@");
    assertThat(uids("postgresql", "pgpool")).isEqualTo(before);
    assertThat(restarts()).isEqualTo(restarts);
  }

  private static String rotated(String word) {
    return spec(
        rotation("second")
            + USERS.replace("{name: app,", "{name: app, rotation: %s,".formatted(word))
            + LATE
            + DATABASES);
  }

  /** By any way in, each by itself, until the new password is known by all of them. */
  private static Duration longestGapOfApp(String former) {
    var deadline = System.nanoTime() + PATIENCE.toNanos();
    var ways = new TreeMap<String, Long>();
    ways.put(at("ledger-primary", "app", "").getServerNames()[0], System.nanoTime());
    pods("pgpool").forEach(pod -> ways.put(pod.getStatus().getPodIP(), System.nanoTime()));
    var longest = Duration.ZERO;
    var known = 0;
    while (known < ways.size()) {
      assertThat(System.nanoTime()).as("until the new password is known").isLessThan(deadline);
      var now = secret("ledger-app").get("password");
      known = 0;
      for (var way : ways.entrySet()) {
        var isNew = !now.equals(former) && logsIn(named(way.getKey(), "app", now));
        if (isNew) known++;
        var isIn = isNew || logsIn(named(way.getKey(), "app", former));
        var gap = Duration.ofNanos(System.nanoTime() - way.getValue());
        if (gap.compareTo(longest) > 0) longest = gap;
        if (isIn) way.setValue(System.nanoTime());
      }
    }
    return longest;
  }

  /** Of the port that pgpool's own commands use. */
  @Test
  @Order(101)
  void pgpoolsOwnPasswordIsMadeAnewWithPgbatons() throws Exception {
    var former = secret("ledger-pgpool").get("pcp-password");
    push(spec(rotation("third") + USERS + LATE + DATABASES), "Rotation third");

    assertThat(secret("ledger-pgpool").get("pcp-password")).isNotEqualTo(former);
    soon("pgpool's commands come with it", UsersClusterIT::countsNodes);
  }

  @Test
  @Order(102)
  void whatSomebodyChangesByHandIsPutBackAndTold() throws Exception {
    var began = System.nanoTime();
    Databases.execute(superuser(), "alter role late nologin");
    Databases.execute(superuser(), "alter role app reset search_path");
    await("it is as declared")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(
            () ->
                Databases.query(
                        superuser(),
                        "select rolcanlogin || ' ' || (select array_to_string(rolconfig, ',') from pg_roles where rolname = 'app') from pg_roles where rolname = 'late'")
                    .getFirst()
                    .matches("true .*search_path=.*sales.*"));
    System.out.printf(
        "put back after %d ms%n", Duration.ofNanos(System.nanoTime() - began).toMillis());
    soon(
        "it is told",
        () ->
            kubernetes.v1().events().inNamespace(WHERE.namespace()).list().getItems().stream()
                .anyMatch(
                    event ->
                        "UsersMended".equals(event.getReason())
                            && event.getMessage().contains("late")
                            && event.getMessage().contains("app")));
    assertThat(logsIn(at("ledger-pgpool", "late", secret("ledger-late").get("password")))).isTrue();
  }

  @Test
  @Order(103)
  void whatIsToBeAbsentGoesAndNothingElse() throws Exception {
    var late = secret("ledger-late").get("password");
    var others =
        "select string_agg(rolname, ' ' order by rolname) from pg_roles where rolname <> 'late'";
    var before = Databases.query(superuser(), others);
    var passing = "    - {name: passing, owner: late%s}\n";
    push(
        spec(rotation("third") + USERS + LATE + DATABASES + passing.formatted("")),
        "One in passing");
    assertThat(exist("passing", "late")).isEqualTo("1 1");

    push(
        spec(
            rotation("third")
                + USERS
                + LATE.replace("memberOf: [group_of]", "ensure: absent")
                + DATABASES
                + "    - {name: passing, ensure: absent}\n"),
        "Both are to be absent");

    assertThat(exist("passing", "late")).isEqualTo("0 0");
    assertThat(logsIn(at("ledger-primary", "late", late))).isFalse();
    assertThat(exist("shop", "app")).isEqualTo("1 1");
    assertThat(Databases.query(superuser(), others)).isEqualTo(before);
  }

  private static String exist(String database, String role) throws Exception {
    return Databases.query(
            superuser(),
            "select (select count(*) from pg_database where datname = '%s') || ' ' || (select count(*) from pg_roles where rolname = '%s')"
                .formatted(database, role))
        .getFirst();
  }

  private static boolean countsNodes() throws Exception {
    for (var pod : pods("pgpool"))
      if (!Shell.run(
              WHERE.kubectl(),
              "-n",
              WHERE.namespace(),
              "exec",
              pod.getMetadata().getName(),
              "--",
              "bash",
              "-c",
              "umask 077; printf 'localhost:*:admin:%s\n' \"$(< /etc/pgbaton/pgpool-credentials/pcp-password)\""
                  + " > /tmp/pcppass; PCPPASSFILE=/tmp/pcppass pcp_node_count -h localhost -U admin -w 2>&1; rm /tmp/pcppass")
          .strip()
          .equals("2")) return false;
    return true;
  }
}
