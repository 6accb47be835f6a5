package dev.pgbaton.local;

import dev.pgbaton.apply.ClusterWriter;
import dev.pgbaton.apply.WriteProbe;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ServiceRole;
import dev.pgbaton.observed.ClusterReader;
import dev.pgbaton.observed.InstanceProbe;
import dev.pgbaton.observed.Journal;
import dev.pgbaton.postgres.JdbcInstanceProbe;
import dev.pgbaton.postgres.JdbcWriteProbe;
import dev.pgbaton.postgres.MonitorLogins;
import dev.pgbaton.postgres.Password;
import dev.pgbaton.postgres.PrivateFile;
import dev.pgbaton.sandbox.Faults;
import dev.pgbaton.sandbox.Program;
import dev.pgbaton.sandbox.Sandbox;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;

/**
 * Clusters of real PostgreSQL processes on this machine behind the ports of Kubernetes. Their data
 * goes with it.
 */
public final class LocalSandbox implements AutoCloseable {
  /** There is one PostgreSQL here, whatever the image is called. */
  private static final Pattern IMAGES = Pattern.compile(".*:17(\\.\\d+)*");

  private static final Duration END = Duration.ofSeconds(5);
  private static final int ATTEMPTS = 40;

  private final Place place;
  private final Path postgresql;
  private final Account account;
  private final BiConsumer<String, String> log;
  private final Logins logins = new Logins();
  private final AtomicInteger addresses = new AtomicInteger(10);
  private final Map<ClusterId, LocalCluster> clusters = new ConcurrentHashMap<>();
  private final Map<String, LocalInstance> instances = new ConcurrentHashMap<>();
  private final Sandbox sandbox;
  private final JdbcInstanceProbe probe;
  private final JdbcWriteProbe writeProbe;

  /**
   * @param place is its own from now on
   * @param changed told that something of a cluster moved
   * @param trace hears what happens to the model of Kubernetes
   * @param log hears an instance's name and what it says
   */
  public LocalSandbox(
      Place place, Runnable changed, Consumer<String> trace, BiConsumer<String, String> log)
      throws IOException {
    this.place = place;
    this.log = log;
    this.account = Account.here();
    this.postgresql = Distribution.unpackedIn(place.directory());
    discardInstances();
    this.sandbox = new Sandbox(Instant.now(), changed, trace, Optional.of(new Launcher()));
    var passwords =
        new MonitorLogins(
            layout -> Optional.of(logins.of(layout.id()).inUse(ServiceRole.MONITOR)), _ -> "");
    this.probe = new JdbcInstanceProbe(passwords);
    this.writeProbe =
        new JdbcWriteProbe(
            passwords, layout -> Optional.of(cluster(layout.id()).front().address()));
  }

  private final class Launcher implements Program.Launcher {
    @Override
    public Program launch(Pod pod, IntConsumer exit) {
      var cluster = cluster(clusterOf(pod));
      var key = cluster.id() + "/" + pod.getMetadata().getName();
      return instances
          .compute(
              key,
              (_, former) -> new LocalInstance(cluster, pod, Optional.ofNullable(former), exit))
          .started();
    }

    @Override
    public boolean has(String image) {
      return IMAGES.matcher(image).matches();
    }

    @Override
    public String address(Pod pod) {
      return cluster(clusterOf(pod)).home(pod.getMetadata().getName()).address();
    }

