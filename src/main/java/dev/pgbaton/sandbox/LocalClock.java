package dev.pgbaton.sandbox;

import java.time.Duration;

/**
 * A monotonic clock of one machine: it began at another time, goes a little too fast or slow, and
 * stands still while the machine sleeps.
 */
final class LocalClock {
  private static final int WORST_PER_MILLE = 30;

  private final Agenda agenda;
  private final double rate;
  private final long origin;
  private Duration slept = Duration.ZERO;
  private Duration asleepSince;

  LocalClock(Agenda agenda, Chance chance) {
    this.agenda = agenda;
    this.rate = 1 + chance.between(-WORST_PER_MILLE, WORST_PER_MILLE) / 1000.0;
    this.origin = chance.between(0, 1_000_000);
  }

  Duration now() {
    return (asleepSince == null ? sinceBoot() : asleepSince).minus(slept);
  }

  /** By the clock that does not stand still. */
  Duration sinceBoot() {
    return Duration.ofMillis(origin + (long) (agenda.millis() * rate));
  }

  void sleep() {
    if (asleepSince == null) asleepSince = sinceBoot();
  }

  void wake() {
    if (asleepSince == null) return;
    slept = slept.plus(sinceBoot()).minus(asleepSince);
    asleepSince = null;
  }

  /** In milliseconds of the world. */
  long lasting(Duration byThisClock) {
    return (long) Math.ceil(byThisClock.toMillis() / rate);
  }
}
