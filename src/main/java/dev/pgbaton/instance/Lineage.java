package dev.pgbaton.instance;

import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.WalPosition;
import java.util.ArrayList;
import java.util.List;

/** How the data here relates to the history of another instance. */
sealed interface Lineage {
  /** All of it is in that history: it can stream from there. */
  record Continues() implements Lineage {}

  /** It has something beyond the fork that is not in that history: pg_rewind can mend that. */
  record Diverged(WalPosition fork) implements Lineage {}

  /** Beyond the fork there are two timelines with one number: pg_rewind would not see that. */
  record SameNumberApart(WalPosition fork) implements Lineage {}

  Lsn ANYWHERE = new Lsn(Long.MAX_VALUE);

  /**
   * The lineage of stopped data. A standby's log may reach beyond what is known of it: that shows
   * once it runs.
   */
  static Lineage of(DataDirectory mine, WalPosition theirs, TimelineHistory history) {
    var at = mine.position();
    if (mine.standby()) return of(at, mine.history(), theirs, history);
    // The program keeps the epoch before it promotes: this timeline was begun by somebody else's
    // hand.
    if (at.timeline() > 1
        && at.timeline() == theirs.timeline()
        && mine.history().epoch() == 0
        && history.epoch() != 0) return new SameNumberApart(fork(mine.history()));
    if (!mine.clean() && at.timeline() != theirs.timeline())
      return left(at.timeline(), mine.history(), theirs, history);
    // A primary's last position is where its shutdown checkpoint starts: it has a record more than
    // that.
    var reached = new WalPosition(at.timeline(), new Lsn(at.lsn().bytes() + 1));
    return of(reached, mine.history(), theirs, history);
  }

  /** If it is known to have left that history: where. */
  static Lineage left(
      int timeline, TimelineHistory mine, WalPosition theirs, TimelineHistory history) {
    return of(new WalPosition(timeline, ANYWHERE), mine, theirs, history);
  }

  static Lineage of(
      WalPosition mine, TimelineHistory myHistory, WalPosition theirs, TimelineHistory history) {
    if (unknown(mine, myHistory) || unknown(theirs, history))
      return byNumber(mine, myHistory, theirs, history);
    var my = spans(mine, myHistory);
    var their = spans(new WalPosition(theirs.timeline(), ANYWHERE), history);
    var fork = new WalPosition(1, Lsn.ZERO);
    for (int i = 0; i < my.size(); i++) {
      var end = my.get(i);
      if (i >= their.size() || their.get(i).timeline() != end.timeline()) return new Diverged(fork);
      if (i > 0 && !fork.equals(my.get(i - 1))
          || i > 0 && !fork.equals(their.get(i - 1))
          || apart(end.timeline(), mine, myHistory, theirs, history))
        return new SameNumberApart(fork);
      fork = their.get(i).lsn().compareTo(end.lsn()) < 0 ? their.get(i) : end;
    }
    return fork.equals(mine) ? new Continues() : new Diverged(fork);
  }

  /** Without a history on one side, which says nothing then. */
  private static Lineage byNumber(
      WalPosition mine, TimelineHistory myHistory, WalPosition theirs, TimelineHistory history) {
    if (mine.timeline() == theirs.timeline())
      return apart(mine.timeline(), mine, myHistory, theirs, history)
          ? new SameNumberApart(fork(myHistory))
          : new Continues();
    return history
        .end(mine.timeline())
        .<Lineage>map(
            end ->
                mine.lsn().compareTo(end) <= 0
                    ? new Continues()
                    : new Diverged(new WalPosition(mine.timeline(), end)))
        .orElseGet(() -> new Diverged(fork(myHistory)));
  }

  private static boolean unknown(WalPosition at, TimelineHistory history) {
    return at.timeline() > 1 && history.switches().isEmpty();
  }

  private static List<WalPosition> spans(WalPosition end, TimelineHistory history) {
    var spans = new ArrayList<>(history.switches());
    spans.add(end);
    return spans;
  }

  private static WalPosition fork(TimelineHistory mine) {
    return mine.switches().isEmpty() ? new WalPosition(1, Lsn.ZERO) : mine.switches().getLast();
  }

  private static boolean apart(
      int timeline,
      WalPosition mine,
      TimelineHistory myHistory,
      WalPosition theirs,
      TimelineHistory history) {
    var my = myHistory.epochOf(timeline, mine.timeline());
    var their = history.epochOf(timeline, theirs.timeline());
    return my != 0 && their != 0 && my != their;
  }
}
