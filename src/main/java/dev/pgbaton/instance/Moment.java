package dev.pgbaton.instance;

import java.time.Duration;

/**
 * A moment by two clocks of this machine, in nanoseconds.
 *
 * @param nanos by the clock of the passes, which stands still while the machine sleeps
 * @param sinceBoot by the one that does not
 */
public record Moment(long nanos, long sinceBoot) {
  public Moment plus(Duration span) {
    return new Moment(nanos + span.toNanos(), sinceBoot + span.toNanos());
  }

  /** How long it is until this moment, by the clock that says less; negative = it is over. */
  public long left(Moment now) {
    return Math.min(nanos - now.nanos, sinceBoot - now.sinceBoot);
  }
}
