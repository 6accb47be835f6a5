package dev.pgbaton.plan;

import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.observed.Instance;
import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.observed.InstanceProbe.Collation;
import dev.pgbaton.observed.ObservedCluster;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether the image that comes sorts text as the one that goes. Where it does not, indexes made
 * before are wrong: rows are not found, and what is unique is there twice. The first updated
 * replica shows it.
 */
final class Collations {
  private Collations() {}

  /** In words; empty where nothing changes, or what does is accepted. */
  static Optional<String> changed(
      DesiredCluster desired, ObservedCluster observed, List<Instance> outdated) {
    for (var updated : observed.instances()) {
      if (outdated.contains(updated)) continue;
      for (var found : collations(updated).entrySet()) {
        var actual = found.getValue().actual();
        var known =
            outdated.stream()
                .allMatch(
                    old ->
                        Optional.ofNullable(collations(old).get(found.getKey()))
                            .map(Collation::actual)
                            .filter(actual::equals)
                            .isPresent());
        if (known || desired.rollout().acceptedCollation().filter(actual::equals).isPresent())
          continue;
        return Optional.of(words(desired, updated, found.getKey(), found.getValue()));
      }
    }
    return Optional.empty();
  }

  /** Where no rollout could show it: all were replaced at once, or it is long so. */
  static Optional<Plan.Blocked> standing(DesiredCluster desired, ObservedCluster observed) {
    for (var instance : observed.instances())
      for (var found : collations(instance).entrySet())
        if (desired
            .rollout()
            .acceptedCollation()
            .filter(found.getValue().actual()::equals)
            .isEmpty())
          return Optional.of(
              new Plan.Blocked(
                  Refusal.COLLATION_CHANGED,
                  "%s sorts text by collation version %s, and database %s was made with %s: indexes on text may miss rows, and hold the same value twice. Run REINDEX DATABASE and ALTER DATABASE … REFRESH COLLATION VERSION there, or accept it with %s"
                      .formatted(
                          instance,
                          found.getValue().actual(),
                          found.getKey(),
                          found.getValue().recorded(),
                          acceptance(desired, found.getValue()))));
    return Optional.empty();
  }

  private static String acceptance(DesiredCluster desired, Collation collation) {
    return "%s \"%s\""
        .formatted(
            desired.layout().isGenerated()
                ? "spec.rollout.acceptCollationVersion:"
                : "the annotation pgbaton.dev/accept-collation-version:",
            collation.actual());
  }

  private static Map<String, Collation> collations(Instance instance) {
    return instance.answer() instanceof Answer.Known known ? known.collations() : Map.of();
  }

  private static String words(
      DesiredCluster desired, Instance updated, String database, Collation collation) {
    return "%s runs the new image, which sorts text by collation version %s; the indexes of database %s were made by %s and would be wrong. The primary was not touched. Put an image with %s, or accept it with %s and then run REINDEX DATABASE and ALTER DATABASE … REFRESH COLLATION VERSION"
        .formatted(
            updated,
            collation.actual(),
            database,
            collation.recorded(),
            collation.recorded(),
            acceptance(desired, collation));
  }
}
