package dev.pgbaton.instance;

import java.time.Duration;

/**
 * Stops a writable PostgreSQL at once when the Lease was not renewed in time, whatever the loop is
 * doing: from the deadline on, and again and again, until there is a later one. It never touches a
 * standby.
 */
public interface Fence {
  Moment now();

  /**
   * @param since before that was asked on which this rests: what time passes from there on counts,
   *     also what the machine sleeps
   */
  void allow(Moment since, Duration span);

  /** Whether the deadline is still to come, by both clocks. */
  boolean allows();

  /** This instance does not hold the Lease. */
  void forbid();
}
