package dev.pgbaton.e2e;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.e2e.InstanceEye.Seen;
import dev.pgbaton.e2e.InstanceEye.Span;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Watches a cluster from outside, every 100 ms: the pods by the API server, each instance by a
 * connection to it.
 */
final class Watcher implements AutoCloseable {
  private final KubernetesClient kubernetes;
  private final String namespace;
  private final String cluster;
  private final Function<String, PGSimpleDataSource> byAddress;
  private final Map<String, Pod> pods = new ConcurrentHashMap<>();
  private final List<InstanceEye> eyes;
  private final List<Thread> threads = new ArrayList<>();
  private final List<String> notReadyTogether = new ArrayList<>();
  private final List<String> replaced = new ArrayList<>();
  private final Map<String, String> uids = new TreeMap<>();
  private volatile boolean ended;

  private Watcher(
      KubernetesClient kubernetes,
      String namespace,
      String cluster,
      int instances,
      Function<String, PGSimpleDataSource> byAddress) {
    this.kubernetes = kubernetes;
    this.namespace = namespace;
    this.cluster = cluster;
    this.byAddress = byAddress;
    this.eyes =
        IntStream.range(0, instances)
            .mapToObj(i -> cluster + "-" + i)
            .map(name -> new InstanceEye(name, () -> database(name)))
            .toList();
  }

  static Watcher start(
      KubernetesClient kubernetes,
      String namespace,
      String cluster,
      int instances,
      String password) {
    return start(
        kubernetes,
        namespace,
        cluster,
        instances,
        ip -> Databases.at(ip, Names.POSTGRES_PORT, "postgres", password));
  }

  /**
   * @param byAddress how it logs in to an instance
   */
  static Watcher start(
      KubernetesClient kubernetes,
      String namespace,
      String cluster,
      int instances,
      Function<String, PGSimpleDataSource> byAddress) {
    var watcher = new Watcher(kubernetes, namespace, cluster, instances, byAddress);
    watcher.poll();
    watcher.threads.add(Thread.ofPlatform().name("pods").start(watcher::pollUntilEnded));
    for (var eye : watcher.eyes) watcher.threads.add(Thread.ofPlatform().name("eye").start(eye));
    return watcher;
  }

  /** Spans in which two instances were down for certain. */
  List<Span> downTogether() {
    return together(Seen.DOWN);
  }

  /** Spans in which two instances were writable for certain. */
  List<Span> writableTogether() {
    return together(Seen.WRITABLE);
  }

  /** Looks at which more than one pod was not Ready, missing or ending. */
  synchronized List<String> notReadyTogether() {
    return List.copyOf(notReadyTogether);
  }

  /** Names of pods in the order in which they were made anew. */
  synchronized List<String> replaced() {
    return List.copyOf(replaced);
  }

  /** The writable instances, in the order in which they became it. */
  List<String> primaries() {
    return eyes.stream()
        .flatMap(eye -> eye.spans().stream())
        .filter(span -> span.seen() == Seen.WRITABLE)
        .sorted((a, b) -> Long.compare(a.from(), b.from()))
        .map(Span::instance)
        .toList();
  }

  List<Span> spans() {
    return eyes.stream()
        .flatMap(eye -> eye.spans().stream())
        .sorted((a, b) -> Long.compare(a.from(), b.from()))
        .toList();
  }

  @Override
  public void close() {
    ended = true;
    eyes.forEach(InstanceEye::end);
    threads.forEach(Threads::join);
  }

  private List<Span> together(Seen seen) {
    var spans = spans().stream().filter(span -> span.seen() == seen).toList();
    var found = new ArrayList<Span>();
    for (var i = 0; i < spans.size(); i++)
      for (var j = i + 1; j < spans.size(); j++)
        if (!spans.get(i).instance().equals(spans.get(j).instance()))
          spans.get(i).overlap(spans.get(j)).ifPresent(found::add);
    return found;
  }

  private void pollUntilEnded() {
    while (!ended) {
      var begun = System.nanoTime();
      try {
        poll();
      } catch (KubernetesClientException e) {
        System.out.println("watcher: " + e.getMessage());
      }
      var left = 100 - (System.nanoTime() - begun) / 1_000_000;
      try {
        if (left > 0) Thread.sleep(left);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void poll() {
    var now =
        kubernetes.pods().inNamespace(namespace).list().getItems().stream()
            // Pods of others' templates get their labels later.
            .filter(pod -> isInstance(pod.getMetadata().getName()))
            .collect(Collectors.toMap(pod -> pod.getMetadata().getName(), pod -> pod));
    pods.keySet().retainAll(now.keySet());
    pods.putAll(now);
    var away =
        eyes.stream().map(InstanceEye::instance).filter(name -> !ready(now.get(name))).toList();
    synchronized (this) {
      if (away.size() > 1
          && (notReadyTogether.isEmpty() || !notReadyTogether.getLast().equals(away.toString())))
        notReadyTogether.add(away.toString());
      now.forEach(
          (name, pod) -> {
            var uid = pod.getMetadata().getUid();
            var before = uids.put(name, uid);
            if (before != null && !before.equals(uid)) replaced.add(name);
          });
    }
  }

  private boolean isInstance(String pod) {
    return eyes.stream().anyMatch(eye -> eye.instance().equals(pod));
  }

  private static boolean ready(Pod pod) {
    return pod != null
        && pod.getMetadata().getDeletionTimestamp() == null
        && Readiness.getInstance().isReady(pod);
  }

  private Optional<PGSimpleDataSource> database(String name) {
    return Optional.ofNullable(pods.get(name))
        .map(pod -> pod.getStatus().getPodIP())
        .map(byAddress);
  }
}
