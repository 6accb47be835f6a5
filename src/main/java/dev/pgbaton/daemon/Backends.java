package dev.pgbaton.daemon;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.git.GitSettings;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.quarkus.runtime.Quarkus;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Which {@link Backend} the settings ask for. */
@ApplicationScoped
class Backends {
  /** A bean that is only made where Kubernetes is used: without a cluster it can't be. */
  private final Instance<KubernetesClient> client;

  Backends(Instance<KubernetesClient> client) {
    this.client = client;
  }

  /**
   * @param changed told of each cluster whose live state moved
   */
  Backend of(DaemonSettings settings, Consumer<ClusterId> changed) {
    var kubernetes = client.get();
    return new KubeBackend(
        kubernetes,
        settings
            .config()
            .namespace()
            .or(() -> Optional.ofNullable(kubernetes.getNamespace()))
            .orElse("pgbaton-system"),
        settings.config().namespaces().orElse(List.of()),
        changed,
        // Another one may work now: the kubelet starts this one again, and it waits for its turn.
        () -> Quarkus.asyncExit(1));
  }

  GitSettings git(DaemonSettings settings) {
    return settings.git();
  }
}
