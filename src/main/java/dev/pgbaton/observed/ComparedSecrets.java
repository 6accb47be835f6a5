package dev.pgbaton.observed;

import dev.pgbaton.cluster.ObjectKey;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The owner's Secrets in Git beside the live ones, each key in words.
 *
 * @param changed keys that have another value
 * @param added keys that the live Secret has not
 * @param others either, in Secrets that PostgreSQL has nothing to do with
 * @param differing the Secrets of what is changed or added
 * @param renewed what of these something else than a person writes, and would write again, in words
 */
public record ComparedSecrets(
    List<String> changed,
    List<String> added,
    List<String> others,
    SortedSet<ObjectKey> differing,
    List<String> renewed) {
  public static final ComparedSecrets SAME =
      new ComparedSecrets(List.of(), List.of(), new TreeSet<>(), List.of());

  public ComparedSecrets(
      List<String> changed,
      List<String> added,
      SortedSet<ObjectKey> differing,
      List<String> renewed) {
    this(changed, added, List.of(), differing, renewed);
  }

  /**
   * @param theirs of Secrets that PostgreSQL has nothing to do with
   */
  public ComparedSecrets beside(ComparedSecrets theirs) {
    var all = new ArrayList<>(theirs.changed());
    all.addAll(theirs.added());
    return new ComparedSecrets(changed, added, List.copyOf(all), differing, renewed);
  }

  /** Both kinds, in words. */
  public List<String> keys() {
    var keys = new ArrayList<>(changed);
    keys.addAll(added);
    return List.copyOf(keys);
  }
}
