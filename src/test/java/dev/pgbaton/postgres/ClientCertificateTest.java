package dev.pgbaton.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.SecretData;
import dev.pgbaton.tls.CertificateSecrets;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real primary that asks for certificates, and a real standby that comes with one. */
class ClientCertificateTest {
  private static final String PASSWORD = "correct";

  @TempDir Path directory;
  private InstancePaths paths;
  private ServerConfiguration configuration;
  private final Secret authority = authority();

  @BeforeEach
  void mounts() throws IOException {
    Files.createDirectories(directory.resolve("run"));
    paths =
        new InstancePaths(
            directory,
            directory.resolve("primary"),
            directory.resolve("run"),
            directory.resolve("mounts/restart/restart.conf"),
            directory.resolve("mounts/reload"));
    configure();
    mount("tls", Names.CERTIFICATE_NAMES, "localhost");
    mount("replication", Names.CERTIFICATE_OF, Names.REPLICATION_NAME);
  }

  private void configure() {
    var password = new Password(PASSWORD);
    configuration =
        new ServerConfiguration(
            paths,
            "orders-1",
            _ -> "127.0.0.1",
            new CurrentCredentials(new Credentials(password, password, password)));
  }

  @Test
  void whoHasOneStreamsAndWhoHasOnlyThePasswordDoesNot() throws Exception {
    Files.createDirectories(paths.reloadSettings());
    Files.writeString(
        paths.reloadSettings().resolve("reload.conf"), "pgbaton.replication = 'certificate'\n");
    var data = paths.data();
    int port;
    try (var first = PostgresPair.started(data, 0)) {
      port = first.getPort();
      PostgresPair.execute(
          first,
          "CREATE ROLE repmgr LOGIN SUPERUSER REPLICATION PASSWORD '" + PASSWORD + "'",
          "CREATE ROLE repmgr_2 LOGIN SUPERUSER REPLICATION PASSWORD '" + PASSWORD + "'");
    }
    assertThat(configuration.certificate().take()).isTrue();
    assertThat(configuration.takeClientCertificate()).isTrue();
    assertThat(configuration.takeClientCertificate()).isFalse();
    configuration.write(Optional.of("orders-0"), MountedSettings.read(paths.reloadSettings()), "");
    var upstream = Files.readString(paths.run().resolve("upstream.conf"));
    assertThat(upstream).contains("sslcert=").contains("pgbaton.client_certificate = 'there'");

    var copy = directory.resolve("standby");
    copy(data, copy);
    Files.createFile(copy.resolve("standby.signal"));
    // The second login, whose turn it may be: one certificate fits both.
    Files.writeString(
        copy.resolve("postgresql.auto.conf"),
        upstream.replace("port=5432", "port=" + port).replace("user=repmgr ", "user=repmgr_2 "));
    Files.writeString(
        data.resolve("postgresql.auto.conf"),
        Files.readString(configuration.certificate().configuration()));
    Files.copy(
        paths.run().resolve("pg_ident.conf"),
        data.resolve("pg_ident.conf"),
        StandardCopyOption.REPLACE_EXISTING);
    var rules = Files.readString(paths.run().resolve("pg_hba.conf"));
    assertThat(rules).contains("cert map=replication");
    Files.writeString(data.resolve("pg_hba.conf"), "host all postgres all trust\n" + rules);

    try (var primary = PostgresPair.started(data, port);
        var standby = PostgresPair.started(copy, 0)) {
      await("the standby streams by its certificate")
          .atMost(Duration.ofSeconds(20))
          .ignoreExceptions()
          .until(() -> seen(primary).startsWith("repmgr_2 /CN=repmgr "));
      for (var sslMode : new String[] {"require", "disable"})
        for (var database : new String[] {"postgres", "replication"})
          assertThatThrownBy(() -> comesByPassword(port, sslMode, database))
              .hasMessageMatching("(?s).*(valid client certificate|pg_hba.conf (entry )?reject).*");

      var before = seen(primary);
      mount("replication", Names.CERTIFICATE_OF, Names.REPLICATION_NAME);
      assertThat(configuration.takeClientCertificate()).isTrue();
      assertThat(configuration.client().setting()).isNotEmpty();
      // Nobody told PostgreSQL, and the next connection comes with it.
      PostgresPair.execute(primary, "SELECT pg_terminate_backend(pid) FROM pg_stat_replication");
      await("it comes again with the renewed one")
          .atMost(Duration.ofSeconds(20))
          .ignoreExceptions()
          .until(() -> !seen(primary).equals(before));
      assertThat(seen(primary)).startsWith("repmgr_2 /CN=repmgr ");

      // Without the file it comes all the same, where it is not asked for it.
      Files.delete(pem());
      Files.writeString(
          data.resolve("pg_hba.conf"),
          "host all postgres all trust\nhostssl replication repmgr_2 all trust\n");
      PostgresPair.execute(
          primary,
          "SELECT pg_reload_conf()",
          "SELECT pg_terminate_backend(pid) FROM pg_stat_replication");
      await("it comes again without one")
          .atMost(Duration.ofSeconds(20))
          .ignoreExceptions()
          .until(() -> seen(primary).equals("repmgr_2 - -"));
      PostgresPair.execute(standby, "SELECT 1");
    }
  }

