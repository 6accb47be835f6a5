package dev.pgbaton.kube;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The claims of a cluster's instances, by their pods' names. */
public final class InstanceClaims {
  private static final Duration KNOWN_FOR = Duration.ofSeconds(3);

  private final KubernetesClient client;
  private final String namespace;
  private final String template;
  private final Consumer<String> log;
  private final Map<String, Seen> seen = new ConcurrentHashMap<>();

  private record Seen(boolean absent, long at) {
    boolean stillTrue() {
      return System.nanoTime() - at < KNOWN_FOR.toNanos();
    }
  }

  /**
   * @param template the name of the StatefulSet's claim template
   */
  public InstanceClaims(
      KubernetesClient client, String namespace, String template, Consumer<String> log) {
    this.client = client;
    this.namespace = namespace;
    this.template = template;
    this.log = log;
  }

  /** Whether it is certain that there is none. May take a request. */
  public boolean isAbsent(String pod) {
    var before = seen.get(pod);
    if (before != null && before.stillTrue()) return before.absent();
    var absent = ask(template + "-" + pod);
    seen.put(pod, new Seen(absent, System.nanoTime()));
    return absent;
  }

  private boolean ask(String claim) {
    try {
      return client.persistentVolumeClaims().inNamespace(namespace).withName(claim).get() == null;
    } catch (KubernetesClientException e) {
      log.accept(
          "whether there is a claim %s is not known: %s".formatted(claim, ApiError.words(e)));
      return false;
    }
  }
}
