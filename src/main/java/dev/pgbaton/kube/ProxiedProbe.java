package dev.pgbaton.kube;

import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.instance.InstanceStatus;
import dev.pgbaton.instance.http.StatusJson;
import dev.pgbaton.observed.InstanceProbe;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;

/**
 * Asks the instance programs through the API server, for whoever is not in the pods' network. They
 * don't know what settings are in force, nor who confirms commits: those are left open.
 */
public final class ProxiedProbe implements InstanceProbe {
  private final KubernetesClient client;

  public ProxiedProbe(KubernetesClient client) {
    this.client = client;
  }

  @Override
  public Map<String, Answer> ask(ClusterLayout layout, List<Pod> pods, Set<String> settings) {
    return answers(told(layout, pods));
  }

  /** What one instance program said, or why it said nothing. */
  record Told(Optional<String> text, String trouble) {}

  /** All at once: one that hangs takes no longer than one request may. */
  SortedMap<String, Told> told(ClusterLayout layout, List<Pod> pods) {
    var told = new ConcurrentSkipListMap<String, Told>();
    try (var asking = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var pod : pods) {
        var name = pod.getMetadata().getName();
        asking.execute(() -> told.put(name, ask(layout, name)));
      }
    }
    return told;
  }

  private Told ask(ClusterLayout layout, String pod) {
    try {
      return new Told(Optional.ofNullable(client.raw(path(layout, pod))), "");
    } catch (KubernetesClientException e) {
      return new Told(Optional.empty(), ApiError.words(e));
    }
  }

  static Map<String, Answer> answers(SortedMap<String, Told> told) {
    var texts = new TreeMap<String, String>();
    var answers = new TreeMap<String, Answer>();
    told.forEach(
        (name, one) ->
            one.text()
                .ifPresentOrElse(
                    text -> texts.put(name, text),
                    () -> answers.put(name, new Answer.Unknown(one.trouble()))));
    var statuses = new TreeMap<String, InstanceStatus>();
    texts.forEach((name, text) -> read(text).ifPresent(status -> statuses.put(name, status)));
    for (var name : texts.keySet()) {
      var status = statuses.get(name);
      answers.put(
          name,
          status == null || status.role() == Role.UNKNOWN || status.position().isEmpty()
              ? new Answer.Unknown("its PostgreSQL does not run")
              : known(status, statuses, texts.get(name)));
    }
    return answers;
  }

  private static String path(ClusterLayout layout, String pod) {
    return "/api/v1/namespaces/%s/pods/%s:%d/proxy/status"
        .formatted(layout.id().namespace(), pod, Names.STATUS_PORT);
  }

  private static Optional<InstanceStatus> read(String text) {
    try {
      return Optional.ofNullable(text).map(StatusJson::read);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Answer.Known known(
      InstanceStatus status, Map<String, InstanceStatus> all, String text) {
    var at = status.position().orElseThrow();
    var told = StatusJson.told(text);
    return new Answer.Known(
        status.role(),
        at.timeline(),
        at.lsn(),
        standbys(status, at.lsn(), all),
        Map.of(),
        told.configErrors(),
        told.volume(),
        Map.of(),
        told.users(),
        told.logins());
  }

  private static Map<String, Standby> standbys(
      InstanceStatus primary, Lsn written, Map<String, InstanceStatus> all) {
    var standbys = new TreeMap<String, Standby>();
    all.values().stream()
        .filter(s -> s.streamingFrom().filter(primary.name()::equals).isPresent())
        .forEach(
            s ->
                standbys.put(
                    s.name(),
                    new Standby(
                        true,
                        Math.max(0, written.bytes() - s.replayed().map(Lsn::bytes).orElse(0L)),
                        // Which of them confirm is not said: any may.
                        true)));
    return standbys;
  }
}
