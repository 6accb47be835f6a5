package dev.pgbaton.sandbox;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.observed.Journal;
import dev.pgbaton.observed.JournalEntry;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Outlives every daemon. */
final class SandboxJournal implements Journal {
  private final ApiServer api;
  private final SortedMap<ClusterId, JournalEntry> entries = new TreeMap<>();
  private long version;

  SandboxJournal(ApiServer api) {
    this.api = api;
  }

  @Override
  public JournalEntry read(ClusterId id) {
    return entries.getOrDefault(id, JournalEntry.EMPTY);
  }

  @Override
  public Optional<JournalEntry> write(ClusterId id, JournalEntry entry) {
    if (api.away() || api.nextConflicts() || !entry.version().equals(read(id).version()))
      return Optional.empty();
    var written = entry.withVersion(Long.toString(++version));
    entries.put(id, written);
    // The entry is written, but its writer does not hear of it.
    return api.nextAnswerIsLost() ? Optional.empty() : Optional.of(written);
  }

  @Override
  public SortedSet<ClusterId> clusters() {
    return new TreeSet<>(entries.keySet());
  }
}
