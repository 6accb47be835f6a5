package dev.pgbaton.plan;

import dev.pgbaton.plan.Plan.Blocked;
import java.util.List;
import java.util.Optional;

/** Passwords in the owner's Secrets, which PostgreSQL would have to be told first. */
public final class Passwords {
  private Passwords() {}

  /**
   * @param differing Secrets and keys whose values in Git are not the live ones
   */
  public static Optional<Plan> refuse(List<String> differing) {
    return differing.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Blocked(
                Refusal.PASSWORD_CHANGES,
                "%s has another value in Git than it has here, and PostgreSQL does not know that one. Put it back; nothing is touched."
                    .formatted(String.join(", ", differing))));
  }
}
