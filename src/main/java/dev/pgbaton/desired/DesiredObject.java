package dev.pgbaton.desired;

import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.cluster.SourceRef;
import io.fabric8.kubernetes.api.model.HasMetadata;

/** One Kubernetes object as it shall be, and where in the repository that was said. */
public record DesiredObject(
    HasMetadata object, ObjectRole role, ApplyPolicy policy, SourceRef source) {
  public ObjectKey key() {
    return new ObjectKey(
        object.getKind(), object.getMetadata().getNamespace(), object.getMetadata().getName());
  }
}
