package dev.pgbaton.sandbox;

import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.WalPosition;
import java.util.ArrayList;
import java.util.List;

/**
 * One timeline as it really is: two instances that were promoted apart from one another have two
 * branches, though PostgreSQL may give both the same number. Nobody in the model may decide by
 * comparing branches but PostgreSQL itself.
 */
final class WalBranch {
  private final int timeline;
  private final WalBranch parent;
  private final long forkedAt;

  private WalBranch(int timeline, WalBranch parent, long forkedAt) {
    this.timeline = timeline;
    this.parent = parent;
    this.forkedAt = forkedAt;
  }

  static WalBranch root() {
    return new WalBranch(1, null, 0);
  }

  WalBranch fork(long at) {
    return new WalBranch(timeline + 1, this, at);
  }

  int timeline() {
    return timeline;
  }

  WalPosition position(long lsn) {
    return new WalPosition(timeline, new Lsn(lsn));
  }

  /** The former timelines and where each was left, oldest first. */
  List<WalPosition> switches() {
    var switches = new ArrayList<WalPosition>();
    for (var b = this; b.parent != null; b = b.parent)
      switches.addFirst(b.parent.position(b.forkedAt));
    return switches;
  }

  /**
   * Up to where {@code other} has the same content as this one, of which it has {@code otherLsn};
   * -1 if nothing.
   */
  long common(WalBranch other, long otherLsn) {
    var limit = Long.MAX_VALUE;
    for (var b = this; b != null; b = b.parent) {
      var theirs = otherLsn;
      for (var o = other; o != null; o = o.parent) {
        if (o == b) return Math.min(limit, theirs);
        theirs = Math.min(theirs, o.forkedAt);
      }
      limit = Math.min(limit, b.forkedAt);
    }
    return -1;
  }

  /**
   * Whether data that stands at {@code lsn} of this branch holds everything up to {@code theirLsn}
   * of {@code their}.
   */
  boolean holds(long lsn, WalBranch their, long theirLsn) {
    return their.common(this, lsn) >= theirLsn;
  }

  @Override
  public String toString() {
    return "timeline " + timeline;
  }
}
