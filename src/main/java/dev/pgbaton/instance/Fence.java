package dev.pgbaton.instance;

import java.time.Duration;

/**
 * Stops a writable PostgreSQL at once when the Lease was not renewed in time, whatever the loop is
 * doing: from the deadline on, and again and again, until there is a later one. It never touches a
 * standby.
 */
public interface Fence {
  void allowUntil(Duration deadline);

  /** This instance does not hold the Lease. */
  void forbid();
}
