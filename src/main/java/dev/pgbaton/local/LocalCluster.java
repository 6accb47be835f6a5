package dev.pgbaton.local;

import dev.pgbaton.catalog.Declaration;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.desired.UserSecrets;
import dev.pgbaton.instance.RouteTargets;
import dev.pgbaton.postgres.Credentials;
import dev.pgbaton.postgres.Neighbours;
import dev.pgbaton.sandbox.PodApi;
import io.fabric8.kubernetes.api.model.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.postgresql.ds.PGSimpleDataSource;

/** What the instances of one cluster share. */
final class LocalCluster implements Neighbours {
  private final ClusterId id;
  private final PodApi api;
  private final Path directory;
  private final Path postgresql;
  private final Account account;
  private final Credentials credentials;
  private final Front front;
  private final Supplier<String> addresses;
  private final BiConsumer<String, String> log;
  private final Map<String, Home> homes = new ConcurrentHashMap<>();
  private final BackupCopy copying =
      new BackupCopy(this::connect, instance -> home(instance).data());

  /**
   * @param directory the instances' homes are in it
   * @param postgresql its programs
   * @param addresses each of them once
   * @param log the instance's name, and what it says
   */
  LocalCluster(
      ClusterId id,
      PodApi api,
      Path directory,
      Path postgresql,
      Account account,
      Credentials credentials,
      Front front,
      Supplier<String> addresses,
      BiConsumer<String, String> log) {
    this.id = id;
    this.api = api;
    this.directory = directory;
    this.postgresql = postgresql;
    this.account = account;
    this.credentials = credentials;
    this.front = front;
    this.addresses = addresses;
    this.log = log;
  }

  ClusterId id() {
    return id;
  }

  PodApi api() {
    return api;
  }

  Path postgresql() {
    return postgresql;
  }

  Account account() {
    return account;
  }

  Credentials credentials() {
    return credentials;
  }

  Front front() {
    return front;
  }

  ObjectKey lease() {
    return new ObjectKey("Lease", id.namespace(), id.name());
  }

  /**
   * What is declared of its users and databases.
   *
   * @throws IllegalStateException with words for a person
   */
  <T> T declared(BiFunction<String, Declaration, T> told) {
    // As ClusterLayout calls it.
    var name = id.name() + "-users";
    return api.find(new ObjectKey("Secret", id.namespace(), name), Secret.class)
        .map(secret -> UserSecrets.told(secret, told))
        .orElseThrow(() -> new IllegalStateException("there is no Secret " + name));
  }

  Home home(String instance) {
    return homes.computeIfAbsent(
        instance, name -> new Home(directory.resolve(name), addresses.get()));
  }

  List<Home> homes() {
    return List.copyOf(homes.values());
  }

  List<String> names(int instances) {
    return IntStream.range(0, instances).mapToObj(i -> id.name() + "-" + i).toList();
  }

  /**
   * @param by the address of whoever says so: one that hands over leads clients ahead
   */
  boolean publish(int epoch, RouteTargets targets, String by) {
    var to = new InetSocketAddress(targets.primary(), Names.POSTGRES_PORT);
    return front.leadTo(epoch, to, targets.primary().equals(by));
  }

  /** By its name, as PostgreSQL shows it, at its address: no name server knows it. */
  @Override
  public String host(String instance) {
    return "%s hostaddr=%s".formatted(instance, home(instance).address());
  }

  @Override
  public String own(String instance) {
    return home(instance).address();
  }

  @Override
  public Optional<Copying> copying() {
    return Optional.of(copying);
  }

  private Connection connect(String instance) throws SQLException {
    var source = new PGSimpleDataSource();
    source.setServerNames(new String[] {home(instance).address()});
    source.setPortNumbers(new int[] {Names.POSTGRES_PORT});
    source.setDatabaseName("postgres");
    source.setUser(Names.SUPERUSER);
    source.setPassword(credentials.superuser().value());
    source.setApplicationName("pgbaton-copy");
    source.setConnectTimeout(2);
    return source.getConnection();
  }

  void log(String instance, String line) {
    log.accept(instance, line);
    try {
      Files.writeString(
          home(instance).programLog(),
          line + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      if (Files.exists(directory)) throw new UncheckedIOException(e);
    }
  }
}
