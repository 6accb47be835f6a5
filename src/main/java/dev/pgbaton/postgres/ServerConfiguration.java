package dev.pgbaton.postgres;

import dev.pgbaton.cluster.LoginTurn;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ServiceRole;
import dev.pgbaton.instance.Quorum;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The configuration files that PostgreSQL is started with. Of those in PGDATA itself it reads
 * postgresql.auto.conf only, which {@link DataFiles#silenceAlteredSettings} empties.
 */
final class ServerConfiguration {
  static final int MAX_WAL_SENDERS = 20;

  /**
   * Who is in the container may be any of the program's roles: for psql in a shell of the pod. And
   * one certificate fits both logins, whose turn it may be.
   */
  private static final String IDENT =
      """
      pgbaton pgbaton postgres
      pgbaton pgbaton repmgr
      pgbaton pgbaton repmgr_2
      pgbaton pgbaton pgbaton
      pgbaton pgbaton pgbaton_2
      replication %1$s repmgr
      replication %1$s repmgr_2
      """
          .formatted(Names.REPLICATION_NAME);

  private final InstancePaths paths;
  private final ServerCertificate certificate;
  private final ClientCertificate client;
  private final String name;
  private final Neighbours neighbours;
  private final CurrentCredentials credentials;

  ServerConfiguration(
      InstancePaths paths, String name, Neighbours neighbours, CurrentCredentials credentials) {
    this.paths = paths;
    this.certificate = new ServerCertificate(paths);
    this.client = new ClientCertificate(paths);
    this.name = name;
    this.neighbours = neighbours;
    this.credentials = credentials;
  }

  Neighbours neighbours() {
    return neighbours;
  }

  ServerCertificate certificate() {
    return certificate;
  }

  /** By which the others let this instance in. */
  ClientCertificate client() {
    return client;
  }

  /** Whether there is another one to come with, or none any more, as far as it can be told here. */
  boolean takeClientCertificate() {
    return client.take(certificate.authorities());
  }

  /** What is mounted of certificates and was not looked at; empty for nothing. */
  String pendingCertificates() {
    var pending = certificate.pending() + client.pending(certificate.authorities());
    return pending.isEmpty() ? "" : "+" + pending;
  }

  Path passwords() {
    return paths.passwords();
  }

  Path ofRepmgr() {
    return paths.ofRepmgr();
  }

  /**
   * @param last lines that outweigh all others
   */
  void write(Optional<String> upstream, MountedSettings reloadable, String last) {
    try {
      Files.createDirectories(paths.run());
      Files.writeString(paths.run().resolve("pg_ident.conf"), IDENT);
      writePasswords();
      writeReloadable(reloadable);
      writeUpstream(upstream);
      Files.writeString(
          paths.configuration(),
          """
          shared_preload_libraries = 'repmgr'
          wal_keep_size = '512MB'
          max_wal_senders = %d
          log_startup_progress_interval = '10s'
          include_if_exists '%s'
          include '%s'
          listen_addresses = '*'
          unix_socket_directories = '%s'
          hba_file = '%s'
          ident_file = '%s'
          cluster_name = '%s'
          hot_standby = on
          wal_log_hints = on
          wal_sender_timeout = '5s'
          wal_receiver_timeout = '5s'
          wal_retrieve_retry_interval = '200ms'
          allow_alter_system = off
          logging_collector = off
          include '%s'
          include_if_exists '%s'
          %s
          %s
          """
              .formatted(
                  MAX_WAL_SENDERS,
                  paths.restartSettings(),
                  paths.run().resolve("reload.conf"),
                  paths.run(),
                  paths.run().resolve("pg_hba.conf"),
                  paths.run().resolve("pg_ident.conf"),
                  name,
                  paths.run().resolve("upstream.conf"),
                  paths.run().resolve("quorum.conf"),
                  certificate.expected()
                      ? "include_if_exists '%s'".formatted(certificate.configuration())
                      : "",
                  last));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void writeUpstream(Optional<String> upstream) {
    DataFiles.replaceUntilRestart(
        paths.run().resolve("upstream.conf"),
        "primary_conninfo = '%s'\n".formatted(upstream.map(this::streaming).orElse(""))
            + client.setting());
  }

  /** It outweighs what is mounted: that is what somebody wishes, this is what the Lease says. */
  void writeQuorum(Quorum quorum) {
    DataFiles.replaceUntilRestart(
        paths.run().resolve("quorum.conf"),
        "synchronous_standby_names = '%s'\n".formatted(quorum.setting()));
  }

  void writeReloadable(MountedSettings settings) {
    var byCertificate = settings.byCertificate() && certificate.verifiesClients();
    DataFiles.replaceUntilRestart(
        paths.run().resolve("pg_hba.conf"),
        HostRules.file(
            settings.rules(),
            certificate.expected(),
            byCertificate,
            !settings.superuserOverNetwork() && DataFiles.keepSuperuserLocal(paths.data())));
    // What it shows is what is in force.
    DataFiles.replaceUntilRestart(
        paths.run().resolve("reload.conf"),
        (byCertificate ? settings.text() : settings.textByPassword())
            + HostRules.setting(settings.rules()));
  }

  private String streaming(String instance) {
    return connection(instance, name);
  }

  /**
   * For tools. Under a name that confirms no commit: what is being copied counts for nobody, and is
   * gone if the copy breaks off.
   */
  String copying(String instance) {
    return connection(instance, name + "-copy");
  }

  /**
   * The password stays in its file. A host that is gone without a word is noticed in seconds, not
   * in the kernel's two hours.
   */
  private String connection(String instance, String as) {
    return "host=%s port=5432 user=%s dbname=postgres application_name=%s passfile=%s connect_timeout=2 keepalives_idle=5 keepalives_interval=2 keepalives_count=3 tcp_user_timeout=10000"
            .formatted(host(instance), login(), as, paths.passwords())
        + client.words();
  }

  String host(String instance) {
    return neighbours.host(instance);
  }

  /** As whom instances connect to each other. */
  String login() {
    return credentials.get().inUse(ServiceRole.REPMGR).role();
  }

  /**
   * Another one with each turn, and in a pod that is made for a certificate: who keeps connections
   * to others opens them anew then.
   */
  String turn() {
    return credentials.get().turn().map(LoginTurn::id).orElse("") + client.words();
  }

  /** Those of all logins that work. In one go: somebody may be connecting right now. */
  void writePasswords() {
    try {
      var lines = new StringBuilder();
      for (var login : credentials.get().all(ServiceRole.REPMGR))
        lines
            .append("*:*:*:")
            .append(login.role())
            .append(':')
            .append(login.password().replace("\\", "\\\\").replace(":", "\\:"))
            .append('\n');
      PrivateFile.write(paths.passwords(), lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
