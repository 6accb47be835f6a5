package dev.pgbaton.instance;

import dev.pgbaton.cluster.WalPosition;
import java.time.Duration;
import java.util.Optional;

/**
 * The cluster's Lease as read or as to be written.
 *
 * @param version changes with every write; a write names the one it replaces
 * @param holder the pod that may be writable
 * @param holderLife the life ({@link Identity#life}) of the holder's pod; absent until a holder
 *     that was handed the Lease has renewed it
 * @param epoch counts the holders
 * @param lastHolder the last one that may have written, kept after a release
 * @param floor what whoever takes it next must have reached
 * @param handOffTo the pod that the daemon asks the holder to hand over to
 * @param handOffRefused why the holder did not
 * @param restart the pod in which the daemon asks the holder to restart PostgreSQL
 * @param systemIdentifier absent until an instance has been initialised
 * @param quorum who may take it, and how many confirm each commit
 * @param lapsesAfter how long it must not change before it counts as lapsed, which is what its
 *     holder goes by; zero = nothing was written yet
 */
public record LeaseState(
    String version,
    Optional<String> holder,
    Optional<String> holderLife,
    int epoch,
    Optional<String> lastHolder,
    Optional<WalPosition> floor,
    Optional<String> handOffTo,
    Optional<String> handOffRefused,
    Optional<String> restart,
    Optional<String> systemIdentifier,
    Quorum quorum,
    Duration lapsesAfter) {

  /** As the daemon creates it. */
  public static LeaseState fresh(String version) {
    return new LeaseState(
        version,
        Optional.empty(),
        Optional.empty(),
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Quorum.NONE,
        Duration.ZERO);
  }

  /**
   * A renewal, also the first one after having been handed it: from now on this one may write, so
   * the floor is history.
   */
  LeaseState renewed(Identity self, Optional<String> identifier, InstanceSettings settings) {
    return new LeaseState(
        version,
        Optional.of(self.name()),
        Optional.of(self.life()),
        epoch,
        Optional.of(self.name()),
        Optional.empty(),
        handOffTo.filter(to -> !to.equals(self.name())),
        handOffRefused,
        restart,
        systemIdentifier.or(() -> identifier),
        quorum,
        settings.takeAfter());
  }

  /** What the former holder was asked for dies with its place. */
  LeaseState taken(Identity self, InstanceSettings settings) {
    return new LeaseState(
        version,
        Optional.of(self.name()),
        Optional.of(self.life()),
        epoch + 1,
        Optional.of(self.name()),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        systemIdentifier,
        quorum,
        settings.takeAfter());
  }

  LeaseState handedTo(String candidate, String from, WalPosition shutdown) {
    return new LeaseState(
        version,
        Optional.of(candidate),
        Optional.empty(),
        epoch + 1,
        Optional.of(from),
        Optional.of(shutdown),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        systemIdentifier,
        quorum,
        lapsesAfter);
  }

  LeaseState released(Optional<WalPosition> reached) {
    return new LeaseState(
        version,
        Optional.empty(),
        Optional.empty(),
        epoch,
        lastHolder,
        reached,
        handOffTo,
        handOffRefused,
        restart,
        systemIdentifier,
        quorum,
        lapsesAfter);
  }

  LeaseState refused(String refusal) {
    return new LeaseState(
        version,
        holder,
        holderLife,
        epoch,
        lastHolder,
        floor,
        Optional.empty(),
        Optional.of(refusal),
        restart,
        systemIdentifier,
        quorum,
        lapsesAfter);
  }

  /** The request is taken. */
  LeaseState restarting() {
    return new LeaseState(
        version,
        holder,
        holderLife,
        epoch,
        lastHolder,
        floor,
        handOffTo,
        handOffRefused,
        Optional.empty(),
        systemIdentifier,
        quorum,
        lapsesAfter);
  }

  LeaseState agreed(Quorum next) {
    return new LeaseState(
        version,
        holder,
        holderLife,
        epoch,
        lastHolder,
        floor,
        handOffTo,
        handOffRefused,
        restart,
        systemIdentifier,
        next,
        lapsesAfter);
  }

  /** Only a member may take it; before anybody has written who is one, anybody may. */
  boolean mayBeTakenBy(String instance) {
    return quorum.members().isEmpty() || quorum.members().contains(instance);
  }
}
