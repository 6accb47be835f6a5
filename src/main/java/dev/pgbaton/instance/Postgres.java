package dev.pgbaton.instance;

import dev.pgbaton.cluster.WalPosition;
import java.util.List;
import java.util.Optional;

/**
 * The local PostgreSQL and its volume. No call waits for PostgreSQL: what takes long is started,
 * and seen in {@link #state()}. A start, clone or the like that goes wrong is seen as {@link
 * ServerState.Stopped#failure()}.
 */
public interface Postgres {
  ServerState state();

  ReloadState reloadState();

  /** Makes a new database cluster, with its roles and extensions, and leaves it stopped. */
  void initialise();

  /**
   * Fills the volume with a copy of that instance, to be started as its standby. Data that is there
   * is replaced once the copy is complete, or given up before if there is no room for both.
   */
  void cloneFrom(String upstream);

  /** Looks into the log beyond the fork; seen in {@link DataDirectory#divergence()}. */
  void inspect(WalPosition fork);

  /**
   * Winds the stopped data here back to where it left that instance's history.
   *
   * @param keep the log beyond this fork is kept aside first, or nothing is done
   */
  void rewindFrom(String upstream, Optional<Divergence> keep);

  /** Renames the data, so that the volume can be filled anew. Older such data may be removed. */
  void setAside(String why);

  void startPrimary();

  void startStandby(Optional<String> following);

  /**
   * @param epoch is kept with the timeline that this begins, see {@link TimelineHistory#epoch()}
   */
  void promote(int epoch);

  void follow(String upstream);

  /**
   * Follows nobody; {@link ServerState.Standby#follows()} is empty once nothing arrives any more.
   */
  void cutOff();

  /** Who confirms commits, of a running server from a reload on, of another from its start on. */
  void synchronise(Quorum quorum);

  /** By whom the running server has commits confirmed at this moment; empty if it doesn't run. */
  Optional<Quorum> quorum();

  void noteTimeline(int timeline, TimelineHistory history);

  void checkpoint();

  void stop(StopMode mode);

  /**
   * Takes the mounted settings if PostgreSQL finds no error in them, and else remembers the errors.
   */
  void reload();

  /**
   * Writes into repmgr's metadata that this instance is the primary and the others are its
   * standbys.
   */
  void register(List<String> members);
}
