package dev.pgbaton.instance;

import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.WalPosition;

/** How the data here relates to the history of another instance. */
enum Lineage {
  /** It can stream from there. */
  CONTINUES,
  /** It has something that is not in that history: pg_rewind can mend that. */
  DIVERGED,
  /** Two timelines with one number: pg_rewind would not see that. */
  SAME_NUMBER_APART;

  /**
   * The lineage of stopped data. A standby's log may reach beyond what is known of it: that shows
   * once it runs.
   */
  static Lineage of(DataDirectory mine, WalPosition theirs, TimelineHistory history) {
    var crashedPrimary = !mine.standby() && !mine.clean();
    if (crashedPrimary && mine.position().timeline() != theirs.timeline()) return DIVERGED;
    // A primary's last position is where its shutdown checkpoint starts: it has a record more than
    // that.
    var reached =
        mine.standby()
            ? mine.position()
            : new WalPosition(
                mine.position().timeline(), new Lsn(mine.position().lsn().bytes() + 1));
    return of(reached, mine.history(), theirs, history);
  }

  static Lineage of(
      WalPosition mine, TimelineHistory myHistory, WalPosition theirs, TimelineHistory history) {
    if (mine.timeline() == theirs.timeline())
      return same(myHistory, history) ? CONTINUES : SAME_NUMBER_APART;
    return history
        .end(mine.timeline())
        .filter(end -> mine.lsn().compareTo(end) <= 0)
        .map(_ -> CONTINUES)
        .orElse(DIVERGED);
  }

  /** What isn't known on one side says nothing. */
  private static boolean same(TimelineHistory one, TimelineHistory other) {
    var began =
        one.switches().isEmpty()
            || other.switches().isEmpty()
            || one.switches().equals(other.switches());
    var epochs = one.epoch() == 0 || other.epoch() == 0 || one.epoch() == other.epoch();
    return began && epochs;
  }
}