    @Override
    public void complete(Secret declared) {
      var cluster = cluster(clusterOf(declared));
      logins.complete(cluster.id(), declared);
      try {
        writeLogins(cluster);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static ClusterId clusterOf(HasMetadata object) {
    var meta = object.getMetadata();
    return new ClusterId(meta.getNamespace(), meta.getLabels().get(Names.CLUSTER_LABEL));
  }

  private LocalCluster cluster(ClusterId id) {
    return clusters.computeIfAbsent(id, this::made);
  }

  private LocalCluster made(ClusterId id) {
    try {
      var cluster =
          new LocalCluster(
              id,
              sandbox.api(),
              instancesDirectory().resolve(id.namespace()),
              postgresql,
              account,
              logins.of(id),
              new Front(),
              () -> place.address(addresses.getAndIncrement()),
              log);
      writeLogins(cluster);
      return cluster;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path instancesDirectory() {
    return place.directory().resolve("instances");
  }

  /** For psql and every other client that goes by libpq: {@code PGPASSFILE}. */
  public Path passwordFile() {
    return place.directory().resolve("pgpass");
  }

  private final Map<ClusterId, String> passwordLines = new TreeMap<>();

  private synchronized void writeLogins(LocalCluster cluster) throws IOException {
    var lines =
        new StringBuilder(
            passwordLine(cluster, Names.SUPERUSER, cluster.credentials().superuser()));
    logins
        .ofUsers(cluster.id())
        .forEach((user, password) -> lines.append(passwordLine(cluster, user, password)));
    passwordLines.put(cluster.id(), lines.toString());
    PrivateFile.write(passwordFile(), String.join("", passwordLines.values()));
  }

  private static String passwordLine(LocalCluster cluster, String user, Password password) {
    return "127.0.0.1:%d:*:%s:%s%n"
        .formatted(
            cluster.front().address().getPort(),
            user.replace("\\", "\\\\").replace(":", "\\:"),
            password.value());
  }

  /** Where clients of a cluster connect, whether it is there already or not. */
  public InetSocketAddress front(ClusterId id) {
    return cluster(id).front().address();
  }

  /** The superuser's, for a client. */
  String password(ClusterId id) {
    return logins.of(id).superuser().value();
  }

  /** Its Git repository, its instances' data and logs, and its passwords are in it. */
  public Path directory() {
    return place.directory();
  }

  public void start() {
    sandbox.start();
  }

  public ClusterReader reader() {
    return sandbox.reader();
  }

  public ClusterWriter writer() {
    return sandbox.writer();
  }

  public InstanceProbe probe() {
    return probe;
  }

  public Journal journal() {
    return sandbox.journal();
  }

  public WriteProbe writeProbe() {
    return writeProbe;
  }

  /** {@code kill -9} of PostgreSQL; its instance program stays. */
  public void killPostgres(ClusterId id, String pod) {
    Optional.ofNullable(instances.get(id + "/" + pod)).ifPresent(LocalInstance::killPostgres);
  }

  /** Makes something go wrong in the model of Kubernetes. */
  public void fault(Consumer<Faults> what) {
    sandbox.fault(what);
  }

  @Override
  public void close() {
    writeProbe.close();
    probe.close();
    sandbox.close();
    var running = new ArrayList<>(instances.values());
    running.forEach(i -> i.kill(false));
    clusters.values().forEach(c -> c.front().close());
    try {
      for (var instance : running) instance.awaitEnd(END);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    discardAtTheEnd();
    place.close();
  }

  /** A copy or an initdb that is being broken off may still write. */
  private void discardAtTheEnd() {
    for (var attempt = 1; ; attempt++) {
      try {
        discardInstances();
        Files.deleteIfExists(passwordFile());
        return;
      } catch (IOException | UncheckedIOException e) {
        if (attempt == ATTEMPTS) {
          log.accept("sandbox", "%s stays: %s".formatted(instancesDirectory(), e));
          return;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
      }
    }
  }

  /** What a sandbox that was killed has left behind, its processes first. */
  private void discardInstances() throws IOException {
    var all = instancesDirectory();
    if (!Files.exists(all)) return;
    var homes = homesIn(all);
    homes.forEach(Home::killPostgres);
    // Thousands of files, and a disk that others use, too: not one after the other.
    homes.parallelStream().forEach(Home::delete);
    Trees.delete(all);
  }

  private static List<Home> homesIn(Path all) throws IOException {
    try (var directories = Files.find(all, 2, (path, is) -> is.isDirectory())) {
      return directories
          .filter(d -> all.relativize(d).getNameCount() == 2)
          .map(d -> new Home(d, ""))
          .toList();
    }
  }
}
