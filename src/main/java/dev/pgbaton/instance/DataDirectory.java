package dev.pgbaton.instance;

import dev.pgbaton.cluster.WalPosition;
import java.util.Optional;

/**
 * What lies on the volume of a stopped instance.
 *
 * @param systemIdentifier of the cluster that this data belongs to
 * @param position how far the data is known to reach; after a clean stop of a primary its shutdown
 *     checkpoint
 * @param standby whether it was a standby when it last ran: then it must never go on writing on its
 *     timeline
 * @param clean whether PostgreSQL was shut down, so that {@code position} is exact
 * @param divergence what was found when its log was last looked into
 */
public record DataDirectory(
    String systemIdentifier,
    WalPosition position,
    boolean standby,
    boolean clean,
    TimelineHistory history,
    Optional<Divergence> divergence) {
  public DataDirectory(
      String systemIdentifier,
      WalPosition position,
      boolean standby,
      boolean clean,
      TimelineHistory history) {
    this(systemIdentifier, position, standby, clean, history, Optional.empty());
  }

  public DataDirectory with(Optional<Divergence> found) {
    return new DataDirectory(systemIdentifier, position, standby, clean, history, found);
  }
}
