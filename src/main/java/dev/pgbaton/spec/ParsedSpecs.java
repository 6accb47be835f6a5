package dev.pgbaton.spec;

import dev.pgbaton.cluster.ClusterId;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * All that the repository's files say.
 *
 * @param clusters every cluster that a document names, valid or not
 * @param problems those of no cluster: a file that is no YAML may hold any, and only its path can
 *     tell which it once held
 * @param notices what is passed over, and worth a word
 */
public record ParsedSpecs(
    SortedMap<ClusterId, ParsedSpec> clusters, List<Problem> problems, List<Problem> notices) {
  public ParsedSpecs {
    clusters = Collections.unmodifiableSortedMap(new TreeMap<>(clusters));
    problems = List.copyOf(problems);
    notices = List.copyOf(notices);
  }

  public Optional<ParsedSpec> get(ClusterId id) {
    return Optional.ofNullable(clusters.get(id));
  }

  public List<ParsedSpec.Valid> valid() {
    return clusters.values().stream()
        .filter(ParsedSpec.Valid.class::isInstance)
        .map(ParsedSpec.Valid.class::cast)
        .toList();
  }

  /** The clusters that are written as plain manifests. */
  public List<ParsedSpec.Manifests> manifests() {
    return clusters.values().stream()
        .filter(ParsedSpec.Manifests.class::isInstance)
        .map(ParsedSpec.Manifests.class::cast)
        .toList();
  }

  /** Every problem there is, in the order of file and line. */
  public List<Problem> allProblems() {
    return Stream.concat(
            problems.stream(),
            clusters.values().stream()
                .flatMap(
                    parsed ->
                        switch (parsed) {
                          case ParsedSpec.Valid _, ParsedSpec.Manifests _ -> Stream.empty();
                          case ParsedSpec.Invalid invalid -> invalid.problems().stream();
                        }))
        .distinct()
        .sorted(Problem.BY_PLACE)
        .toList();
  }
}
