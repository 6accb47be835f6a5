package dev.pgbaton.observed;

import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.Names;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * The cluster's Lease, as far as planning needs it.
 *
 * @param handoffTo a handoff was asked for and not yet answered
 * @param handoffRefused what the holder said to the last one
 * @param epoch how often it changed hands
 * @param users what the primary was told of them
 * @param usersTold when; empty where an earlier version told it
 */
public record LeaseState(
    String resourceVersion,
    Optional<String> holder,
    Optional<String> handoffTo,
    Optional<String> handoffRefused,
    int epoch,
    Optional<String> systemIdentifier,
    Optional<String> users,
    Optional<Instant> usersTold) {

  public static LeaseState of(Lease lease) {
    var annotations = Annotations.all(lease);
    var spec = lease.getSpec();
    return new LeaseState(
        lease.getMetadata().getResourceVersion(),
        Optional.ofNullable(spec == null ? null : spec.getHolderIdentity())
            .filter(h -> !h.isEmpty()),
        Optional.ofNullable(annotations.get(Names.HANDOFF_TO)),
        Optional.ofNullable(annotations.get(Names.HANDOFF_REFUSED)),
        spec == null || spec.getLeaseTransitions() == null ? 0 : spec.getLeaseTransitions(),
        Optional.ofNullable(annotations.get(Names.SYSTEM_IDENTIFIER)),
        Optional.ofNullable(annotations.get(Names.USERS)).filter(hash -> !hash.isEmpty()),
        Optional.ofNullable(annotations.get(Names.USERS_TOLD)).flatMap(LeaseState::instant));
  }

  /** No database of this cluster was ever begun by it. */
  public boolean neverHeld() {
    return holder.isEmpty() && epoch == 0 && systemIdentifier.isEmpty();
  }

  /** Whether it was only renewed since: its holder does that every other second. */
  public boolean isStill(LeaseState before) {
    return holder.equals(before.holder)
        && epoch == before.epoch
        && handoffTo.equals(before.handoffTo);
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeParseException _) {
      return Optional.empty();
    }
  }
}
