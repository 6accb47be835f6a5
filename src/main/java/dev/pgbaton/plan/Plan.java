package dev.pgbaton.plan;

import java.time.Instant;

/** What next, and why. */
public sealed interface Plan {
  /** Nothing differs and every instance is well. */
  record InSync() implements Plan {}

  /** One step can be taken now. */
  record Proceed(Step step) implements Plan {}

  /**
   * Something is under way; look again when it moved.
   *
   * @param what in words for a person
   * @param deadline when waiting on becomes a failure; {@link Instant#MAX} if it never does by
   *     itself
   */
  record Await(String what, Instant deadline) implements Plan {}

  /**
   * A person has to do something. Nothing is touched meanwhile.
   *
   * @param field of the spec that asks for what can't be; empty where it is not the spec's doing
   * @param text what was found, why it can't be, and what to do
   */
  record Blocked(Refusal reason, String field, String text) implements Plan {
    Blocked(Refusal reason, String text) {
      this(reason, "", text);
    }
  }
}
