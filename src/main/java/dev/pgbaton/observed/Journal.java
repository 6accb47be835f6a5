package dev.pgbaton.observed;

import dev.pgbaton.cluster.ClusterId;
import java.util.Optional;
import java.util.SortedSet;

/** Keeps one {@link JournalEntry} a cluster, in pgbaton's own namespace. */
public interface Journal {
  /**
   * From the cache; {@link JournalEntry#EMPTY} for a cluster that was never seen. Shows our own
   * writes at once.
   */
  JournalEntry read(ClusterId id);

  /**
   * Writes over exactly the version that {@code entry} was read at.
   *
   * @return the entry with its new version, or empty if somebody else wrote in between or the
   *     server did not answer
   */
  Optional<JournalEntry> write(ClusterId id, JournalEntry entry);

  /** The clusters with an entry. */
  SortedSet<ClusterId> clusters();
}
