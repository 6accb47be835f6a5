package dev.pgbaton.kube;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The addresses of a cluster's instances, by their pods' names. */
public final class InstanceAddresses {
  private static final Duration KNOWN_FOR = Duration.ofSeconds(3);

  private final KubernetesClient client;
  private final String namespace;
  private final Consumer<String> log;
  private final Map<String, Seen> seen = new ConcurrentHashMap<>();

  private record Seen(Optional<String> address, long at) {
    boolean stillTrue() {
      return System.nanoTime() - at < KNOWN_FOR.toNanos();
    }
  }

  public InstanceAddresses(KubernetesClient client, String namespace, Consumer<String> log) {
    this.client = client;
    this.namespace = namespace;
    this.log = log;
  }

  /** Where a pod was seen last; empty if it has no address yet. May take a request. */
  public Optional<String> of(String pod) {
    var before = seen.get(pod);
    if (before != null && before.stillTrue()) return before.address();
    var address = ask(pod).orElse(before == null ? Optional.empty() : before.address());
    seen.put(pod, new Seen(address, System.nanoTime()));
    return address;
  }

  /** Empty if nobody answers. */
  private Optional<Optional<String>> ask(String name) {
    try {
      return Optional.of(
          Optional.ofNullable(client.pods().inNamespace(namespace).withName(name).get())
              .map(pod -> pod.getStatus().getPodIP()));
    } catch (KubernetesClientException e) {
      log.accept("where %s is, is not known: %s".formatted(name, ApiError.words(e)));
      return Optional.empty();
    }
  }
}
