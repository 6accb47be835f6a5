package dev.pgbaton.spec;

import dev.pgbaton.cluster.SourceRef;
import java.util.Comparator;

/**
 * Something in the repository that can't be carried out, in words for the person who wrote it.
 *
 * @param field the field's path, such as {@code spec.storage.size}; empty where no field is meant
 * @param message what was found, what was expected, and what to do
 */
public record Problem(SourceRef source, String field, String message) {
  static final Comparator<Problem> BY_PLACE =
      Comparator.comparing((Problem problem) -> problem.source().file())
          .thenComparing(problem -> problem.source().line())
          .thenComparing(problem -> problem.source().column());

  @Override
  public String toString() {
    return source + " " + (field.isEmpty() ? "" : field + ": ") + message;
  }
}
