package dev.pgbaton.spec;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.SourceRef;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What several documents together lay claim to, and only one can have. */
final class Claims {
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

  private record NodePort(ParsedSpec.Valid spec, String path) {
    SourceRef place() {
      return spec.place(path);
    }
  }

  private static void refuseSharedNodePorts(SortedMap<ClusterId, ParsedSpec> clusters) {
    var byPort = new TreeMap<Integer, List<NodePort>>();
    for (var parsed : clusters.values()) {
      if (!(parsed instanceof ParsedSpec.Valid valid)) continue;
      valid
          .spec()
          .nodePorts()
          .forEach(
              (path, port) ->
                  byPort
                      .computeIfAbsent(port, _ -> new ArrayList<>())
                      .add(new NodePort(valid, path)));
    }
    byPort.forEach(
        (port, sharing) -> {
          if (sharing.size() < 2) return;
          for (var one : sharing) {
            var others =
                sharing.stream()
                    .filter(other -> other != one)
                    .map(other -> "%s (%s)".formatted(other.spec().id(), other.place()))
                    .collect(Collectors.joining(" and "));
            var problem =
                new Problem(
                    one.place(),
                    one.path(),
                    "%d is asked for by %s too. Put another port, or remove it and let Kubernetes choose."
                        .formatted(port, others));
            var id = one.spec().id();
            clusters.put(id, new ParsedSpec.Invalid(id, one.spec().source(), List.of(problem)));
          }
        });
  }
}
