package dev.pgbaton.spec;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The kinds that plain manifests may have: what is watched and what may be written follows this.
 */
public final class ManifestKinds {
  public static final List<Class<? extends HasMetadata>> ALL =
      List.of(
          Namespace.class,
          ServiceAccount.class,
          Role.class,
          RoleBinding.class,
          Secret.class,
          ConfigMap.class,
          Service.class,
          PodDisruptionBudget.class,
          NetworkPolicy.class,
          StatefulSet.class,
          Deployment.class,
          Pod.class,
          Job.class);

  /** Those that people have tried: the others are told apart by nobody but the API server. */
  private static final Set<String> OF_ALL_NAMESPACES =
      Set.of(
          "APIService",
          "CertificateSigningRequest",
          "ClusterRole",
          "ClusterRoleBinding",
          "CSIDriver",
          "CSINode",
          "CustomResourceDefinition",
          "FlowSchema",
          "IngressClass",
          "MutatingAdmissionPolicy",
          "MutatingWebhookConfiguration",
          "Node",
          "PersistentVolume",
          "PriorityClass",
          "PriorityLevelConfiguration",
          "RuntimeClass",
          "StorageClass",
          "ValidatingAdmissionPolicy",
          "ValidatingAdmissionPolicyBinding",
          "ValidatingWebhookConfiguration",
          "VolumeAttachment");

  private ManifestKinds() {}

  static Optional<Class<? extends HasMetadata>> named(String kind) {
    return ALL.stream().filter(type -> HasMetadata.getKind(type).equals(kind)).findFirst();
  }

  static String whyNot(String kind) {
    return OF_ALL_NAMESPACES.contains(kind)
        ? "%s reaches beyond the cluster's namespace, and is refused here. Apply it by other means, and take it out of this directory."
            .formatted(FieldType.shown(kind))
        : "%s is not of the kinds that are applied here: %s. Apply it by other means, and take it out of this directory."
            .formatted(
                FieldType.shown(kind),
                ALL.stream().map(HasMetadata::getKind).sorted().collect(Collectors.joining(", ")));
  }
}
