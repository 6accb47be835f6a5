package dev.pgbaton.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;

class OthersPodsTest {
  private static final ObjectKey FILES = new ObjectKey("ConfigMap", "shop", "files");

  private static PodBuilder pod() {
    return new PodBuilder()
        .withNewMetadata()
        .withName("web")
        .withNamespace("shop")
        .endMetadata()
        .withNewSpec()
        .addNewContainer()
        .withName("web")
        .addNewEnvFrom()
        .withNewConfigMapRef("files", false)
        .endEnvFrom()
        .endContainer()
        .endSpec();
  }

  private static boolean isRead(Pod pod) {
    return OthersPods.reading(FILES, List.of(pod)).isPresent();
  }

  @Test
  void whatAnApplicationsPodReadsIsFound() {
    assertThat(OthersPods.reading(FILES, List.of(pod().build()))).contains("web");
    assertThat(
            OthersPods.reading(
                new ObjectKey("ConfigMap", "shop", "others"), List.of(pod().build())))
        .isEmpty();
  }

  @Test
  void podsThatAreOverOrOfAClusterDoNotCount() {
    assertThat(isRead(pod().withNewStatus().withPhase("Running").endStatus().build())).isTrue();
    assertThat(isRead(pod().withNewStatus().withPhase("Succeeded").endStatus().build())).isFalse();
    assertThat(
            isRead(
                pod()
                    .editMetadata()
                    .withDeletionTimestamp("2026-01-02T03:04:05Z")
                    .endMetadata()
                    .build()))
        .isFalse();
    assertThat(
            isRead(
                pod()
                    .editMetadata()
                    .addToLabels(Names.CLUSTER_LABEL, "orders")
                    .endMetadata()
                    .build()))
        .isFalse();
  }
}
