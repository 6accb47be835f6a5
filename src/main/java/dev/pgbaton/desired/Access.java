package dev.pgbaton.desired;

import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Names;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import java.util.Collection;
import java.util.List;

/**
 * What an instance may do: its cluster's Lease and its two EndpointSlices, by name, and nothing
 * else.
 */
public final class Access {
  private Access() {}

  /** The same, and it may read these Secrets. */
  public static Role reading(Role role, Collection<String> secrets) {
    return role.edit()
        .addToRules(rule("", "secrets", List.of("get"), secrets.toArray(String[]::new)))
        .build();
  }

  static String serviceAccount(ClusterLayout layout) {
    return layout.statefulSet();
  }

  /**
   * @param users whether it may read what is declared of users
   */
  static List<HasMetadata> of(ClusterLayout layout, Labels labels, boolean users) {
    var metadata =
        Metadata.of(layout, serviceAccount(layout), labels.object(Labels.Component.postgresql));
    return List.of(
        new ServiceAccountBuilder()
            .withMetadata(metadata)
            // Pods that need the API say so themselves.
            .withAutomountServiceAccountToken(false)
            .build(),
        users ? withUsers(role(metadata, layout), layout) : role(metadata, layout),
        binding(metadata, serviceAccount(layout)));
  }

  /** The same for pods that somebody else's manifests give a service account. */
  static List<HasMetadata> of(
      ClusterLayout layout, Labels labels, String serviceAccount, Collection<String> pods) {
    var metadata =
        Metadata.of(layout, layout.besideName(), labels.object(Labels.Component.postgresql));
    var role =
        role(metadata, layout)
            .edit()
            // Whether another instance can have data before it can be asked, and where to ask it.
            .addToRules(
                rule(
                    "",
                    "persistentvolumeclaims",
                    List.of("get"),
                    pods.stream().map(pod -> Names.DATA_CLAIM + "-" + pod).toArray(String[]::new)),
                rule("", "pods", List.of("get"), pods.toArray(String[]::new)))
            .build();
    return List.of(role, binding(metadata, serviceAccount));
  }

  private static Role withUsers(Role role, ClusterLayout layout) {
    return reading(role, List.of(layout.usersSecret()));
  }

  private static Role role(ObjectMeta metadata, ClusterLayout layout) {
    return new RoleBuilder()
        .withMetadata(metadata)
        .withRules(
            rule(
                "coordination.k8s.io",
                "leases",
                List.of("get", "watch", "update", "patch"),
                layout.lease()),
            rule(
                "discovery.k8s.io",
                "endpointslices",
                List.of("get", "update", "patch"),
                layout.primaryService(),
                layout.replicasService()))
        .build();
  }

  private static RoleBinding binding(ObjectMeta metadata, String serviceAccount) {
    return new RoleBindingBuilder()
        .withMetadata(metadata)
        .withNewRoleRef("rbac.authorization.k8s.io", "Role", metadata.getName())
        .addNewSubject()
        .withKind("ServiceAccount")
        .withName(serviceAccount)
        .withNamespace(metadata.getNamespace())
        .endSubject()
        .build();
  }

  private static PolicyRule rule(
      String group, String resource, List<String> verbs, String... names) {
    return new PolicyRuleBuilder()
        .withApiGroups(group)
        .withResources(resource)
        .withResourceNames(names)
        .withVerbs(verbs)
        .build();
  }
}
