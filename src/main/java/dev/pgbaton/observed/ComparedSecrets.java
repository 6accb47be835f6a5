package dev.pgbaton.observed;

import java.util.List;

/**
 * The owner's Secrets in Git beside the live ones, each key in words.
 *
 * @param changed keys that have another value
 * @param added keys that the live Secret has not
 */
public record ComparedSecrets(List<String> changed, List<String> added) {
  public static final ComparedSecrets SAME = new ComparedSecrets(List.of(), List.of());
}
