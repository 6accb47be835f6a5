package dev.pgbaton.instance;

import dev.pgbaton.cluster.WalPosition;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The cluster's Lease as read or as to be written.
 *
 * @param version changes with every write; a write names the one it replaces
 * @param holder the pod that may be writable
 * @param holderLife the life ({@link Identity#life}) of the holder's pod; absent until a holder
 *     that was handed the Lease has renewed it, unless the one who handed it over knew it
 * @param handedOn the holder's {@link Answer} on which it was handed the Lease, until it renews
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
    Optional<String> handedOn,
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
   * the floor is history; but as long as one that was handed it on its answer is not promoted, the
   * floor tells it, should it begin anew, how far it has to read.
   */
  LeaseState renewed(
      Identity self, Optional<String> identifier, InstanceSettings settings, boolean promoted) {
    return with(
        draft -> {
          draft.holdBy(self, settings);
          if (!promoted && handedOn.isPresent()) {
            draft.handedOn = handedOn;
            draft.floor = floor;
          }
          draft.handOffTo = handOffTo.filter(to -> !to.equals(self.name()));
          draft.systemIdentifier = systemIdentifier.or(() -> identifier);
        });
  }

  LeaseState taken(Identity self, InstanceSettings settings) {
    return with(
        draft -> {
          draft.holdBy(self, settings);
          draft.epoch++;
          draft.forgetRequests();
        });
  }

  /**
   * @param on the answer by which the candidate has everything: with it, it may write at once, and
   *     counts as one that has
   */
  LeaseState handedTo(String candidate, String from, WalPosition shutdown, Optional<Answer> on) {
    return with(
        draft -> {
          draft.holder = Optional.of(candidate);
          draft.holderLife = on.map(Answer::life);
          draft.handedOn = on.map(Answer::text);
          draft.epoch++;
          draft.lastHolder = Optional.of(on.isPresent() ? candidate : from);
          draft.floor = Optional.of(shutdown);
          draft.forgetRequests();
        });
  }

  LeaseState released(Optional<WalPosition> reached) {
    return with(
        draft -> {
          draft.holder = Optional.empty();
          draft.holderLife = Optional.empty();
          draft.handedOn = Optional.empty();
          draft.floor = reached;
        });
  }

  LeaseState refused(String refusal) {
    return with(
        draft -> {
          draft.handOffTo = Optional.empty();
          draft.handOffRefused = Optional.of(refusal);
        });
  }

  /**
   * Where what was written last ends; empty if that isn't known, because whoever was handed the
   * Lease on its answer may have written since.
   */
  Optional<WalPosition> end() {
    return floor.filter(_ -> handedOn.isEmpty());
  }

  /** The request is taken. */
  LeaseState restarting() {
    return with(draft -> draft.restart = Optional.empty());
  }

  LeaseState agreed(Quorum next) {
    return with(draft -> draft.quorum = next);
  }

  /** Only a member may take it; before anybody has written who is one, anybody may. */
  boolean mayBeTakenBy(String instance) {
    return quorum.members().isEmpty() || quorum.members().contains(instance);
  }

  LeaseState with(Consumer<Draft> change) {
    var draft = new Draft(this);
    change.accept(draft);
    return draft.done();
  }

  /** A state that is being changed. */
  static final class Draft {
    String version;
    Optional<String> holder;
    Optional<String> holderLife;
    Optional<String> handedOn;
    int epoch;
    Optional<String> lastHolder;
    Optional<WalPosition> floor;
    Optional<String> handOffTo;
    Optional<String> handOffRefused;
    Optional<String> restart;
    Optional<String> systemIdentifier;
    Quorum quorum;
    Duration lapsesAfter;

    private Draft(LeaseState from) {
      this.version = from.version;
      this.holder = from.holder;
      this.holderLife = from.holderLife;
      this.handedOn = from.handedOn;
      this.epoch = from.epoch;
      this.lastHolder = from.lastHolder;
      this.floor = from.floor;
      this.handOffTo = from.handOffTo;
      this.handOffRefused = from.handOffRefused;
      this.restart = from.restart;
      this.systemIdentifier = from.systemIdentifier;
      this.quorum = from.quorum;
      this.lapsesAfter = from.lapsesAfter;
    }

    /** From now on this one may write. */
    private void holdBy(Identity self, InstanceSettings settings) {
      holder = Optional.of(self.name());
      holderLife = Optional.of(self.life());
      handedOn = Optional.empty();
      lastHolder = holder;
      floor = Optional.empty();
      lapsesAfter = settings.takeAfter();
    }

    /** What the former holder was asked for dies with its place. */
    private void forgetRequests() {
      handOffTo = Optional.empty();
      handOffRefused = Optional.empty();
      restart = Optional.empty();
    }

    private LeaseState done() {
      return new LeaseState(
          version,
          holder,
          holderLife,
          handedOn,
          epoch,
          lastHolder,
          floor,
          handOffTo,
          handOffRefused,
          restart,
          systemIdentifier,
          quorum,
          lapsesAfter);
    }
  }
}
