package dev.pgbaton.instance;

import java.time.Duration;
import java.util.Optional;

/** The cluster's Lease. */
public interface PrimaryLease {
  /**
   * The newest state that is known here, from watching or from an own write; empty until it has
   * been read once.
   */
  Optional<LeaseState> latest();

  /** When it was last read or written successfully, by the clock of the passes. */
  Optional<Duration> readAt();

  /** Replaces the version that {@code next} names, or nothing. */
  Written write(LeaseState next);

  sealed interface Written {
    /**
     * @param state as it is now; {@link #latest()} shows it or a newer one from here on
     */
    record Done(LeaseState state) implements Written {}

    /** Somebody else wrote first; {@link #latest()} already shows what. */
    record Conflict() implements Written {}

    /** It may or may not have been carried out. */
    record Unknown(String why) implements Written {}
  }
}
