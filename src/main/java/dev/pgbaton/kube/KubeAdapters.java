package dev.pgbaton.kube;

import dev.pgbaton.apply.ClusterWriter;
import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.DerivedPassword;
import dev.pgbaton.cluster.Login;
import dev.pgbaton.cluster.LoginTurn;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.SecretData;
import dev.pgbaton.cluster.ServiceRole;
import dev.pgbaton.observed.ClusterReader;
import dev.pgbaton.observed.Journal;
import dev.pgbaton.observed.PrimaryMove;
import dev.pgbaton.report.EventSink;
import dev.pgbaton.sops.DataKeys;
import dev.pgbaton.sops.PasswordVault;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/** The daemon's ports to one Kubernetes, over one set of informers. */
public final class KubeAdapters implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(KubeAdapters.class);

  private final KubernetesClient client;
  private final Caches caches;
  private final KubeClusterReader reader;
  private final KubeClusterWriter writer;
  private final KubeJournal journal;
  private final KubeEventSink events;

  /**
   * @param client must not repeat requests by itself: a refused eviction is an answer
   * @param ownNamespace where the journal lies
   * @param namespaces the only ones to watch, which are taken to exist; empty for all
   * @param changed told, on the client's thread, of each change that is worth another look
   * @param moved told, on the same thread, of each primary that moved
   * @param keys for passwords that are encrypted in Git
   * @param vault for those that are kept in one
   */
  public KubeAdapters(
      KubernetesClient client,
      String ownNamespace,
      List<String> namespaces,
      Consumer<ClusterId> changed,
      Consumer<PrimaryMove> moved,
      DataKeys keys,
      PasswordVault vault) {
    var decrypted = new DecryptedPasswords(keys, vault);
    var ownWrites = new OwnWrites();
    this.client = client;
    this.caches = new Caches(client, namespaces, changed, moved);
    this.reader = new KubeClusterReader(client, caches, ownWrites, decrypted);
    this.writer = new KubeClusterWriter(client, ownWrites, decrypted);
    this.journal = new KubeJournal(client, ownNamespace, changed);
    this.events = new KubeEventSink(client, layout -> caches.find(layout.statefulSetKey()));
  }

  /** Returns at once; {@link #ready()} tells when everything was seen once. */
  public void start() {
    caches.start();
    journal.start();
  }

  /** Whether everything was seen once. Before that, nothing can be read. */
  public boolean ready() {
    return caches.ready() && journal.ready();
  }

  /** Kinds whose watch is not open now: the API server is away, or a right is missing. */
  public List<String> notWatching() {
    var kinds = new java.util.ArrayList<>(caches.notWatching());
    if (!journal.watching()) kinds.add("ConfigMap (journal)");
    return kinds;
  }

  public ClusterReader reader() {
    return reader;
  }

  public ClusterWriter writer() {
    return writer;
  }

  public Journal journal() {
    return journal;
  }

  public EventSink events() {
    return events;
  }

  /**
   * Where clients connect to: pgpool if there is one, or else the primary. Empty while its Service
   * has no address, and where pgbaton has no table to write into.
   */
  public Optional<InetSocketAddress> clientsRoute(ClusterLayout layout) {
    if (!layout.capabilities().instanceProgram()) return Optional.empty();
    // Where the credentials are somebody else's, not every pgpool knows pgbaton's role: what their
    // own manifests run does not, and one that was taken over does from its next template on.
    var service =
        layout
            .pgpoolDeployment()
            .filter(_ -> layout.superuserKey().isEmpty())
            .orElse(layout.primaryService());
    return caches
        .find(layout.key("Service", service))
        .map(s -> ((Service) s).getSpec().getClusterIP())
        .filter(ip -> !ip.isEmpty() && !ip.equals("None"))
        .map(ip -> new InetSocketAddress(ip, Names.POSTGRES_PORT));
  }

  /**
   * What the daemon logs in to the instances with, by one request: the caches hold no passwords.
   * Empty if there is none, or the API server does not answer.
   */
  public Optional<Login> monitorLogin(ClusterLayout layout) {
    try {
      return Optional.ofNullable(
              client
                  .secrets()
                  .inNamespace(layout.id().namespace())
                  .withName(layout.credentialsSecret())
                  .get())
          .map(Secret::getData)
          .flatMap(data -> login(data, layout));
    } catch (KubernetesClientException e) {
      LOG.warnf("%s: its password can't be read: %s", layout.id(), ApiError.words(e));
      return Optional.empty();
    }
  }

  /** Changes whenever another login is to be used; from the cache. */
  public String loginTurn(ClusterLayout layout) {
    return caches
        .find(layout.key("Secret", layout.credentialsSecret()))
        .flatMap(
            secret ->
                Annotations.of(secret, Names.LOGINS)
                    .or(() -> Annotations.of(secret, Names.PASSWORDS)))
        .orElse("");
  }

  private static Optional<Login> login(Map<String, String> data, ClusterLayout layout) {
    if (layout.superuserKey().isPresent())
      return Optional.ofNullable(data.get(layout.superuserKey().get()))
          .map(SecretData::decoded)
          .map(
              superuser ->
                  layout.capabilities().instanceProgram() ? derived(superuser, layout) : superuser)
          .map(password -> new Login(layout.monitorUser(), password));
    var which =
        Optional.ofNullable(data.get(Names.LOGINS_KEY))
            .map(SecretData::decoded)
            .flatMap(LoginTurn::parse)
            .orElse(LoginTurn.AT_FIRST)
            .inUse();
    return Optional.ofNullable(data.get(ServiceRole.MONITOR.key(which)))
        .filter(value -> !value.isEmpty())
        .map(SecretData::decoded)
        .map(password -> new Login(ServiceRole.MONITOR.login(which), password));
  }

  private static String derived(String superuser, ClusterLayout layout) {
    return DerivedPassword.of(superuser, layout.id().namespace(), layout.statefulSet());
  }

  @Override
  public void close() {
    events.close();
    caches.close();
    journal.close();
  }
}
