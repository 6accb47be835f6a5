package dev.pgbaton.e2e;

import dev.pgbaton.cluster.Names;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;

/** Asks the holder of a cluster's Lease to hand over, whatever it is writing there just now. */
final class HandOffRequest {
  private HandOffRequest() {}

  static void write(KubernetesClient kubernetes, String namespace, String lease, String candidate) {
    kubernetes
        .leases()
        .inNamespace(namespace)
        .withName(lease)
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"metadata\":{\"annotations\":{\"%s\":\"%s\"}}}"
                .formatted(Names.HANDOFF_TO, candidate));
  }
}
