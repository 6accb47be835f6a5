package dev.pgbaton.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.spec.ManifestKinds;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RightsTest {
  private static List<PolicyRule> base() throws IOException {
    return rules("kustomize/base/cluster-role.yaml");
  }

  private static List<PolicyRule> ofManifests() throws IOException {
    return rules("kustomize/components/manifests/cluster-role.yaml");
  }

  private static List<PolicyRule> rules(String file) throws IOException {
    var yaml = Files.readString(Path.of(file));
    return new KubernetesSerialization().unmarshal(yaml, ClusterRole.class).getRules();
  }

  private static List<PolicyRule> both() throws IOException {
    return Stream.concat(base().stream(), ofManifests().stream()).toList();
  }

  private static List<String> verbs(List<PolicyRule> rules, Class<? extends HasMetadata> type) {
    return rules.stream()
        .filter(rule -> rule.getApiGroups().contains(group(type)))
        .filter(rule -> rule.getResources().contains(HasMetadata.getPlural(type)))
        .flatMap(rule -> rule.getVerbs().stream())
        .toList();
  }

  private static String group(Class<? extends HasMetadata> type) {
    var group = HasMetadata.getGroup(type);
    return group == null ? "" : group;
  }

  @Test
  void everyKindThatPlainManifestsMayHaveIsWatchedAndMayBeWritten() throws IOException {
    var rules = both();

    assertThat(ManifestKinds.ALL)
        .filteredOn(type -> type != Namespace.class)
        .allSatisfy(
            type -> {
              assertThat(Kinds.OF_CLUSTERS).contains(type);
              assertThat(verbs(rules, type)).contains("get", "list", "watch", "create", "patch");
            });
    assertThat(Kinds.OF_MACHINES).contains(Namespace.class);
  }

  @Test
  void everyKindThatIsWatchedMayBeReadWithoutManifestsToo() throws IOException {
    var rules = base();

    assertThat(Stream.concat(Kinds.OF_CLUSTERS.stream(), Kinds.OF_MACHINES.stream()))
        .allSatisfy(type -> assertThat(verbs(rules, type)).contains("get", "list", "watch"));
  }

  @Test
  void whoReadsNoManifestsMakesNoPods() throws IOException {
    assertThat(verbs(base(), Pod.class)).doesNotContain("create");
    assertThat(base())
        .flatExtracting(PolicyRule::getResources)
        .doesNotContain("persistentvolumeclaims");
  }

  @Test
  void whatOnlyPgbatonWritesIsNoKindOfPlainManifests() {
    assertThat(Kinds.OF_CLUSTERS)
        .filteredOn(type -> !ManifestKinds.ALL.contains(type))
        .containsExactlyInAnyOrder(EndpointSlice.class, Lease.class);
  }

  @Test
  void theDaemonMayDeleteNothingThatHoldsDataOrAPassword() throws IOException {
    assertThat(both())
        .filteredOn(rule -> rule.getVerbs().contains("delete"))
        .flatExtracting(PolicyRule::getResources)
        .containsExactlyInAnyOrder(
            "deployments",
            "services",
            "configmaps",
            "poddisruptionbudgets",
            "networkpolicies",
            "roles",
            "rolebindings",
            "pods",
            "jobs");
    assertThat(both()).noneMatch(rule -> rule.getVerbs().contains("deletecollection"));
  }
}
