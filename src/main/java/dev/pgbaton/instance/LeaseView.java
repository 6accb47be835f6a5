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
 * @param heldUntil until when this instance may be writable, by the last renewal or because all
 *     others have promised not to take the Lease
 * @param attemptedAt when a write was last tried in vain
 * @param askedAt when the others were last asked to promise that
 * @param promisedUntil until when this instance has promised the present holder not to take it
 * @param readAt when the Lease was last read or written successfully, changed or not
 */
public record LeaseView(
    Optional<LeaseState> state,
    Duration unchangedSince,
    Optional<Duration> confirmedAt,
    Optional<Duration> heldUntil,
    Optional<Duration> attemptedAt,
    Optional<Duration> askedAt,
    Optional<Duration> promisedUntil,
    Optional<Duration> readAt) {

  public static LeaseView unknown() {
    return new LeaseView(
        Optional.empty(),
        Duration.ZERO,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
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
  boolean heldBy(Identity self, Duration now) {
    return names(self) && heldUntil.filter(until -> now.compareTo(until) < 0).isPresent();
  }

  boolean lapsed(Duration now, InstanceSettings settings) {
    return now.compareTo(lapsesAt(settings)) >= 0;
  }

  /** Neither sooner than this instance's own settings say, nor than the holder counts on. */
  Duration lapsesAt(InstanceSettings settings) {
    var span =
        state
            .map(LeaseState::lapsesAfter)
            .filter(theirs -> theirs.compareTo(settings.takeAfter()) > 0)
            .orElse(settings.takeAfter());
    var unpromised = unchangedSince.plus(span);
    return promisedUntil.filter(until -> until.compareTo(unpromised) > 0).orElse(unpromised);
  }

  LeaseView seen(LeaseState newest, Duration now) {
    var same = state.filter(s -> s.version().equals(newest.version())).isPresent();
    return same
        ? this
        : new LeaseView(
            Optional.of(newest),
            now,
            confirmedAt,
            heldUntil,
            attemptedAt,
            askedAt,
            promisedUntil,
            readAt);
  }

  LeaseView confirmed(Duration sent, Duration until) {
    return new LeaseView(
        state,
        unchangedSince,
        Optional.of(sent),
        Optional.of(until),
        Optional.empty(),
        Optional.empty(),
        promisedUntil,
        readAt);
  }

  /** The others will leave it alone until then. */
  LeaseView assured(Duration until) {
    return new LeaseView(
        state,
        unchangedSince,
        confirmedAt,
        Optional.of(until),
        attemptedAt,
        askedAt,
        promisedUntil,
        readAt);
  }

  LeaseView promised(Optional<Duration> until) {
    return new LeaseView(
        state, unchangedSince, confirmedAt, heldUntil, attemptedAt, askedAt, until, readAt);
  }

  LeaseView unconfirmed() {
    return new LeaseView(
        state,
        unchangedSince,
        Optional.empty(),
        Optional.empty(),
        attemptedAt,
        askedAt,
        promisedUntil,
        readAt);
  }

  LeaseView failed(Duration now) {
    return new LeaseView(
        state,
        unchangedSince,
        confirmedAt,
        heldUntil,
        Optional.of(now),
        askedAt,
        promisedUntil,
        readAt);
  }

  LeaseView asked(Duration now) {
    return new LeaseView(
        state,
        unchangedSince,
        confirmedAt,
        heldUntil,
        attemptedAt,
        Optional.of(now),
        promisedUntil,
        readAt);
  }

  LeaseView read(Optional<Duration> at) {
    return new LeaseView(
        state, unchangedSince, confirmedAt, heldUntil, attemptedAt, askedAt, promisedUntil, at);
  }

  /** Whether the API server has said since then what stands on it. */
  boolean readSince(Duration moment) {
    return readAt.filter(at -> at.compareTo(moment) >= 0).isPresent();
  }

  /** Whether a renewal has failed about which the others were not asked yet. */
  boolean failedUnasked() {
    return attemptedAt
        .filter(failed -> askedAt.filter(asked -> asked.compareTo(failed) >= 0).isEmpty())
        .isPresent();
  }
}