  @Test
  void oneThatTheOthersDoNotTrustIsNotShownToThem() throws IOException {
    var other = authority();
    write("replication", issued(other, Names.CERTIFICATE_OF, Names.REPLICATION_NAME));

    assertThat(configuration.takeClientCertificate()).isFalse();
    assertThat(pem()).doesNotExist();
    assertThat(configuration.client().setting()).isEmpty();
    assertThat(configuration.client().trouble())
        .hasValueSatisfying(
            why ->
                assertThat(why)
                    .startsWith("no certificate is taken: for replication, ")
                    .contains("not signed by"));
    assertThat(configuration.pendingCertificates()).isNotEmpty();
    configuration.certificate().take();
    assertThat(configuration.pendingCertificates()).isEmpty();
  }

  /** On a certificate that a server does not trust it breaks off, and no password helps. */
  @Test
  void oneThatTheOthersNoLongerLetInIsTakenAway() throws IOException {
    var streaming = taken();
    var other = authority();
    write("tls", issued(other, Names.CERTIFICATE_NAMES, "localhost"));

    assertThat(isPending()).isTrue();
    assertThat(configuration.takeClientCertificate()).isTrue();
    assertThat(pem()).doesNotExist();
    assertThat(configuration.client().setting()).isEmpty();
    // What streams does not break off for that.
    assertThat(configuration.copying("orders-0")).isEqualTo(streaming);
    assertThat(configuration.client().trouble()).isPresent();
    assertThat(isPending()).isFalse();

    configuration.client().again();
    assertThat(isPending()).isTrue();
    assertThat(configuration.takeClientCertificate()).isTrue();

    write("replication", issued(other, Names.CERTIFICATE_OF, Names.REPLICATION_NAME));
    assertThat(isPending()).isTrue();
    assertThat(configuration.takeClientCertificate()).isTrue();
    assertThat(configuration.client().setting()).isNotEmpty();
    assertThat(configuration.client().trouble()).isEmpty();
  }

  /** Also one that a former container of the pod has left. */
  @Test
  void oneWhoseTimeEndsIsTakenAwayAndOneWhoseTimeBeginsIsTaken() throws Exception {
    var now = Instant.now();
    var expired = now.minus(Duration.ofDays(365)).plusSeconds(2);
    write("replication", issued(authority, Names.CERTIFICATE_OF, Names.REPLICATION_NAME, expired));
    taken();
    await("its time is over").atMost(Duration.ofSeconds(10)).until(this::isPending);
    configure();
    assertThat(configuration.takeClientCertificate()).isTrue();
    assertThat(pem()).doesNotExist();
    assertThat(isPending()).isFalse();

    // It is good from an hour before.
    var begins = Instant.now().plusSeconds(3602);
    write("replication", issued(authority, Names.CERTIFICATE_OF, Names.REPLICATION_NAME, begins));
    assertThat(configuration.takeClientCertificate()).isFalse();
    assertThat(isPending()).isFalse();
    await("its time begins").atMost(Duration.ofSeconds(10)).until(this::isPending);
    assertThat(configuration.takeClientCertificate()).isTrue();
    assertThat(pem()).exists();
  }

