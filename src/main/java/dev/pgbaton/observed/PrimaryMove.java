package dev.pgbaton.observed;

import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.Names;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Instant;
import java.util.Optional;

/**
 * The Lease passed from one instance to another.
 *
 * @param from who held it before
 * @param epoch the one that begins
 */
public record PrimaryMove(
    ClusterId cluster, String from, String to, Cause cause, int epoch, Instant at) {
  public enum Cause {
    /** Passed on by its holder, which had stopped: asked for by a rollout or by the pod's end. */
    HANDOFF,
    /** Taken after its holder let it go or was silent. */
    FAILOVER
  }

  /** What lies between two versions of a Lease; empty if nobody else came to hold it. */
  public static Optional<PrimaryMove> between(
      ClusterId cluster, Lease before, Lease after, Instant at) {
    var to = holder(after);
    var former = holder(before);
    var from = former.isEmpty() ? note(before, Names.LAST_HOLDER) : former;
    if (to.isEmpty() || from.isEmpty() || to.equals(from) || to.equals(former))
      return Optional.empty();
    var handedOver = !former.isEmpty() && (saysHowFar(before, after) || wasAsked(before, after));
    var transitions = after.getSpec().getLeaseTransitions();
    return Optional.of(
        new PrimaryMove(
            cluster,
            from,
            to,
            handedOver ? Cause.HANDOFF : Cause.FAILOVER,
            transitions == null ? 0 : transitions,
            at));
  }

  /** Only who hands over writes the other's name and, in the same write, how far the data goes. */
  private static boolean saysHowFar(Lease before, Lease after) {
    return !note(after, Names.FLOOR).isEmpty()
        || !note(after, Names.HANDED_FLOOR).equals(note(before, Names.HANDED_FLOOR));
  }

  /**
   * A program of another version may say that by another name. But who was asked to hand over to
   * this one, and renewed a moment ago, has done so: nobody takes a Lease that has not lapsed.
   */
  private static boolean wasAsked(Lease before, Lease after) {
    var renewed = before.getSpec().getRenewTime();
    var written = after.getSpec().getRenewTime();
    var lasts = before.getSpec().getLeaseDurationSeconds();
    return note(before, Names.HANDOFF_TO).equals(holder(after))
        && renewed != null
        && written != null
        && lasts != null
        && written.isBefore(renewed.plusSeconds(lasts));
  }

  private static String holder(Lease lease) {
    var holder = lease.getSpec() == null ? null : lease.getSpec().getHolderIdentity();
    return holder == null ? "" : holder;
  }

  private static String note(Lease lease, String name) {
    return Annotations.of(lease, name).orElse("");
  }

  /** For a person. */
  public String text() {
    return switch (cause) {
      case HANDOFF -> "the primary moved from %s to %s by handoff".formatted(from, to);
      case FAILOVER -> "the primary moved from %s to %s by failover".formatted(from, to);
    };
  }
}
