package dev.pgbaton.cli;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.kube.KubeAdapters;
import dev.pgbaton.kube.ProxiedProbe;
import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Forecast;
import dev.pgbaton.plan.Planner;
import dev.pgbaton.postgres.JdbcInstanceProbe;
import dev.pgbaton.postgres.MonitorLogins;
import dev.pgbaton.reconcile.Repository;
import dev.pgbaton.sops.DataKeys;
import dev.pgbaton.sops.PasswordVault;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Clusters as they are now, only read. */
final class LiveClusters implements AutoCloseable {
  private final KubernetesClient client;
  private final KubeAdapters kube;
  private final JdbcInstanceProbe probe;
  private final ProxiedProbe proxied;

  /** Kubernetes does not answer, or not everything may be read. */
  static final class NotReadable extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotReadable(String message) {
      super(message);
    }
  }

  LiveClusters(Connection connection, Set<ClusterId> ids, Duration patience) {
    var config = connection.config();
    this.client = Connection.open(config);
    var namespaces = ids.stream().map(ClusterId::namespace).distinct().toList();
    this.kube =
        new KubeAdapters(
            client,
            connection.daemonNamespace,
            namespaces,
            _ -> {},
            _ -> {},
            DataKeys.NONE,
            PasswordVault.NONE);
    this.probe = new JdbcInstanceProbe(new MonitorLogins(kube::monitorLogin, kube::loginTurn));
    this.proxied = new ProxiedProbe(client);
    kube.start();
    if (!ready(patience)) {
      var missing = String.join(", ", kube.notWatching());
      close();
      throw new NotReadable(
          "Kubernetes at %s can't be read within %d s%s"
              .formatted(
                  config.getMasterUrl(),
                  patience.toSeconds(),
                  missing.isEmpty() ? "" : ": no list and watch of " + missing));
    }
  }

  private boolean ready(Duration patience) {
    var until = System.nanoTime() + patience.toNanos();
    try {
      while (!kube.ready()) {
        if (System.nanoTime() > until) return false;
        Thread.sleep(50);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  SortedMap<ClusterId, Forecast> forecast(SortedMap<ClusterId, Repository.Entry.Wanted> wanted) {
    var forecasts = new TreeMap<ClusterId, Forecast>();
    wanted.forEach((id, entry) -> forecasts.put(id, forecast(id, entry)));
    return forecasts;
  }

  private Forecast forecast(ClusterId id, Repository.Entry.Wanted wanted) {
    var now = Instant.now();
    var desired = wanted.desired();
    var snapshot = kube.reader().cached(desired.layout(), keys(desired));
    var journal = Forecast.supposing(kube.journal().read(id), wanted.hash(), wanted.path(), now);
    var answers = ask(desired.layout(), snapshot.pods(), desired.settings().keySet());
    var observed =
        ObservedCluster.of(desired.layout(), snapshot, answers, journal)
            .with(
                kube.reader()
                    .compare(desired.ownersSecrets())
                    .beside(kube.reader().compare(desired.otherSecrets())));
    var plan = Planner.plan(desired, observed, now).located(wanted.spec());
    return Forecast.of(desired, observed, plan);
  }

  private static Set<dev.pgbaton.cluster.ObjectKey> keys(DesiredCluster desired) {
    return desired.objects().stream()
        .map(DesiredObject::key)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Outside of the pods' network nobody answers: then the API server passes the question on. */
  private Map<String, Answer> ask(ClusterLayout layout, List<Pod> pods, Set<String> settings) {
    var answers = new TreeMap<>(probe.ask(layout, pods, settings));
    if (pods.isEmpty() || answers.values().stream().anyMatch(Answer.Known.class::isInstance))
      return answers;
    var instead = proxied.ask(layout, pods, settings);
    instead.forEach(
        (pod, answer) -> {
          if (answer instanceof Answer.Known) answers.put(pod, answer);
        });
    return answers;
  }

  @Override
  public void close() {
    probe.close();
    kube.close();
    client.close();
  }
}
