package dev.pgbaton.instance;

import java.time.Duration;
import java.util.Optional;

/**
 * The one promise that an instance can have given, and its own wish to take the Lease: never both
 * at once, whichever thread comes first. It lives in memory: an instance that has just started must
 * see an unchanged Lease for as long as any promise would have bound it.
 */
final class Promises {
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private Optional<Promise> given = Optional.empty();
  private Duration until = Duration.ZERO;

  /** The version that a write of ours wants to replace of which it isn't known how it ended. */
  private Optional<String> taking = Optional.empty();

  /**
   * @param lease as it is known here, empty if it was never seen
   * @param self who is asked
   */
  synchronized boolean give(
      Promise asked, Optional<LeaseState> lease, Identity self, Duration received) {
    lease.ifPresent(this::seen);
    if (taking.isPresent() || asked.holder().equals(self.name())) return false;
    if (lease.filter(l -> !asked.agreesWith(l)).isPresent()) return false;
    if (asked.span().isNegative() || asked.span().compareTo(LONGEST) > 0) return false;
    var end = received.plus(asked.span());
    // What has been promised stands for as long as it binds: the holder writes by it.
    var binds =
        given.filter(p -> p.epoch() > asked.epoch() || p.equals(asked) && until.compareTo(end) > 0);
    if (binds.isPresent() && received.compareTo(until) < 0) return binds.get().equals(asked);
    given = Optional.of(asked);
    until = end;
    return true;
  }

  /** A write by compare-and-swap can't be carried out any more once the version has changed. */
  synchronized void seen(LeaseState lease) {
    if (taking.filter(version -> !version.equals(lease.version())).isPresent())
      taking = Optional.empty();
  }

  /** Until when the promise binds; empty if there is none that this state doesn't end. */
  synchronized Optional<Duration> until(LeaseState lease) {
    return given.filter(p -> p.agreesWith(lease)).map(_ -> until);
  }

  /**
   * @return whether this instance may try to take the Lease now
   */
  synchronized boolean startTaking(LeaseState lease, Duration now) {
    if (until(lease).filter(end -> now.compareTo(end) < 0).isPresent()) return false;
    taking = Optional.of(lease.version());
    return true;
  }

  synchronized void taken() {
    taking = Optional.empty();
  }
}
