package dev.pgbaton.instance;

import java.time.Duration;
import java.util.Optional;

/**
 * What this instance knows of the Lease; all times are its own monotonic clock's.
 *
 * @param state the newest one seen; empty = never seen, so nothing is known
 * @param unchangedSince when the present state was first seen
 * @param confirmedAt when the last successful renewal by this life of this instance was
 *     <em>sent</em>; empty also after a write of which it isn't known whether it was carried out
 * @param attemptedAt when a write was last tried in vain
 */
public record LeaseView(
    Optional<LeaseState> state,
    Duration unchangedSince,
    Optional<Duration> confirmedAt,
    Optional<Duration> attemptedAt) {

  public static LeaseView unknown() {
    return new LeaseView(Optional.empty(), Duration.ZERO, Optional.empty(), Optional.empty());
  }

  boolean names(Identity self) {
    return state
        .filter(
            s ->
                s.holder().filter(self.name()::equals).isPresent()
                    && s.holderLife().map(self.life()::equals).orElse(true))
        .isPresent();
  }

  /** Whether this instance may be writable at this moment. */
  boolean heldBy(Identity self, Duration now, InstanceSettings settings) {
    return names(self)
        && confirmedAt.filter(at -> now.minus(at).compareTo(settings.fenceAfter()) < 0).isPresent();
  }

  boolean lapsed(Duration now, InstanceSettings settings) {
    return now.minus(unchangedSince).compareTo(settings.takeAfter()) >= 0;
  }

  LeaseView seen(LeaseState newest, Duration now) {
    var same = state.filter(s -> s.version().equals(newest.version())).isPresent();
    return same ? this : new LeaseView(Optional.of(newest), now, confirmedAt, attemptedAt);
  }

  LeaseView confirmed(Duration sent) {
    return new LeaseView(state, unchangedSince, Optional.of(sent), Optional.empty());
  }

  LeaseView unconfirmed() {
    return new LeaseView(state, unchangedSince, Optional.empty(), attemptedAt);
  }

  LeaseView failed(Duration now) {
    return new LeaseView(state, unchangedSince, confirmedAt, Optional.of(now));
  }
}
