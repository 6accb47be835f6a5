package dev.pgbaton.sandbox;

/** How the API server treats the daemon at the moment; faults are made here. */
final class ApiServer {
  private boolean away;
  private int conflicts;
  private int lostAnswers;
  private int fieldConflicts;

  boolean away() {
    return away;
  }

  void away(boolean away) {
    this.away = away;
  }

  /** The next writes find that somebody else was first. */
  void conflicts(int next) {
    conflicts = next;
  }

  /** The next writes are carried out, but nobody hears of it. */
  void lostAnswers(int next) {
    lostAnswers = next;
  }

  /** The next applies find that somebody else owns a field. */
  void fieldConflicts(int next) {
    fieldConflicts = next;
  }

  boolean nextConflicts() {
    return conflicts > 0 && conflicts-- > 0;
  }

  boolean nextAnswerIsLost() {
    return lostAnswers > 0 && lostAnswers-- > 0;
  }

  boolean nextFieldConflicts() {
    return fieldConflicts > 0 && fieldConflicts-- > 0;
  }
}
