package dev.pgbaton.observed;

import java.util.ArrayList;
import java.util.List;

/**
 * The owner's Secrets in Git beside the live ones, each key in words.
 *
 * @param changed keys that have another value
 * @param added keys that the live Secret has not
 * @param others either, in Secrets that PostgreSQL has nothing to do with
 */
public record ComparedSecrets(List<String> changed, List<String> added, List<String> others) {
  public static final ComparedSecrets SAME = new ComparedSecrets(List.of(), List.of());

  public ComparedSecrets(List<String> changed, List<String> added) {
    this(changed, added, List.of());
  }

  /**
   * @param theirs of Secrets that PostgreSQL has nothing to do with
   */
  public ComparedSecrets beside(ComparedSecrets theirs) {
    var all = new ArrayList<>(theirs.changed());
    all.addAll(theirs.added());
    return new ComparedSecrets(changed, added, List.copyOf(all));
  }
}
