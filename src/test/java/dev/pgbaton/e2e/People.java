package dev.pgbaton.e2e;

import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.api.model.rbac.Subject;
import io.fabric8.kubernetes.client.KubernetesClient;

/** Who may or may not do things in a namespace, each by a service account. */
final class People {
  private final KubernetesClient client;
  private final String namespace;

  People(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  /** Of somebody who is made by it, and may do nothing yet. */
  String token(String user) {
    client
        .resource(
            new ServiceAccountBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(user)
                .endMetadata()
                .build())
        .create();
    return client
        .serviceAccounts()
        .inNamespace(namespace)
        .withName(user)
        .tokenRequest(new TokenRequestBuilder().withNewSpec().endSpec().build())
        .getStatus()
        .getToken();
  }

  /** What a handoff takes. */
  void mayPatchLeases(String user) {
    mayPatch(
        user, "coordination.k8s.io", "leases", new Subject("", "ServiceAccount", user, namespace));
  }

  /** What a suspension takes, for somebody whom Kubernetes knows by that name alone. */
  void mayPatchStatefulSets(String user) {
    mayPatch(
        "suspends",
        "apps",
        "statefulsets",
        new Subject("rbac.authorization.k8s.io", "User", user, null));
  }

  private void mayPatch(String role, String group, String resource, Subject who) {
    client
        .resource(
            new RoleBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(role)
                .endMetadata()
                .addNewRule()
                .withApiGroups(group)
                .withResources(resource)
                .withVerbs("patch")
                .endRule()
                .build())
        .create();
    client
        .resource(
            new RoleBindingBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(role)
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "Role", role)
                .withSubjects(who)
                .build())
        .create();
  }

  void mayNot(String user) {
    client.rbac().roleBindings().inNamespace(namespace).withName(user).delete();
  }
}
