package dev.pgbaton.observed;

import dev.pgbaton.cluster.PodRef;
import dev.pgbaton.cluster.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One instance as it is now.
 *
 * @param revision the StatefulSet's revision that its pod was made from
 * @param neverReady the pod has not been Ready once: replacing it takes nothing away
 * @param begun whether a program of its containers has run, or may have
 * @param unreadySince when its pod ceased to be Ready, or began; empty while it is Ready
 * @param trouble why the pod does not start, in words for a person; empty while nothing is known to
 *     be wrong
 * @param hopeless whether the trouble can't pass by itself: an image that does not exist, a program
 *     that ends again and again
 * @param reloadAnnotation the hash of the settings that the pod was told to take
 * @param roleLabel what the pod's label says of its role; empty without one
 */
public record Instance(
    PodRef pod,
    int ordinal,
    Role role,
    String revision,
    boolean ready,
    boolean terminating,
    boolean neverReady,
    boolean begun,
    boolean cordoned,
    Optional<Instant> unreadySince,
    Optional<String> trouble,
    boolean hopeless,
    String reloadAnnotation,
    String roleLabel,
    Replication replication,
    InstanceProbe.Answer answer) {

  private static final Duration FIRST_PULLS = Duration.ofSeconds(30);

  /** Ready, and a primary or a replica that streams within {@code maxLag} bytes. */
  public boolean settled(long maxLag) {
    return ready
        && !terminating
        && switch (replication) {
          case Replication.Source _ -> true;
          case Replication.Streaming(var lag, _) -> lag <= maxLag;
          case Replication.NotStreaming _, Replication.NotKnown _ -> false;
        };
  }

  /**
   * Down by itself, and not about to come back: never Ready, in trouble that the kubelet sees, or
   * with a PostgreSQL that has not run for longer than {@code patience} although its container
   * does.
   */
  public boolean broken(Instant now, Duration patience) {
    return !ready
        && (neverReady
            || trouble.isPresent()
            || role == Role.UNKNOWN
                && unreadySince.filter(since -> now.isAfter(since.plus(patience))).isPresent());
  }

  /** No program of this pod has run: whatever it will go by, it has not read yet. */
  public boolean neverBegan() {
    return !begun && neverReady && !(answer instanceof InstanceProbe.Answer.Known);
  }

  /**
   * Whether its trouble won't pass by itself. The kubelet goes to and fro between a pull that fails
   * and the time until the next one: after half a minute it was tried more than once.
   */
  public boolean hopeless(Instant now) {
    return hopeless
        || trouble.filter(t -> t.contains(PodState.NO_IMAGE)).isPresent()
            && unreadySince.filter(since -> now.isAfter(since.plus(FIRST_PULLS))).isPresent();
  }

  /** Why it is not settled, for a person. */
  public String unsettledBecause(long maxLag) {
    if (terminating) return "its pod is ending";
    if (trouble.isPresent()) return trouble.get();
    if (!ready) return "its pod is not Ready";
    return switch (replication) {
      case Replication.Source _ -> "it is the primary";
      case Replication.Streaming(var lag, _) ->
          "it is %d bytes of WAL behind, more than the %d allowed".formatted(lag, maxLag);
      case Replication.NotStreaming _ -> "it does not stream from the primary";
      case Replication.NotKnown(var reason) -> reason;
    };
  }

  @Override
  public String toString() {
    return pod.name();
  }
}
