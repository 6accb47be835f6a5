package dev.pgbaton.kube;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;

/**
 * The client of the instance program: no request may take longer than a renewal is worth waiting
 * for.
 */
public final class InstanceClient {
  private static final int MILLISECONDS = 2_000;

  private InstanceClient() {}

  public static KubernetesClient open() {
    var config =
        new ConfigBuilder()
            .withConnectionTimeout(MILLISECONDS)
            .withRequestTimeout(MILLISECONDS)
            // A write that is sent twice is no compare-and-swap any more.
            .withRequestRetryBackoffLimit(0)
            .build();
    var client =
        new KubernetesClientBuilder()
            .withConfig(config)
            .withHttpClientFactory(new JdkHttpClientFactory())
            .build();
    warmUp(client);
    return client;
  }

  /**
   * How these kinds are read and written is found out now, and not while clients wait for a new
   * primary.
   */
  private static void warmUp(KubernetesClient client) {
    var json = client.getKubernetesSerialization();
    var slice =
        new EndpointSliceBuilder()
            .withNewMetadata()
            .withName("warm")
            .endMetadata()
            .withAddressType("IPv4")
            .withEndpoints(InstanceRoute.endpoint("10.0.0.1"))
            .build();
    json.unmarshal(json.asJson(slice), EndpointSlice.class);
    var lease = new LeaseBuilder().withNewMetadata().withName("warm").endMetadata().build();
    json.unmarshal(json.asJson(lease), Lease.class);
  }
}
