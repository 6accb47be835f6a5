package dev.pgbaton.desired;

import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.cluster.SourceRef;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;

/** One Kubernetes object as it shall be, and where in the repository that was said. */
public record DesiredObject(
    HasMetadata object, ObjectRole role, ApplyPolicy policy, SourceRef source) {
  public ObjectKey key() {
    return new ObjectKey(
        object.getKind(), object.getMetadata().getNamespace(), object.getMetadata().getName());
  }

  /** Whether others made the live one first, so that it is only read. */
  public boolean isLeftAs(HasMetadata live) {
    return policy == ApplyPolicy.GENERATED && !AppliedHash.isOurs(live);
  }

  /** Whether it is what an application logs in with. */
  public boolean isOfAUser() {
    return object instanceof Secret secret
        && secret.getStringData() != null
        && secret.getStringData().containsKey(UserSecrets.PASSWORD);
  }
}
