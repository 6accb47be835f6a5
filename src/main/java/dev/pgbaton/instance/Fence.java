package dev.pgbaton.instance;

import java.time.Duration;

/**
 * Stops a writable PostgreSQL at once when the Lease was not renewed in time, whatever the loop is
 * doing: from the deadline on, and again and again, until there is a later one. It never touches a
 * standby.
 */
public interface Fence {
  /**
   * Something is about to be asked on which the next deadline will rest: what time passes from here
   * on counts, also what the machine sleeps meanwhile.
   */
  default void sending() {}

  void allowUntil(Duration deadline);

  /** This instance does not hold the Lease. */
  void forbid();
}
