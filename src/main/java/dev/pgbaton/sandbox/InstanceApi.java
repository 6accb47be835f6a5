package dev.pgbaton.sandbox;

/** How the API server treats one instance at the moment. */
final class InstanceApi {
  private boolean away;
  private int conflicts;
  private int lostAnswers;

  boolean away() {
    return away;
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
}
