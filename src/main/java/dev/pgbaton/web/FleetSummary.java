package dev.pgbaton.web;

import dev.pgbaton.reconcile.Fleet;
import dev.pgbaton.spec.Problem;
import dev.pgbaton.spec.SpecRevision;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * All clusters at a glance, those that need somebody first.
 *
 * @param commit the one in force; empty while none was read
 * @param subject its first line
 * @param readAt when the repository answered last
 * @param troubles what concerns no cluster, or all of them, for a person
 */
record FleetSummary(
    String commit,
    String subject,
    Optional<Instant> readAt,
    List<String> troubles,
    List<ClusterSummary> clusters) {

  static FleetSummary of(Fleet fleet, List<String> blindTo) {
    return of(
        fleet,
        blindTo,
        fleet.passes().values().stream()
            .map(ClusterSummary::of)
            .sorted(Comparator.comparing(ClusterSummary::order))
            .toList());
  }

  /** Without the clusters. */
  static FleetSummary headOf(Fleet fleet, List<String> blindTo) {
    return of(fleet, blindTo, List.of());
  }

  private static FleetSummary of(Fleet fleet, List<String> blindTo, List<ClusterSummary> clusters) {
    return new FleetSummary(
        fleet.head().map(SpecRevision::commit).orElse(""),
        fleet.head().map(SpecRevision::subject).orElse(""),
        fleet.fetchedAt(),
        troubles(fleet, blindTo),
        clusters);
  }

  static FleetSummary of(FleetView view) {
    return of(view.fleet(), view.blindTo());
  }

  private static List<String> troubles(Fleet fleet, List<String> blindTo) {
    var troubles = new ArrayList<String>();
    fleet.sourceTrouble().ifPresent(t -> troubles.add("The repository: " + t));
    blindTo.forEach(t -> troubles.add("Not visible now: " + t));
    fleet.problems().stream().map(Problem::toString).forEach(troubles::add);
    return List.copyOf(troubles);
  }
}
