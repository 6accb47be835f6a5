package dev.pgbaton.spec;

import dev.pgbaton.cluster.SourceRef;

/**
 * Something in the repository that can't be carried out, in words for the person who wrote it.
 *
 * @param field the field's path, such as {@code spec.storage.size}; empty where no field is meant
 * @param message what was found, what was expected, and what to do
 */
public record Problem(SourceRef source, String field, String message) {
  @Override
  public String toString() {
    return source + " " + (field.isEmpty() ? "" : field + ": ") + message;
  }
}
