package dev.pgbaton.kube;

import dev.pgbaton.cluster.Capabilities;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.SourceRef;
import dev.pgbaton.desired.ApplyPolicy;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.desired.ObjectRole;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.time.Duration;
import java.util.UUID;

/** A namespace of the real cluster that KUBECONFIG names, for one test class. */
final class ClusterNamespace implements AutoCloseable {
  final String name = "kube-it-" + UUID.randomUUID().toString().substring(0, 8);
  final KubernetesClient client = new KubernetesClientBuilder().withConfig(config()).build();

  ClusterNamespace() {
    client
        .resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build())
        .create();
  }

  private static Config config() {
    var config = Config.autoConfigure(null);
    new ClientConfiguration().customize(config);
    return config;
  }

  ClusterLayout layout(String cluster) {
    return ClusterLayout.generated(
        new ClusterId(name, cluster), 3, false, new Capabilities(true, Duration.ofSeconds(20)));
  }

  static ObjectMeta meta(ClusterLayout layout, String name) {
    return new ObjectMetaBuilder()
        .withNamespace(layout.id().namespace())
        .withName(name)
        .addToLabels(Names.CLUSTER_LABEL, layout.id().name())
        .build();
  }

  static DesiredObject desired(HasMetadata object, ApplyPolicy policy) {
    return new DesiredObject(object, ObjectRole.OTHER, policy, SourceRef.file("clusters/it.yaml"));
  }

  @Override
  public void close() {
    client.namespaces().withName(name).delete();
    client.close();
  }
}
