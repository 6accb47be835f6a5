package dev.pgbaton.daemon;

import dev.pgbaton.apply.ClusterWriter;
import dev.pgbaton.apply.WriteProbe;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.kube.KubeAdapters;
import dev.pgbaton.observed.ClusterReader;
import dev.pgbaton.observed.InstanceProbe;
import dev.pgbaton.observed.Journal;
import dev.pgbaton.report.EventSink;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.function.Consumer;

/** Kubernetes and the databases in it. */
final class KubeBackend implements Backend {
  private final KubeAdapters kube;

  KubeBackend(
      KubernetesClient client,
      String ownNamespace,
      List<String> namespaces,
      Consumer<ClusterId> changed) {
    this.kube = new KubeAdapters(client, ownNamespace, namespaces, changed);
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
    throw new UnsupportedOperationException();
  }

  @Override
  public Journal journal() {
    return kube.journal();
  }

  @Override
  public WriteProbe writeProbe() {
    throw new UnsupportedOperationException();
  }

  @Override
  public EventSink events() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void start() {
    kube.start();
  }

  @Override
  public boolean ready() {
    return kube.ready();
  }

  @Override
  public List<String> blindTo() {
    return kube.notWatching();
  }

  @Override
  public void close() {
    kube.close();
  }
}
