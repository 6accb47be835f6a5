package dev.pgbaton.instance;

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

  /** Fills the empty volume with a copy of that instance, to be started as its standby. */
  void cloneFrom(String upstream);

  /** Winds the stopped data here back to where it left that instance's history. */
  void rewindFrom(String upstream);

  void setAside(String why);

  void startPrimary();

  void startStandby(Optional<String> following);

  /**
   * @param epoch is kept with the timeline that this begins, see {@link TimelineHistory#epoch()}
   */
  void promote(int epoch);

  void follow(String upstream);

  void noteTimeline(int timeline, int epoch);

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
