package dev.pgbaton.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RightsTest {
  @Test
  void theDaemonMayDeleteNothingThatHoldsDataOrAPassword() throws IOException {
    var yaml = Files.readString(Path.of("kustomize/base/cluster-role.yaml"));
    var role = new KubernetesSerialization().unmarshal(yaml, ClusterRole.class);

    assertThat(role.getRules())
        .filteredOn(rule -> rule.getVerbs().contains("delete"))
        .flatExtracting(rule -> rule.getResources())
        .containsExactlyInAnyOrder(
            "deployments", "services", "configmaps", "poddisruptionbudgets", "pods");
    assertThat(role.getRules()).noneMatch(rule -> rule.getVerbs().contains("deletecollection"));
  }
}
