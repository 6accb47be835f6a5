package dev.pgbaton.sandbox;

import java.util.function.BooleanSupplier;

/** How the API server treats one instance at the moment. */
final class InstanceApi {
  private final BooleanSupplier awayForAll;
  private boolean away;
  private int conflicts;
  private int lostAnswers;
  private int slow;

  InstanceApi(BooleanSupplier awayForAll) {
    this.awayForAll = awayForAll;
  }

  boolean away() {
    return away || awayForAll.getAsBoolean();
  }

  void away(boolean away) {
    this.away = away;
  }

  void conflicts(int next) {
    conflicts = next;
  }

  void lostAnswers(int next) {
    lostAnswers = next;
  }

  boolean nextConflicts() {
    return conflicts > 0 && conflicts-- > 0;
  }

  boolean nextAnswerIsLost() {
    return lostAnswers > 0 && lostAnswers-- > 0;
  }

  /** The next writes are carried out long after the instance has given up waiting. */
  void slow(int next) {
    slow = next;
  }

  boolean nextIsSlow() {
    return slow > 0 && slow-- > 0;
  }
}
