package dev.pgbaton.kube;

import dev.pgbaton.apply.ClusterWriter;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.observed.ClusterReader;
import dev.pgbaton.observed.Journal;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.function.Consumer;

/** The daemon's ports to one Kubernetes, over one set of informers. */
public final class KubeAdapters implements AutoCloseable {
  private final Caches caches;
  private final KubeClusterReader reader;
  private final KubeClusterWriter writer;
  private final KubeJournal journal;

  /**
   * @param client must not repeat requests by itself: a refused eviction is an answer
   * @param ownNamespace where the journal lies
   * @param namespaces the only ones to watch, which are taken to exist; empty for all
   * @param changed told, on the client's thread, of each change that is worth another look
   */
  public KubeAdapters(
      KubernetesClient client,
      String ownNamespace,
      List<String> namespaces,
      Consumer<ClusterId> changed) {
    var ownWrites = new OwnWrites();
    this.caches = new Caches(client, namespaces, changed);
    this.reader = new KubeClusterReader(client, caches, ownWrites);
    this.writer = new KubeClusterWriter(client, ownWrites);
    this.journal = new KubeJournal(client, ownNamespace, changed);
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

  @Override
  public void close() {
    caches.close();
    journal.close();
  }
}
