package dev.pgbaton.kube;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.tls.CertificateSecrets;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSpecBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Takes off what nobody reads: thousands of clusters shall fit in memory, and no password lies in
 * it.
 */
final class Trim {
  private static final String KUBECTL_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

  private Trim() {}

  /** In place: the object is fresh from the wire and nobody else's. */
  static <T extends HasMetadata> T inPlace(T object) {
    var meta = object.getMetadata();
    meta.setManagedFields(List.of());
    // It holds the whole object once more; for a Secret with its values.
    if (meta.getAnnotations() != null) meta.getAnnotations().remove(KUBECTL_APPLIED);
    switch (object) {
      case Secret secret -> {
        noteCertificate(secret);
        secret.setData(keysOnly(secret.getData()));
      }
      case Pod pod when pod.getStatus() != null -> {
        pod.getStatus().setEphemeralContainerStatuses(List.of());
        pod.getStatus().setResourceClaimStatuses(List.of());
        pod.getStatus().setHostIPs(List.of());
      }
      case Node node -> {
        meta.setAnnotations(Map.of());
        meta.setLabels(Map.of());
        node.setStatus(null);
        node.setSpec(new NodeSpecBuilder().withUnschedulable(cordoned(node)).build());
      }
      case Namespace namespace -> {
        meta.setAnnotations(Map.of());
        meta.setLabels(Map.of());
        namespace.setSpec(null);
      }
      default -> {}
    }
    return object;
  }

  /** Which certificate it is, and by whom: no secrets, and all of it that somebody asks for. */
  private static void noteCertificate(Secret secret) {
    var certificate =
        CertificateSecrets.is(secret) && secret.getData() != null
            ? secret.getData().getOrDefault(CertificateSecrets.CERTIFICATE, "")
            : "";
    // What was trimmed before has it.
    if (certificate.isEmpty()) return;
    var notes = new TreeMap<String, String>();
    if (secret.getMetadata().getAnnotations() != null)
      notes.putAll(secret.getMetadata().getAnnotations());
    notes.put(Names.CERTIFICATE, CertificateSecrets.fingerprint(certificate));
    var authority = secret.getData().getOrDefault(CertificateSecrets.AUTHORITY, "");
    if (!authority.isEmpty())
      notes.put(Names.CERTIFICATE_BY, CertificateSecrets.fingerprint(authority));
    secret.getMetadata().setAnnotations(notes);
  }

  private static Map<String, String> keysOnly(Map<String, String> data) {
    var keys = new TreeMap<String, String>();
    if (data != null) data.keySet().forEach(key -> keys.put(key, ""));
    return keys;
  }

  static boolean cordoned(Node node) {
    return node.getSpec() != null && Boolean.TRUE.equals(node.getSpec().getUnschedulable());
  }

  static ObjectKey key(HasMetadata object) {
    return new ObjectKey(
        object.getKind(), object.getMetadata().getNamespace(), object.getMetadata().getName());
  }

  /** The cluster that the object's label names. */
  static Optional<ClusterId> cluster(HasMetadata object) {
    var labels = object.getMetadata().getLabels();
    return Optional.ofNullable(labels == null ? null : labels.get(Names.CLUSTER_LABEL))
        .map(name -> new ClusterId(object.getMetadata().getNamespace(), name));
  }

  /**
   * Versions of one kind may be compared as numbers: the Kubernetes API says so since 1.35, etcd
   * has always counted so, and client-go relies on it for the same purpose.
   */
  static long version(HasMetadata object) {
    return version(object.getMetadata().getResourceVersion());
  }

  static long version(String resourceVersion) {
    return resourceVersion == null || resourceVersion.isEmpty()
        ? 0
        : Long.parseUnsignedLong(resourceVersion);
  }
}
