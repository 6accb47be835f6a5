package dev.pgbaton.daemon;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.git.GitSettings;
import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.util.List;
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
    return new KubeBackend(
        client.get(),
        settings.config().namespace(),
        settings.config().namespaces().orElse(List.of()),
        changed);
  }

  GitSettings git(DaemonSettings settings) {
    return settings.git();
  }
}
