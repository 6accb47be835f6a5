package dev.pgbaton.plan;

import dev.pgbaton.observed.ComparedSecrets;
import dev.pgbaton.plan.Plan.Blocked;
import java.util.Optional;

/** The owner's Secrets, which are created once: PostgreSQL would have to be told of a change. */
final class Passwords {
  private Passwords() {}

  static Optional<Blocked> refuse(ComparedSecrets secrets) {
    if (!secrets.changed().isEmpty())
      return Optional.of(
          new Blocked(
              Refusal.PASSWORD_CHANGES,
              "%s has another value in Git than it has here, and PostgreSQL does not know that one. Put it back; nothing is touched."
                  .formatted(String.join(", ", secrets.changed()))));
    return secrets.added().isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Blocked(
                Refusal.SECRET_KEY_MISSING,
                "%s is in Git and not here: a Secret that is there is not written to. Add it here by other means, or remove it there."
                    .formatted(String.join(", ", secrets.added()))));
  }

  /** All else is done: this is what is left of the commit. */
  static Optional<Blocked> left(ComparedSecrets secrets) {
    return secrets.others().isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Blocked(
                Refusal.SECRET_NOT_CHANGED,
                "%s in Git is not what is here, and a Secret that is there is not written to. Change it here by other means, or put Git's value back; if something else renews it, take it out of Git. All else is done."
                    .formatted(String.join(", ", secrets.others()))));
  }
}
