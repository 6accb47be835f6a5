package dev.pgbaton.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.smallrye.config.WithDefault;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class VaultTokenTest {
  @Test
  void theTokenOfTheBaseIsForTheVaultOnlyAndLiesWhereItIsLookedFor() throws Exception {
    var pod =
        new KubernetesSerialization()
            .unmarshal(
                Files.readString(Path.of("kustomize/base/deployment.yaml")), Deployment.class)
            .getSpec()
            .getTemplate()
            .getSpec();
    var mount =
        pod.getContainers().getFirst().getVolumeMounts().stream()
            .filter(it -> it.getName().equals("vault-token"))
            .findFirst()
            .orElseThrow();
    var token =
        pod.getVolumes().stream()
            .filter(it -> it.getName().equals("vault-token"))
            .flatMap(it -> it.getProjected().getSources().stream())
            .map(VolumeProjection::getServiceAccountToken)
            .findFirst()
            .orElseThrow();

    assertThat(token.getAudience()).isEqualTo("vault");
    assertThat(token.getExpirationSeconds()).isBetween(600L, 3600L);
    assertThat(DaemonConfig.Vault.class.getMethod("tokenFile").getAnnotation(WithDefault.class))
        .extracting(WithDefault::value)
        .isEqualTo("%s/%s".formatted(mount.getMountPath(), token.getPath()));
  }
}
