package dev.pgbaton.kube;

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
    return new KubernetesClientBuilder()
        .withConfig(config)
        .withHttpClientFactory(new JdkHttpClientFactory())
        .build();
  }
}
