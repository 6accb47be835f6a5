package dev.pgbaton.apply;

import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.LoginTurn;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.cluster.PodRef;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.cluster.ToldPasswords;
import dev.pgbaton.desired.DesiredObject;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Instant;
import java.util.Optional;

/**
 * Changes a cluster's Kubernetes objects. Every write carries what was observed and fails if the
 * world moved.
 */
public interface ClusterWriter {
  /**
   * Brings one object about, by its policy: server-side apply as {@code pgbaton} with the
   * annotation {@code pgbaton.dev/applied}, or a create that leaves an existing object alone.
   */
  Written write(DesiredObject object);

  /** Evicts a pod, with its UID as precondition; a disruption budget may refuse it. */
  Written evict(ClusterLayout layout, PodRef pod);

  /** Deletes a pod, with its UID as precondition, whatever a disruption budget says. */
  Written deletePod(ClusterLayout layout, PodRef pod);

  /**
   * Asks the Lease's holder to hand off to {@code candidate}.
   *
   * @param leaseVersion the Lease's resourceVersion as observed
   */
  Written requestHandoff(ClusterLayout layout, String leaseVersion, PodRef candidate);

  /** Asks the Lease's holder to restart PostgreSQL in its pod. */
  Written requestRestart(ClusterLayout layout, String leaseVersion, PodRef holder);

  /** Tells the Lease's holder which users and databases it shall have taken. */
  Written announceUsers(ClusterLayout layout, String leaseVersion, String hash, Instant now);

  /**
   * Brings the passwords of pgbaton's own roles to the next turn, with new ones where they change.
   *
   * @param secretVersion the credentials Secret's resourceVersion as observed
   * @param rotation the word in the spec that it is done for
   */
  Written rotate(ClusterLayout layout, String secretVersion, LoginTurn.Phase to, String rotation);

  /** Tells the pod which turn of those passwords to read. */
  Written annotateLogins(ClusterLayout layout, PodRef pod, String id);

  /**
   * Brings what Git has into a person's Secret that is there, and notes in it that it is another
   * state. What is only in the live one stays.
   */
  default Written writePasswords(DesiredObject secret) {
    return new Written.Refused("nobody's Secrets are written here");
  }

  /** Tells the instances, on their Lease, which passwords to take. */
  default Written announcePasswords(ClusterLayout layout, String leaseVersion, ToldPasswords told) {
    return new Written.Refused("nobody is told of passwords here");
  }

  /** Patches the pod's reload annotation. */
  Written annotateReload(ClusterLayout layout, PodRef pod, String hash);

  /** Puts the cluster's label on a pod that somebody else's template made without it. */
  Written claim(ClusterLayout layout, PodRef pod);

  Written labelRole(ClusterLayout layout, PodRef pod, Role role);

  /**
   * Whose it is by now, in words, so that {@link #delete} would leave it to them: who removed it in
   * Git has to be told, and afterwards nobody knows. Empty where it is ours.
   */
  default Optional<String> othersOf(ObjectKey key) {
    return Optional.empty();
  }

  /** Deletes it; or leaves it to whoever looks after it by now, who is named then. */
  Written delete(ObjectKey key, String uid);

  /** What came of one write. */
  sealed interface Written {
    /**
     * @param object as the server has it now; null after a delete or an eviction
     * @param overruled whose changes by hand were taken back, by field manager and fields, for a
     *     person; of what is not deleted, why
     */
    record Done(HasMetadata object, Optional<String> overruled) implements Written {
      public Done(HasMetadata object) {
        this(object, Optional.empty());
      }
    }

    /** The world moved: plan again. */
    record Stale(String why) implements Written {}

    /** Not now: a disruption budget, or the server is busy or away. */
    record NotNow(String why) implements Written {}

    /** Others own fields that the spec sets. */
    record Conflict(String why) implements Written {}

    /** It will not work however often it is tried. */
    record Refused(String why) implements Written {}
  }
}
