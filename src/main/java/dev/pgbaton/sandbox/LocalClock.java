package dev.pgbaton.sandbox;

import java.time.Duration;

/**
 * A monotonic clock of one machine: it began at another time, and goes a little too fast or slow.
 */
final class LocalClock {
  private static final int WORST_PER_MILLE = 30;

  private final Agenda agenda;
  private final double rate;
  private final long origin;

  LocalClock(Agenda agenda, Chance chance) {
    this.agenda = agenda;
    this.rate = 1 + chance.between(-WORST_PER_MILLE, WORST_PER_MILLE) / 1000.0;
    this.origin = chance.between(0, 1_000_000);
  }

  Duration now() {
    return Duration.ofMillis(origin + (long) (agenda.millis() * rate));
  }

  /** How long the world takes until this clock shows that. */
  long until(Duration moment) {
    return (long) Math.ceil(moment.minus(now()).toMillis() / rate);
  }
}
