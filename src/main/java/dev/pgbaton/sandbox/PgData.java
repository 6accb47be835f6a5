package dev.pgbaton.sandbox;

import dev.pgbaton.instance.DataDirectory;
import dev.pgbaton.instance.Divergence;
import dev.pgbaton.instance.TimelineHistory;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A data directory. */
final class PgData {
  final String systemIdentifier;
  WalBranch branch;

  /** How far the log is on disk. */
  long flushed;

  /** What pg_controldata tells: the last checkpoint, after a clean stop the shutdown checkpoint. */
  long checkpoint;

  /** The oldest log that is still kept. */
  long keptFrom;

  boolean standby;
  boolean clean;

  /** By timeline, the Lease's epoch in which it was begun. */
  final SortedMap<Integer, Integer> epochs = new TreeMap<>();

  Optional<Divergence> divergence = Optional.empty();

  /** What it alone had is kept, or was found to be nothing: a rewind is let loose on it. */
  boolean handled;

  /** What a standby must have at least, as the log says. */
  Map<String, Long> required = new TreeMap<>();

  PgData(String systemIdentifier, WalBranch branch, long flushed) {
    this.systemIdentifier = systemIdentifier;
    this.branch = branch;
    this.flushed = flushed;
    this.checkpoint = flushed;
  }

  PgData copy() {
    var copy = new PgData(systemIdentifier, branch, flushed);
    copy.checkpoint = checkpoint;
    copy.keptFrom = flushed;
    copy.epochs.putAll(epochs);
    copy.required = new TreeMap<>(required);
    return copy;
  }

  TimelineHistory history() {
    return new TimelineHistory(
        branch.switches(),
        epochs.getOrDefault(branch.timeline(), 0),
        Map.copyOf(epochs.headMap(branch.timeline())));
  }

  DataDirectory asSeenStopped() {
    return new DataDirectory(
        systemIdentifier, branch.position(checkpoint), standby, clean, history(), divergence);
  }
}
