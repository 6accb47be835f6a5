package dev.pgbaton.instance;

import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.WalPosition;
import java.util.List;
import java.util.Optional;

/** The local PostgreSQL, as it was last seen. */
public sealed interface ServerState {

  /**
   * @param failure why the last thing that was tried (a start, a clone, a rewind…) ended badly,
   *     until the next one is tried
   */
  record Stopped(Optional<DataDirectory> data, Optional<Failure> failure) implements ServerState {}

  /** The volume is being filled or mended; PostgreSQL doesn't run. */
  record Busy(Work work) implements ServerState {}

  /**
   * The process is there but does not answer yet; it may have crash recovery to do.
   *
   * @param recovers it says so itself, to whoever tries to connect
   * @param progress of a long recovery, as PostgreSQL tells it
   */
  record Starting(boolean asPrimary, boolean recovers, String progress) implements ServerState {
    public Starting(boolean asPrimary) {
      this(asPrimary, "");
    }

    public Starting(boolean asPrimary, String progress) {
      this(asPrimary, false, progress);
    }

    String text() {
      return progress.isEmpty() ? "PostgreSQL is starting" : "PostgreSQL is starting: " + progress;
    }
  }

  /**
   * It can be written to.
   *
   * @param position where the log is written to
   * @param checkpointing whether a requested checkpoint is still under way
   */
  record Primary(
      WalPosition position, TimelineHistory history, String systemIdentifier, boolean checkpointing)
      implements ServerState {}

  /**
   * It is in recovery.
   *
   * @param received how far the log is safely here
   * @param follows the instance that it was told to follow
   * @param streamingFrom the instance that it streams from at this moment
   * @param promoting whether it was told to promote itself
   * @param logMissing whether its upstream no longer has the log that it needs: only a new clone
   *     helps
   */
  record Standby(
      WalPosition received,
      Lsn replayed,
      TimelineHistory history,
      String systemIdentifier,
      Optional<String> follows,
      Optional<String> streamingFrom,
      boolean promoting,
      boolean logMissing)
      implements ServerState {}

  /**
   * It was told to stop.
   *
   * @param shutDown the shutdown checkpoint, once it is written: nothing is written any more,
   *     though processes still end
   */
  record Stopping(boolean wasPrimary, StopMode mode, Optional<WalPosition> shutDown)
      implements ServerState {}

  enum Work {
    INITIALISE,
    CLONE,
    INSPECT,
    REWIND,
    SET_ASIDE
  }

  /**
   * @param attempts how often in a row it went wrong
   */
  record Failure(What what, int attempts, String reason) {
    /** A rewind that was broken off leaves data that is neither the old nor the new: no start. */
    boolean unusable() {
      return what == What.REWIND;
    }

    /** The volume is full or broken: other data in the place of this would fare no better. */
    boolean ofTheVolume() {
      return VOLUME.stream().anyMatch(reason::contains);
    }

    private static final List<String> VOLUME =
        List.of(
            "No space left on device",
            "Disk quota exceeded",
            "Read-only file system",
            "Input/output error");

    public enum What {
      INITIALISE,
      CLONE,
      INSPECT,
      REWIND,
      SET_ASIDE,
      START
    }
  }

  /** Whether it is, or may be about to be, writable. */
  default boolean writable() {
    return switch (this) {
      case Primary _ -> true;
      case Starting(var asPrimary, _, _) -> asPrimary;
      case Stopping(var wasPrimary, _, var shutDown) -> wasPrimary && shutDown.isEmpty();
      case Standby s -> s.promoting();
      case Stopped _, Busy _ -> false;
    };
  }
}
