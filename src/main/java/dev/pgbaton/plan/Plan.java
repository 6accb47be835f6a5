package dev.pgbaton.plan;

import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.spec.ParsedSpec;
import dev.pgbaton.spec.Problem;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What next, and why. */
public sealed interface Plan {
  /** A refusal of something that the spec asks for says where it stands. */
  default Plan located(ParsedSpec spec) {
    return this instanceof Blocked(var reason, var field, var text) && !field.isEmpty()
        ? new Blocked(reason, field, new Problem(spec.place(field), field, text).toString())
        : this;
  }

  /**
   * Nothing differs and every instance is well.
   *
   * @param but what a person has to do all the same
   * @param left what is no longer in the repository and stays, since nobody but a person deletes it
   */
  record InSync(Optional<Blocked> but, List<ObjectKey> left) implements Plan {
    public InSync() {
      this(Optional.empty());
    }

    public InSync(Optional<Blocked> but) {
      this(but, List.of());
    }
  }

  /** One step can be taken now. */
  record Proceed(Step step) implements Plan {}

  /**
   * Something is under way; look again when it moved.
   *
   * @param what in words for a person
   * @param deadline when waiting on becomes a failure; {@link Instant#MAX} if it never does by
   *     itself
   * @param because what it will be refused for at the deadline, and is not safe to do now; empty
   *     for what only takes its time
   */
  record Await(String what, Instant deadline, Optional<Refusal> because) implements Plan {
    public Await(String what, Instant deadline) {
      this(what, deadline, Optional.empty());
    }
  }

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

    /** This first: a status has room for one. */
    Blocked and(Blocked other) {
      return new Blocked(
          reason, field, "%s Besides, %s: %s".formatted(text, other.reason.code(), other.text));
    }
  }
}
