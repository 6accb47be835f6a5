package dev.pgbaton.observed;

import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.ObjectKey;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads a cluster's Kubernetes objects. */
public interface ClusterReader {
  /**
   * From the informers' caches: no request.
   *
   * @param wanted objects to look for besides those with the cluster's label
   */
  ClusterSnapshot cached(ClusterLayout layout, Set<ObjectKey> wanted);

  /**
   * StatefulSet, pods, Lease and nodes from the API server, the rest as {@link #cached}: for the
   * look right before a disruptive step.
   *
   * @throws ReadFailed if the API server does not answer
   */
  ClusterSnapshot live(ClusterLayout layout, Set<ObjectKey> wanted);

  /**
   * Compares Secrets with the live ones, by requests: no cache holds their values.
   *
   * @param secrets each value in base64
   * @return a Secret that is not there differs in nothing
   */
  default ComparedSecrets compare(Map<ObjectKey, ? extends Map<String, String>> secrets) {
    return ComparedSecrets.SAME;
  }

  /**
   * Looks passwords up that Secrets are made of, by requests, where one of the Secrets that have
   * them was written since, or was not there.
   *
   * @param composed as they shall be, with the passwords still missing
   */
  default LookedUp lookUp(List<Secret> composed, ClusterSnapshot snapshot) {
    return LookedUp.SAME;
  }

  /** The API server did not answer; nothing is known then. */
  final class ReadFailed extends RuntimeException {
    public ReadFailed(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
