package dev.pgbaton.spec;

import dev.pgbaton.cluster.ClusterId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What several documents together lay claim to, and only one can have. */
final class Claims {
  private static final String NODE_PORT = "spec.pgpool.service.nodePort";

  private Claims() {}

  static SortedMap<ClusterId, ParsedSpec> settle(List<ParsedSpec> found) {
    var byCluster = new TreeMap<ClusterId, List<ParsedSpec>>();
    found.forEach(
        parsed -> byCluster.computeIfAbsent(parsed.id(), _ -> new ArrayList<>()).add(parsed));

    var clusters = new TreeMap<ClusterId, ParsedSpec>();
    byCluster.forEach(
        (id, claims) ->
            clusters.put(id, claims.size() == 1 ? claims.getFirst() : claimedTwice(id, claims)));
    refuseSharedNodePorts(clusters);
    return clusters;
  }

  private static ParsedSpec claimedTwice(ClusterId id, List<ParsedSpec> claims) {
    var problems = new LinkedHashSet<Problem>();
    for (var claim : claims) {
      var others =
          claims.stream()
              .filter(other -> other != claim)
              .map(other -> other.source().toString())
              .collect(Collectors.joining(" and "));
      problems.add(
          new Problem(
              claim.source(),
              "metadata.name",
              "%s is claimed by %s too. Remove all but one.".formatted(id, others)));
      if (claim instanceof ParsedSpec.Invalid invalid) problems.addAll(invalid.problems());
    }
    return new ParsedSpec.Invalid(id, claims.getFirst().source(), List.copyOf(problems));
  }

  private static void refuseSharedNodePorts(SortedMap<ClusterId, ParsedSpec> clusters) {
    var byPort = new TreeMap<Integer, List<ParsedSpec.Valid>>();
    for (var parsed : clusters.values()) {
      if (!(parsed instanceof ParsedSpec.Valid valid)) continue;
      valid
          .spec()
          .pgpool()
          .flatMap(pgpool -> pgpool.service().nodePort())
          .ifPresent(port -> byPort.computeIfAbsent(port, _ -> new ArrayList<>()).add(valid));
    }
    byPort.forEach(
        (port, sharing) -> {
          if (sharing.size() < 2) return;
          for (var one : sharing) {
            var others =
                sharing.stream()
                    .filter(other -> other != one)
                    .map(other -> "%s (%s)".formatted(other.id(), other.place(NODE_PORT)))
                    .collect(Collectors.joining(" and "));
            var problem =
                new Problem(
                    one.place(NODE_PORT),
                    NODE_PORT,
                    "%d is asked for by %s too. Put another port, or remove it and let Kubernetes choose."
                        .formatted(port, others));
            clusters.put(
                one.id(), new ParsedSpec.Invalid(one.id(), one.source(), List.of(problem)));
          }
        });
  }
}
