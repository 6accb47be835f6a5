package dev.pgbaton.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.tls.Handshake;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.math.BigInteger;
import java.net.InetSocketAddress;
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
import java.util.concurrent.Callable;
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

/** Certificates and rules of access, on the real cluster. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AccessClusterIT {
  private static final Surroundings WHERE = Surroundings.fromEnvironment();
  private static final Duration PATIENCE = WHERE.patience(Duration.ofSeconds(120));
  private static final Duration SOON = WHERE.patience(Duration.ofSeconds(20));
  private static final String FILE = "clusters/vault.yaml";
  private static final String VAULT = "vault";
  private static final String SPEC =
      """
      apiVersion: pgbaton.dev/v1alpha1
      kind: PostgresCluster
      metadata: {name: vault, namespace: %s}
      spec:
        instances: 2
        image: %s
        storage: {size: 1Gi}
        pgpool: {instances: 1, image: %s}
        users: [{name: app}, {name: late}]
        databases: [{name: shop, owner: app}]
        tls: {generated: true}
      """;
  private static final String RULES =
      """
        access:
          rules:
            - {type: hostssl, databases: [shop], users: [app]}
      """;

  private static KubernetesClient kubernetes;
  private static Installation installation;

  @TempDir static Path work;

  @RegisterExtension
  static final Diagnostics DIAGNOSTICS =
      new Diagnostics(() -> kubernetes, WHERE, () -> installation.statuses());

  @BeforeAll
  static void aClusterWithACertificate() throws Exception {
    kubernetes = Installation.client();
    installation = new Installation(WHERE, kubernetes, work);
    installation.start();
    push(spec(""), "A cluster with a certificate");
  }

  @AfterAll
  static void removeEverything() {
    installation.close();
    kubernetes.close();
  }

  @Test
  @Order(1)
  void psqlsStrictestCheckPassesThroughPgpoolAndTheServices() throws Exception {
    var password = secret("vault-app").get("password");
    for (var service : List.of("vault-pgpool", "vault-primary", "vault-replicas"))
      assertThat(
              psql(
                  service,
                  "app",
                  password,
                  "verify-full",
                  "select ssl from pg_stat_ssl where pid = pg_backend_pid()"))
          .as(service)
          .isEqualTo("t");
    assertThat(psql("vault-primary", "app", password, "disable", "select 1")).isEqualTo("1");
    assertThat(superuserLogsIn()).containsOnly(false).hasSize(3);
    assertThat(asked("select current_user")).containsOnly("postgres").hasSize(2);
    Databases.execute(
        at("vault-primary", "app", password), "create table entries (id serial, what text)");
  }

  @Test
  @Order(2)
  void rulesOfAccessAreTakenByAPushWithoutARestart() throws Exception {
    var before = uids("postgresql", "pgpool");
    var app = secret("vault-app").get("password");
    var late = secret("vault-late").get("password");
    assertThat(logsIn(at("vault-primary", "late", late))).isTrue();

    push(spec(RULES), "Rules");

    assertThat(psql("vault-primary", "app", app, "verify-full", "select 1")).isEqualTo("1");
    assertThat(psql("vault-pgpool", "app", app, "verify-full", "select 1")).isEqualTo("1");
    assertThat(logsIn(at("vault-primary", "app", app))).isFalse();
    assertThat(psql("vault-primary", "late", late, "verify-full", "select 1"))
        .contains("no pg_hba.conf entry");
    assertThat(superuserLogsIn()).containsOnly(false).hasSize(3);

    var lockOut = pushed(spec(RULES.replace("[app]", "[repmgr, pgbaton]")), "A lock-out");
    soon(
        "the lock-out is refused",
        () ->
            status(lockOut)
                .filter(s -> s.description().contains("repmgr is a superuser"))
                .isPresent());
    assertThat(psql("vault-primary", "app", app, "verify-full", "select 1")).isEqualTo("1");
    push(spec(RULES), "The rules of before");
    assertThat(uids("postgresql", "pgpool")).isEqualTo(before);
  }

  @Test
  @Order(3)
  void aRenewedCertificateIsTakenUnderInsertsThatGoOn() throws Exception {
    var instances = uids("postgresql");
    var primary = at("vault-primary", "app", secret("vault-app").get("password"));
    primary.setSslMode("require");
    var before = serial("vault-primary");
    var began = System.nanoTime();
    var rows = 0;
    try (var connection = primary.getConnection();
        var insert = connection.prepareStatement("insert into entries (what) values ('renewed')")) {
      isDue("vault-tls");
      var deadline = System.nanoTime() + PATIENCE.toNanos();
      while (serial("vault-primary").equals(before)) {
        if (rows % 20 == 0) touchInstances();
        insert.executeUpdate();
        rows++;
        Thread.sleep(50);
        assertThat(System.nanoTime()).as("until the certificate is taken").isLessThan(deadline);
      }
      for (int i = 0; i < 20; i++, rows++) insert.executeUpdate();
    }
    System.out.printf(
        "the renewed certificate is PostgreSQL's after %d ms, %d rows over one connection%n",
        Duration.ofNanos(System.nanoTime() - began).toMillis(), rows);
    assertThat(
            psql(
                "vault-primary",
                "app",
                secret("vault-app").get("password"),
                "verify-full",
                "select count(*) from entries where what = 'renewed'"))
        .isEqualTo("" + rows);
    assertThat(uids("postgresql")).isEqualTo(instances);
    await("pgpool's pods are of the renewed certificate")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .ignoreExceptions()
        .until(() -> serial("vault-pgpool").equals(serial("vault-primary")));
  }

  @Test
  @Order(4)
  void replicationGoesByCertificateOnlyOnceItIsAskedFor() throws Exception {
    var began = System.nanoTime();
    assertThat(replicatesByPassword()).matches("(?s)\\d+\\|.*");

    push(byCertificate(), "Certificates for replication");

    tell("to go over to certificates", began);
    assertThat(standbys()).hasSize(1).allMatch(s -> s.contains(" /CN=repmgr "));
    assertThat(replicatesByPassword()).contains("valid client certificate");
    for (var pod : pods("postgresql"))
      assertThat(
              inside(
                  pod.getMetadata().getName(),
                  "/usr/lib/postgresql/17/bin/repmgr -f /run/pgbaton/repmgr.conf cluster show --csv"))
          .contains("1000,0,", "1001,0,");

    var before = secret("vault-replication").get("tls.crt");
    var streams = walSenders();
    began = System.nanoTime();
    isDue("vault-replication");
    await("the renewed certificate is everywhere")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(1))
        .ignoreExceptions()
        .until(
            () -> {
              touchInstances();
              var now = secret("vault-replication").get("tls.crt");
              return !now.equals(before)
                  && pods("postgresql").stream()
                      .allMatch(
                          pod -> certificate(pod.getMetadata().getName()).equals(now.strip()));
            });
    tell("until a renewed one is everywhere", began);
    assertThat(walSenders()).isEqualTo(streams);
  }

  @Test
  @Order(5)
  void aHandoffAndACopyGoByTheRenewedCertificate() throws Exception {
    var began = System.nanoTime();
    var primary = primary();
    var renewed = serials();
    kubernetes.pods().inNamespace(WHERE.namespace()).withName(primary).delete();
    await("the former primary streams with the renewed certificate")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(300))
        .ignoreExceptions()
        .until(
            () ->
                standbys().stream().anyMatch(s -> s.startsWith(primary + " /CN=repmgr "))
                    && !serials().equals(renewed));
    tell("a handoff and the return", began);

    began = System.nanoTime();
    var claim =
        kubernetes
            .persistentVolumeClaims()
            .inNamespace(WHERE.namespace())
            .withName(Names.DATA_CLAIM + "-" + primary);
    var volume = claim.get().getMetadata().getUid();
    claim.delete();
    kubernetes.pods().inNamespace(WHERE.namespace()).withName(primary).delete();
    await("the replica without a volume has a copy")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(300))
        .ignoreExceptions()
        .until(
            () ->
                !claim.get().getMetadata().getUid().equals(volume)
                    && standbys().stream().anyMatch(s -> s.startsWith(primary + " /CN=repmgr ")));
    tell("a copy", began);
  }

  @Test
  @Order(6)
  void andBackToThePassword() throws Exception {
    var began = System.nanoTime();
    push(spec(RULES), "Passwords for replication");
    tell("to go back to passwords", began);
    assertThat(standbys()).hasSize(1).noneMatch(s -> s.contains("/CN="));
    assertThat(replicatesByPassword()).matches("(?s)\\d+\\|.*");
  }

  @Test
  @Order(7)
  void theSuperuserStaysInItsPodsUnlessAPushSaysOtherwise() throws Exception {
    var before = uids("postgresql", "pgpool");
    push(spec(""), "Nothing is said of who may connect");
    assertThat(superuserLogsIn()).containsOnly(false).hasSize(3);
    assertThat(asked("select current_user")).containsOnly("postgres").hasSize(2);
    assertThat(
            inside(
                primary(),
                "PGPASSWORD='%s' psql 'host=vault-primary user=repmgr dbname=shop connect_timeout=5' -Atc 'select 1'"
                    .formatted(secret("vault-credentials").get(Names.REPMGR_PASSWORD))))
        .contains("pg_hba.conf rejects connection");

    push(spec("  access: {superuser: network}\n"), "The superuser from everywhere");
    assertThat(superuserLogsIn()).containsOnly(true).hasSize(3);

    push(spec("  access: {superuser: local}\n"), "The superuser at home, in so many words");
    assertThat(superuserLogsIn()).containsOnly(false).hasSize(3);
    push(spec(""), "And as it was made");
    assertThat(superuserLogsIn()).containsOnly(false).hasSize(3);
    assertThat(uids("postgresql", "pgpool")).isEqualTo(before);
  }

  /** The primary has a copy of the certificate that it took; whoever starts now has none. */
  @Test
  @Order(8)
  void withoutTheCertificateClearTextStaysClosedAndTheReplicaFollows() throws Exception {
    var own = ownCertificate();
    kubernetes.resource(own).create();
    push(
        spec(RULES).replace("{generated: true}", "{secretName: vault-own, clients: required}"),
        "A certificate of somebody's own");
    var primary = primary();
    var replica =
        pods("postgresql").stream()
            .filter(pod -> !pod.getMetadata().getName().equals(primary))
            .findFirst()
            .orElseThrow();
    var name = replica.getMetadata().getName();
    var began = System.nanoTime();

    kubernetes.resource(own).delete();
    kubernetes.resource(replica).delete();
    await("it follows, without a certificate")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(300))
        .ignoreExceptions()
        .until(
            () ->
                pods("postgresql").stream()
                        .noneMatch(
                            pod ->
                                pod.getMetadata().getUid().equals(replica.getMetadata().getUid()))
                    && inside(name, "psql -U postgres -Atc 'show ssl'").equals("off")
                    && standbys().stream().anyMatch(s -> s.startsWith(name + " ")));
    assertThat(inReplica(name, "app", secret("vault-app").get("password"), "shop"))
        .contains("no pg_hba.conf entry")
        .contains("no encryption");
    assertThat(
            inReplica(
                name,
                Names.MONITOR_USER,
                secret("vault-credentials").get(Names.MONITOR_PASSWORD),
                "postgres"))
        .isEqualTo("1");

    kubernetes.resource(own).create();
    await("clients get in as before")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(1))
        .ignoreExceptions()
        .until(
            () -> {
              touchInstances();
              return inReplica(name, "app", secret("vault-app").get("password"), "shop")
                  .equals("1");
            });
    tell("without the certificate and with it again", began);
  }

  /** As libpq comes by itself: with TLS where there is any. */
  private static String inReplica(String pod, String user, String password, String database) {
    return inside(
        pod,
        "PGPASSWORD='%s' psql 'host=%s.vault-headless user=%s dbname=%s sslmode=prefer connect_timeout=5' -Atc 'select 1'"
            .formatted(password, pod, user, database));
  }

  private static Secret ownCertificate() {
    return new SecretBuilder()
        .withNewMetadata()
        .withName("vault-own")
        .withNamespace(WHERE.namespace())
        .addToLabels(Names.CLUSTER_LABEL, VAULT)
        .endMetadata()
        .withType("kubernetes.io/tls")
        .withStringData(secret("vault-tls"))
        .build();
  }

  private static String byCertificate() {
    return spec(RULES)
        .replace("{generated: true}", "{generated: true, replication: clientCertificate}");
  }

  private static void tell(String what, long began) {
    System.out.printf(
        "%s: %.1f s%n", what, Duration.ofNanos(System.nanoTime() - began).toMillis() / 1000.0);
  }

  /** What repmgr gets with its password, as nobody but an instance should. */
  private static String replicatesByPassword() {
    return inside(
        primary(),
        "PGPASSWORD='%s' psql 'host=vault-primary user=repmgr dbname=postgres replication=true sslmode=require connect_timeout=5' -Atc IDENTIFY_SYSTEM"
            .formatted(secret("vault-credentials").get(Names.REPMGR_PASSWORD)));
  }

  /** Who streams, with which certificate. */
  private static List<String> standbys() {
    return asked(
        "select application_name || ' ' || coalesce(client_dn, 'none') || ' ' || state from pg_stat_replication join pg_stat_ssl using (pid) where state = 'streaming'");
  }

  private static List<String> serials() {
    return asked("select client_serial from pg_stat_replication join pg_stat_ssl using (pid)");
  }

  private static List<String> walSenders() {
    return asked("select pid || ' ' || backend_start from pg_stat_replication");
  }

  /** All instances, whichever is the primary. */
  private static List<String> asked(String sql) {
    var rows = new ArrayList<String>();
    for (var pod : pods("postgresql"))
      inside(pod.getMetadata().getName(), "psql -U postgres -Atc \"%s\"".formatted(sql))
          .lines()
          .forEach(rows::add);
    return rows;
  }

  private static String primary() {
    return pods("postgresql").stream()
        .map(pod -> pod.getMetadata().getName())
        .filter(
            name -> inside(name, "psql -U postgres -Atc 'select pg_is_in_recovery()'").equals("f"))
        .findFirst()
        .orElseThrow();
  }

  private static String certificate(String pod) {
    return inside(pod, "sed -n '/BEGIN CERT/,/END CERT/p' /run/pgbaton/replication.pem");
  }

  /** What a command says in a pod, or what went wrong. */
  private static String inside(String pod, String command) {
    return Shell.run(
            WHERE.kubectl(),
            "-n",
            WHERE.namespace(),
            "exec",
            pod,
            "-c",
            "postgresql",
            "--",
            "sh",
            "-c",
            command + " 2>&1 || true")
        .strip();
  }

  private static void isDue(String certificate) {
    kubernetes
        .secrets()
        .inNamespace(WHERE.namespace())
        .withName(certificate)
        .edit(
            secret -> {
              secret.getMetadata().getAnnotations().remove(Names.RENEW_AFTER);
              return secret;
            });
  }

  /** It makes the kubelet look at their Secrets at once. */
  private static void touchInstances() {
    for (var pod : pods("postgresql"))
      kubernetes
          .pods()
          .resource(pod)
          .edit(
              p -> {
                p.getMetadata().getAnnotations().put("e2e/touched", "" + System.nanoTime());
                return p;
              });
  }

  private static BigInteger serial(String service) throws Exception {
    return Handshake.certificate(new InetSocketAddress(address(service), Names.POSTGRES_PORT))
        .getSerialNumber();
  }

  /** In a pod, where Services have names; what it says, or what went wrong. */
  private static String psql(
      String service, String user, String password, String sslMode, String sql) throws Exception {
    var pod = pods("postgresql").getFirst().getMetadata().getName();
    var connection =
        "host=%s.%s.svc user=%s dbname=shop sslmode=%s sslrootcert=/etc/pgbaton/tls/ca.crt connect_timeout=5"
            .formatted(service, WHERE.namespace(), user, sslMode);
    return inside(
        pod, "PGPASSWORD='%s' psql \"%s\" -Atc \"%s\"".formatted(password, connection, sql));
  }

  private static boolean logsIn(PGSimpleDataSource database) {
    try {
      return !Databases.query(database, "select 1").isEmpty();
    } catch (SQLException e) {
      return false;
    }
  }

  /** By each of the clients' routes. */
  private static List<Boolean> superuserLogsIn() {
    var password = secret("vault-credentials").get(Names.SUPERUSER_PASSWORD);
    return Stream.of("vault-primary", "vault-replicas", "vault-pgpool")
        .map(service -> logsIn(at(service, "postgres", password)))
        .toList();
  }

  private static PGSimpleDataSource at(String service, String user, String password) {
    var database = Databases.at(address(service), Names.POSTGRES_PORT, user, password);
    database.setDatabaseName("shop");
    return database;
  }

  private static String address(String service) {
    return kubernetes
        .services()
        .inNamespace(WHERE.namespace())
        .withName(service)
        .get()
        .getSpec()
        .getClusterIP();
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
              .withLabel(Names.CLUSTER_LABEL, VAULT)
              .withLabel(Names.COMPONENT_LABEL, component)
              .list()
              .getItems());
    return pods;
  }

  private static String spec(String more) {
    return SPEC.formatted(WHERE.namespace(), WHERE.postgresImage(), WHERE.pgpoolImage()) + more;
  }

  private static void push(String spec, String message) {
    var commit = pushed(spec, message);
    await(message + " is green")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> status(commit).filter(s -> s.state().equals("success")).isPresent());
  }

  private static String pushed(String spec, String message) {
    return installation.forge().write(FILE, spec).push(message);
  }

  private static Optional<Forge.Status> status(String commit) {
    return installation.forge().status(commit, "pgbaton/" + Daemon.ENVIRONMENT);
  }

  private static void soon(String what, Callable<Boolean> condition) {
    await(what).atMost(SOON).pollInterval(Duration.ofMillis(100)).until(condition);
  }
}
