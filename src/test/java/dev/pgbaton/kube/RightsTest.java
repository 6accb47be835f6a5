package dev.pgbaton.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.spec.ManifestKinds;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RightsTest {
  @Test
  void everyKindThatPlainManifestsMayHaveIsWatchedAndMayBeWritten() throws IOException {
    var rules = role().getRules();

    assertThat(ManifestKinds.ALL)
        .filteredOn(type -> type != Namespace.class)
        .allSatisfy(
            type -> {
              assertThat(Kinds.OF_CLUSTERS).contains(type);
              var verbs =
                  rules.stream()
                      .filter(rule -> rule.getApiGroups().contains(group(type)))
                      .filter(rule -> rule.getResources().contains(HasMetadata.getPlural(type)))
                      .flatMap(rule -> rule.getVerbs().stream());
              assertThat(verbs).contains("get", "list", "watch", "create", "patch");
            });
    assertThat(Kinds.OF_MACHINES).contains(Namespace.class);
  }

  @Test
  void whatOnlyPgbatonWritesIsNoKindOfPlainManifests() {
    assertThat(Kinds.OF_CLUSTERS)
        .filteredOn(type -> !ManifestKinds.ALL.contains(type))
        .containsExactlyInAnyOrder(EndpointSlice.class, Lease.class);
  }

  private static String group(Class<? extends HasMetadata> type) {
    var group = HasMetadata.getGroup(type);
    return group == null ? "" : group;
  }

  private static ClusterRole role() throws IOException {
    var yaml = Files.readString(Path.of("kustomize/base/cluster-role.yaml"));
    return new KubernetesSerialization().unmarshal(yaml, ClusterRole.class);
  }

  @Test
  void theDaemonMayDeleteNothingThatHoldsDataOrAPassword() throws IOException {
    var role = role();

    assertThat(role.getRules())
        .filteredOn(rule -> rule.getVerbs().contains("delete"))
        .flatExtracting(rule -> rule.getResources())
        .containsExactlyInAnyOrder(
            "deployments", "services", "configmaps", "poddisruptionbudgets", "pods");
    assertThat(role.getRules()).noneMatch(rule -> rule.getVerbs().contains("deletecollection"));
  }
}
