package dev.pgbaton.reconcile;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.observed.Journal;
import dev.pgbaton.observed.JournalEntry;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/** A journal in memory that insists on versions, as the real one does. */
final class MemoryJournal implements Journal {
  private final SortedMap<ClusterId, JournalEntry> entries = new TreeMap<>();
  private int versions;

  @Override
  public JournalEntry read(ClusterId id) {
    return entries.getOrDefault(id, JournalEntry.EMPTY);
  }

  @Override
  public Optional<JournalEntry> write(ClusterId id, JournalEntry entry) {
    if (!entry.version().equals(read(id).version())) return Optional.empty();
    var written = entry.withVersion(String.valueOf(++versions));
    entries.put(id, written);
    return Optional.of(written);
  }

  @Override
  public SortedSet<ClusterId> clusters() {
    return new java.util.TreeSet<>(entries.keySet());
  }
}
