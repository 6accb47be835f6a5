package dev.pgbaton.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.PodRef;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.cluster.SourceRef;
import dev.pgbaton.desired.ApplyPolicy;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredClusters;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.desired.ObjectRole;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.spec.ParsedSpec;
import dev.pgbaton.spec.SpecFile;
import dev.pgbaton.spec.SpecParser;
import dev.pgbaton.tls.Handshake;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** Three real PostgreSQL processes, and what happens to them. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LocalSandboxTest {
  private static final ClusterId ORDERS = new ClusterId("shop", "orders");

  @TempDir static Path directory;

  private static final String SPEC =
      """
      apiVersion: pgbaton.dev/v1alpha1
      kind: PostgresCluster
      metadata: {name: orders, namespace: shop}
      spec:
        instances: 3
        image: registry.example.com/pgbaton/postgres:17
        storage: {size: 1Gi}
        tls: {generated: true, replication: clientCertificate}
      """;

  private LocalSandbox sandbox;
  private DesiredCluster desired;

  @BeforeAll
  void threeInstances() throws Exception {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    sandbox =
        new LocalSandbox(
            Place.take(directory.resolve("sandbox")),
            () -> {},
            _ -> {},
            (name, line) -> System.out.println(name + " " + line));
    desired = desired("");
    sandbox.start();
    desired.objects().forEach(sandbox.writer()::write);
    await().atMost(Duration.ofSeconds(180)).until(this::settled);
  }

  @AfterAll
  void nothingIsLeft() throws Exception {
    sandbox.close();
    assertThat(directory.resolve("sandbox/instances")).doesNotExist();
    assertThat(processes(p -> p.contains(directory.toString()))).isEmpty();
  }

  @Test
  void handsOffAndFailsOverWithoutLosingARow() throws Exception {
    var writer = new Writer();
    var thread = Thread.ofPlatform().start(writer);
    var first = primary().orElseThrow();
    var candidate = pods().stream().filter(p -> !name(p).equals(first)).findFirst().orElseThrow();
    var lease = (Lease) live().objects().get(desired.layout().key("Lease", "orders"));
    sandbox
        .writer()
        .requestHandoff(
            desired.layout(),
            lease.getMetadata().getResourceVersion(),
            new dev.pgbaton.cluster.PodRef(
                name(candidate),
                candidate.getMetadata().getUid(),
                candidate.getMetadata().getResourceVersion()));
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> primary().equals(Optional.of(name(candidate))) && settled());
    var planned = writer.longestGap();
    assertThat(planned).isLessThan(Duration.ofSeconds(5));

    sandbox.killPostgres(ORDERS, name(candidate));
    await().atMost(Duration.ofSeconds(60)).until(() -> writer.writtenAgain() && settled());

    thread.interrupt();
    thread.join();
    System.out.printf(
        "gap of the handoff %d ms, over all %d ms, %d rows%n",
        planned.toMillis(), writer.longestGap().toMillis(), writer.acknowledged);
    try (var connection = open();
        var statement = connection.createStatement();
        var row = statement.executeQuery("SELECT count(*) FROM written")) {
      row.next();
      assertThat(row.getLong(1)).isGreaterThanOrEqualTo(writer.acknowledged);
    }
  }

  @Test
  void rulesOfAccessAreTakenWithoutARestart() throws Exception {
    execute(
        "CREATE ROLE app LOGIN PASSWORD 'app'",
        "CREATE ROLE other LOGIN PASSWORD 'other'",
        "CREATE ROLE guest LOGIN PASSWORD 'guest'");
    assertThat(logsIn("app")).isTrue();
    assertThat(logsIn("other")).isTrue();
    var started = started();

    var ruled =
        desired(
            """
              access:
                rules:
                  - {type: host, users: [guest], addresses: [127.0.0.0/8], method: reject}
                  - {type: host, databases: [postgres], users: [app, guest]}
            """);
    takes(ruled);

    assertThat(logsIn("app")).isTrue();
    assertThat(logsIn("other")).isFalse();
    assertThat(logsIn("guest")).isFalse();
    assertThat(started()).isEqualTo(started);
    assertThat(settled()).isTrue();

    mount("host all all 10.0.0.0/99 scram-sha-256\n");
    errors("pg_hba.conf (line 8): invalid CIDR mask in address \"10.0.0.0/99\"");
    mount("host all all all trust\n");
    errors("access.conf has lines that pgbaton does not write: none of it is taken");
    assertThat(logsIn("app")).isTrue();
    assertThat(logsIn("other")).isFalse();

    takes(desired(""));
    assertThat(logsIn("other")).isTrue();

    // It was made by this version. Who is in the same place may log in, as psql in a pod does.
    assertThat(hostRules()).contains("reject", "host all all all scram-sha-256");
    takes(desired("  access: {superuser: network}\n"));
    assertThat(hostRules()).doesNotContain("postgres,repmgr,repmgr_2,pgbaton,pgbaton_2");
    takes(desired("  access: {superuser: local}\n"));
    assertThat(hostRules()).contains("reject", "host all all all scram-sha-256");
    takes(desired(""));
    assertThat(hostRules()).contains("reject", "host all all all scram-sha-256");
    assertThat(started()).isEqualTo(started);
  }

  @Test
  void anotherCertificateIsTakenWhileSessionsGoOn() throws Exception {
    var before = certificate();
    assertThat(before.getSubjectAlternativeNames().toString())
        .contains("orders-primary.shop.svc]", "*.orders-headless.shop.svc.cluster.local");
    var started = started();
    try (var session = open();
        var statement = session.createStatement();
        var row =
            statement.executeQuery("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")) {
      row.next();
      assertThat(row.getBoolean(1)).isTrue();

      var key = desired.layout().key("Secret", "orders-tls");
      var wanted = (Secret) desired.get(key).object();
      var otherNames =
          new SecretBuilder(wanted)
              .editMetadata()
              .addToAnnotations(Names.CERTIFICATE_NAMES, "db.example.com")
              .endMetadata()
              .build();
      sandbox
          .writer()
          .write(
              new DesiredObject(
                  otherNames,
                  ObjectRole.CREDENTIALS,
                  ApplyPolicy.COMPOSED,
                  SourceRef.file("orders.yaml")));
      touch("another certificate");
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> certificate().getSubjectAlternativeNames().toString().contains("example"));
      assertThat(session.isValid(5)).isTrue();
    }
    assertThat(started()).isEqualTo(started);
  }

  private X509Certificate certificate() throws Exception {
    return Handshake.certificate(sandbox.front(ORDERS));
  }

  private String hostRules() throws Exception {
    try (var connection = open();
        var statement = connection.createStatement();
        var row = statement.executeQuery("SELECT pg_read_file(current_setting('hba_file'))")) {
      row.next();
      return row.getString(1);
    }
  }

  private void takes(DesiredCluster wanted) {
    mount((ConfigMap) wanted.get(wanted.layout().key("ConfigMap", "orders-reload")).object());
    var own = List.of(Names.ACCESS_SETTING, Names.SUPERUSER_SETTING);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                answers().values().stream()
                        .filter(
                            a ->
                                a instanceof Answer.Known k
                                    && k.fileErrors().isEmpty()
                                    && own.stream()
                                        .allMatch(
                                            name ->
                                                k.settings()
                                                    .get(name)
                                                    .value()
                                                    .equals(wanted.settings().get(name))))
                        .count()
                    == 3);
  }

  private void mount(String rules) {
    var map =
        new ConfigMapBuilder(
                (ConfigMap)
                    desired.get(desired.layout().key("ConfigMap", "orders-reload")).object())
            .addToData(Names.ACCESS_FILE, rules)
            .addToData("reload.hash", "of " + rules)
            .build();
    mount(map);
  }

  private void mount(ConfigMap map) {
    sandbox
        .writer()
        .write(
            new DesiredObject(
                map, ObjectRole.SETTINGS, ApplyPolicy.APPLY, SourceRef.file("orders.yaml")));
    touch(map.getData().get("reload.hash"));
  }

  private void touch(String hash) {
    for (var pod : pods())
      sandbox
          .writer()
          .annotateReload(
              desired.layout(),
              new PodRef(
                  name(pod), pod.getMetadata().getUid(), pod.getMetadata().getResourceVersion()),
              hash);
  }

  private void errors(String what) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                answers().values().stream()
                    .allMatch(a -> a instanceof Answer.Known k && k.fileErrors().contains(what)));
  }

  private boolean logsIn(String user) throws SQLException {
    try (var connection = open(user, user)) {
      return connection.isValid(5);
    } catch (SQLException e) {
      if (e.getSQLState().startsWith("28")) return false;
      throw e;
    }
  }

  private void execute(String... statements) throws SQLException {
    try (var connection = open();
        var statement = connection.createStatement()) {
      for (var sql : statements) statement.execute(sql);
    }
  }

  private String started() throws SQLException {
    try (var connection = open();
        var statement = connection.createStatement();
        var row = statement.executeQuery("SELECT pg_postmaster_start_time()")) {
      row.next();
      return row.getString(1);
    }
  }

  /** In which PostgreSQL's own view of its control file is the measure. */
  @Test
  void whatStandsInForPgControldataReadsTheSameFields() throws Exception {
    var home = directory.resolve("sandbox/instances/shop/orders-0");
    var process =
        new ProcessBuilder(
                home.resolve("bin/pg_controldata").toString(),
                home.resolve("volume/pgdata").toString())
            .start();
    var printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    try (var connection = open();
        var statement = connection.createStatement();
        var row =
            statement.executeQuery(
                """
                SELECT system_identifier, current_setting('max_connections'),
                  current_setting('max_wal_senders'), current_setting('max_worker_processes'),
                  current_setting('max_locks_per_transaction')
                FROM pg_control_system()""")) {
      row.next();
      assertThat(printed.lines())
          .contains(
              "Database system identifier: " + row.getString(1),
              "max_connections setting: " + row.getString(2),
              "max_wal_senders setting: " + row.getString(3),
              "max_worker_processes setting: " + row.getString(4),
              "max_locks_per_xact setting: " + row.getString(5))
          .anyMatch(line -> line.matches("Latest checkpoint location: 0/[0-9A-F]+"))
          .anyMatch(line -> line.matches("Latest checkpoint's TimeLineID: [1-9]"))
          .anyMatch(
              line -> line.matches("Database cluster state: in (production|archive recovery)"));
    }
  }

  /** A client that writes through the front, and connects again when it has to. */
  private final class Writer implements Runnable {
    private volatile long longest;
    private volatile long last = System.nanoTime();
    private volatile long acknowledged;
    private boolean made;
    private long seen;

    Duration longestGap() {
      return Duration.ofNanos(longest);
    }

    boolean writtenAgain() {
      var before = seen;
      seen = acknowledged;
      return seen > before;
    }

    @Override
    public void run() {
      while (!Thread.currentThread().isInterrupted()) {
        try (var connection = open();
            var statement = connection.createStatement()) {
          if (!made) statement.execute("CREATE TABLE written (at timestamptz DEFAULT now())");
          if (!made) last = System.nanoTime();
          made = true;
          while (!Thread.currentThread().isInterrupted()) {
            statement.execute("INSERT INTO written DEFAULT VALUES");
            acknowledged++;
            longest = Math.max(longest, System.nanoTime() - last);
            last = System.nanoTime();
            Thread.sleep(10);
          }
        } catch (SQLException e) {
          // It connects again.
        } catch (InterruptedException e) {
          return;
        }
      }
    }
  }

  private Connection open() throws SQLException {
    return open("postgres", sandbox.password(ORDERS));
  }

  private Connection open(String user, String password) throws SQLException {
    var source = new PGSimpleDataSource();
    var front = sandbox.front(ORDERS);
    source.setServerNames(new String[] {front.getHostString()});
    source.setPortNumbers(new int[] {front.getPort()});
    source.setDatabaseName("postgres");
    source.setUser(user);
    source.setPassword(password);
    source.setSocketTimeout(5);
    return source.getConnection();
  }

  private ClusterSnapshot live() {
    return sandbox.reader().live(desired.layout(), Set.of());
  }

  private List<Pod> pods() {
    return live().pods();
  }

  private static String name(Pod pod) {
    return pod.getMetadata().getName();
  }

  private Map<String, Answer> answers() {
    return sandbox.probe().ask(desired.layout(), pods(), Set.of(Names.ACCESS_SETTING));
  }

  private Optional<String> primary() {
    return answers().entrySet().stream()
        .filter(e -> e.getValue() instanceof Answer.Known k && k.role() == Role.PRIMARY)
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private boolean settled() {
    return answers().values().stream()
        .anyMatch(
            a ->
                a instanceof Answer.Known k
                    && k.role() == Role.PRIMARY
                    && k.standbys().values().stream().filter(s -> s.streaming()).count() == 2);
  }

  private static DesiredCluster desired(String more) {
    var file = new SpecFile("orders.yaml", "", (SPEC + more).getBytes(StandardCharsets.UTF_8));
    return DesiredClusters.of(
        (ParsedSpec.Valid) SpecParser.parse(List.of(file)).clusters().firstEntry().getValue());
  }

  private static List<String> processes(Predicate<String> command) {
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.flatMap(p -> p.info().commandLine().stream())
          .filter(line -> line.contains("bin/postgres"))
          .filter(command)
          .toList();
    }
  }
}
