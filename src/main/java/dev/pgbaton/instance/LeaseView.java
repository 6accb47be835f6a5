package dev.pgbaton.instance;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

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
    if (state.filter(s -> s.version().equals(newest.version())).isPresent()) return this;
    return with(
        draft -> {
          draft.state = Optional.of(newest);
          draft.unchangedSince = now;
        });
  }

  LeaseView confirmed(Duration sent, Duration until) {
    return with(
        draft -> {
          draft.confirmedAt = Optional.of(sent);
          draft.heldUntil = Optional.of(until);
          draft.attemptedAt = Optional.empty();
          draft.askedAt = Optional.empty();
        });
  }

  /** The others will leave it alone until then. */
  LeaseView assured(Duration until) {
    return with(draft -> draft.heldUntil = Optional.of(until));
  }

  LeaseView promised(Optional<Duration> until) {
    return with(draft -> draft.promisedUntil = until);
  }

  LeaseView unconfirmed() {
    return with(
        draft -> {
          draft.confirmedAt = Optional.empty();
          draft.heldUntil = Optional.empty();
        });
  }

  LeaseView failed(Duration now) {
    return with(draft -> draft.attemptedAt = Optional.of(now));
  }

  LeaseView asked(Duration now) {
    return with(draft -> draft.askedAt = Optional.of(now));
  }

  LeaseView read(Optional<Duration> at) {
    return with(draft -> draft.readAt = at);
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

  private LeaseView with(Consumer<Draft> change) {
    var draft = new Draft(this);
    change.accept(draft);
    return draft.done();
  }

  /** A view that is being changed. */
  private static final class Draft {
    Optional<LeaseState> state;
    Duration unchangedSince;
    Optional<Duration> confirmedAt;
    Optional<Duration> heldUntil;
    Optional<Duration> attemptedAt;
    Optional<Duration> askedAt;
    Optional<Duration> promisedUntil;
    Optional<Duration> readAt;

    private Draft(LeaseView from) {
      this.state = from.state;
      this.unchangedSince = from.unchangedSince;
      this.confirmedAt = from.confirmedAt;
      this.heldUntil = from.heldUntil;
      this.attemptedAt = from.attemptedAt;
      this.askedAt = from.askedAt;
      this.promisedUntil = from.promisedUntil;
      this.readAt = from.readAt;
    }

    private LeaseView done() {
      return new LeaseView(
          state,
          unchangedSince,
          confirmedAt,
          heldUntil,
          attemptedAt,
          askedAt,
          promisedUntil,
          readAt);
    }
  }
}
