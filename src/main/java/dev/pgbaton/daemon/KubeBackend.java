package dev.pgbaton.daemon;

import dev.pgbaton.apply.ClusterWriter;
import dev.pgbaton.apply.WriteProbe;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.kube.KubeAdapters;
import dev.pgbaton.kube.Leadership;
import dev.pgbaton.observed.ClusterReader;
import dev.pgbaton.observed.InstanceProbe;
import dev.pgbaton.observed.Journal;
import dev.pgbaton.observed.PrimaryMove;
import dev.pgbaton.observed.RouteProbe;
import dev.pgbaton.postgres.JdbcInstanceProbe;
import dev.pgbaton.postgres.JdbcRouteProbe;
import dev.pgbaton.postgres.JdbcWriteProbe;
import dev.pgbaton.postgres.MonitorLogins;
import dev.pgbaton.report.EventSink;
import dev.pgbaton.sops.DataKeys;
import dev.pgbaton.sops.PasswordVault;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Kubernetes and the databases in it. */
final class KubeBackend implements Backend {
  private final KubeAdapters kube;
  private final Leadership leadership;
  private final JdbcInstanceProbe probe;
  private final JdbcRouteProbe routes;
  private final JdbcWriteProbe writeProbe;

  /**
   * @param lost told when another daemon may work from now on
   */
  KubeBackend(
      KubernetesClient client,
      String ownNamespace,
      List<String> namespaces,
      Consumer<ClusterId> changed,
      Consumer<PrimaryMove> moved,
      DataKeys keys,
      PasswordVault vault,
      Runnable lost) {
    this.kube = new KubeAdapters(client, ownNamespace, namespaces, changed, moved, keys, vault);
    var logins = new MonitorLogins(kube::monitorLogin, kube::loginTurn);
    this.probe = new JdbcInstanceProbe(logins);
    this.routes = new JdbcRouteProbe(logins, Clock.systemUTC());
    this.writeProbe = new JdbcWriteProbe(logins, kube::clientsRoute);
    this.leadership = new Leadership(client, ownNamespace, identity(), lost);
  }

  @Override
  public ClusterReader reader() {
    return kube.reader();
  }

  @Override
  public ClusterWriter writer() {
    return kube.writer();
  }

  @Override
  public InstanceProbe probe() {
    return probe;
  }

  @Override
  public RouteProbe routes() {
    return routes;
  }

  @Override
  public Journal journal() {
    return kube.journal();
  }

  @Override
  public WriteProbe writeProbe() {
    return writeProbe;
  }

  @Override
  public EventSink events() {
    return kube.events();
  }

  /** A pod's host name is its own. */
  private static String identity() {
    return Optional.ofNullable(System.getenv("HOSTNAME"))
        .orElseGet(() -> "pid-" + ProcessHandle.current().pid());
  }

  @Override
  public void start() {
    kube.start();
    leadership.start();
  }

  @Override
  public boolean ready() {
    return kube.ready() && leadership.leading();
  }

  @Override
  public List<String> blindTo() {
    return kube.notWatching();
  }

  @Override
  public void close() {
    leadership.close();
    writeProbe.close();
    probe.close();
    routes.close();
    kube.close();
  }
}
