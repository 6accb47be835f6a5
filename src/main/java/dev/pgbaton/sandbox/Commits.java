package dev.pgbaton.sandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What clients were told is committed, and when they were told so. */
final class Commits {
  /** On one branch, everything up to one position. */
  private static final class Acknowledged {
    final WalBranch branch;
    long upTo;

    Acknowledged(WalBranch branch) {
      this.branch = branch;
    }
  }

  private final Agenda agenda;
  private final List<Acknowledged> acknowledged = new ArrayList<>();
  private final List<Runnable> watchers = new ArrayList<>();
  private long lastAt = -1;
  private long count;

  Commits(Agenda agenda) {
    this.agenda = agenda;
  }

  void acknowledge(WalBranch branch, long lsn) {
    var last = acknowledged.isEmpty() ? null : acknowledged.getLast();
    if (last == null || last.branch != branch) acknowledged.add(last = new Acknowledged(branch));
    last.upTo = Math.max(last.upTo, lsn);
    lastAt = agenda.millis();
    count++;
    watchers.forEach(Runnable::run);
  }

  /**
   * An asynchronous primary died: what no standby had received is lost, and that is what
   * asynchronous means.
   *
   * @param received what the best standby has
   */
  void forgive(WalBranch branch, long received) {
    for (var a : acknowledged) if (a.branch == branch) a.upTo = Math.min(a.upTo, received);
  }

  /** An acknowledged write that data standing there does not have. */
  Optional<String> missingAt(WalBranch branch, long lsn) {
    return acknowledged.stream()
        .filter(a -> !branch.holds(lsn, a.branch, a.upTo))
        .map(
            a ->
                "%s at %s does not have what was acknowledged up to %s"
                    .formatted(branch, branch.position(lsn), a.branch.position(a.upTo)))
        .findFirst();
  }

  void watch(Runnable watcher) {
    watchers.add(watcher);
  }

  void unwatch(Runnable watcher) {
    watchers.remove(watcher);
  }

  /** When the last one was acknowledged, in milliseconds of the agenda; -1 if none was. */
  long lastAt() {
    return lastAt;
  }

  long count() {
    return count;
  }
}
