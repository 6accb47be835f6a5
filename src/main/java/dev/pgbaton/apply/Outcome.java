package dev.pgbaton.apply;

import dev.pgbaton.plan.Refusal;

/** What came of a pass's step. */
public sealed interface Outcome {
  /** There was no step. */
  record NothingToDo() implements Outcome {}

  record Applied(String text) implements Outcome {}

  /** The world moved between the look and the write; planned again at once. */
  record Stale(String why) implements Outcome {}

  /**
   * Not now: a disruption budget, or a server that is busy or away. The same step is planned again
   * later.
   */
  record Postponed(String why) implements Outcome {}

  /** It will not work until somebody does something. */
  record Failed(Refusal refusal, String why) implements Outcome {}
}