  @Test
  void aReplacementThatIsNoGoodLeavesTheOneThatIs() throws IOException {
    var good = issued(authority, Names.CERTIFICATE_OF, Names.REPLICATION_NAME);
    write("replication", good);
    taken();
    write("replication", issued(authority(), Names.CERTIFICATE_OF, Names.REPLICATION_NAME));
    assertThat(configuration.takeClientCertificate()).isFalse();
    assertThat(configuration.client().setting()).isNotEmpty();
    assertThat(configuration.client().trouble()).isPresent();

    write("replication", good);
    assertThat(isPending()).isTrue();
    assertThat(configuration.takeClientCertificate()).isFalse();
    assertThat(configuration.client().trouble()).isEmpty();
    assertThat(isPending()).isFalse();
  }

  private boolean isPending() {
    return !configuration.client().pending(configuration.certificate().authorities()).isEmpty();
  }

  @Test
  void aServerThatCanNotTellThemDoesNotSayThatItAsksForThem() throws IOException {
    var asked =
        new MountedSettings(
            "", "work_mem = '4MB'\npgbaton.replication = 'certificate'\n", Optional.empty());
    configuration.certificate().take();
    configuration.writeReloadable(asked);
    assertThat(read("reload.conf")).contains("pgbaton.replication");
    assertThat(read("pg_hba.conf")).contains("cert map=replication");

    Files.delete(directory.resolve("mounts/tls/ca.crt"));
    configuration.certificate().take();
    configuration.writeReloadable(asked);
    assertThat(read("reload.conf")).contains("work_mem").doesNotContain("pgbaton.replication");
    assertThat(read("pg_hba.conf")).doesNotContain("cert map=replication");
  }

  private String read(String file) throws IOException {
    return Files.readString(paths.run().resolve(file));
  }

  /** How it comes to the others with what is mounted now. */
  private String taken() {
    assertThat(configuration.takeClientCertificate()).isTrue();
    assertThat(pem()).exists();
    assertThat(configuration.client().setting()).isNotEmpty();
    return configuration.copying("orders-0");
  }

  private Path pem() {
    return paths.run().resolve("replication.pem");
  }

  private static String seen(EmbeddedPostgres primary) throws SQLException {
    try (var connection = primary.getPostgresDatabase().getConnection();
        var statement = connection.createStatement();
        var row =
            statement.executeQuery(
                "SELECT usename || ' ' || coalesce(client_dn, '-') || ' ' || coalesce(client_serial::text, '-')"
                    + " FROM pg_stat_replication JOIN pg_stat_ssl USING (pid)")) {
      return row.next() ? row.getString(1) : "nobody";
    }
  }

  private static void comesByPassword(int port, String sslMode, String database)
      throws SQLException {
    var replication = database.equals("replication") ? "&replication=true" : "";
    DriverManager.getConnection(
            "jdbc:postgresql://127.0.0.1:%d/postgres?user=repmgr&password=%s&sslmode=%s&preferQueryMode=simple&assumeMinServerVersion=17%s"
                .formatted(port, PASSWORD, sslMode, replication))
        .close();
  }

  private void mount(String volume, String annotation, String name) throws IOException {
    write(volume, issued(authority, annotation, name));
  }

  private void write(String volume, Secret secret) throws IOException {
    var mount = Files.createDirectories(directory.resolve("mounts/" + volume));
    for (var entry : secret.getData().entrySet())
      Files.writeString(mount.resolve(entry.getKey()), SecretData.decoded(entry.getValue()));
  }

  private static Secret authority() {
    var secret = secret("orders-ca", Map.of());
    CertificateSecrets.fillAuthority(secret, Instant.now());
    return secret;
  }

  private static Secret issued(Secret authority, String annotation, String name) {
    return issued(authority, annotation, name, Instant.now());
  }

  private static Secret issued(Secret authority, String annotation, String name, Instant at) {
    var secret = secret("issued", Map.of(Names.ISSUED_BY, "orders-ca", annotation, name));
    CertificateSecrets.fill(secret, Optional.empty(), authority, at);
    return secret;
  }

  private static Secret secret(String name, Map<String, String> annotations) {
    return new SecretBuilder()
        .withNewMetadata()
        .withNamespace("shop")
        .withName(name)
        .withAnnotations(new TreeMap<>(annotations))
        .endMetadata()
        .withType(CertificateSecrets.TYPE)
        .build();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (var file : files.toList()) {
        if (file.endsWith("postmaster.pid") || file.endsWith("epg-lock")) continue;
        Files.copy(
            file, to.resolve(from.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }
}
