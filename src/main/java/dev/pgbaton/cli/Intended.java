package dev.pgbaton.cli;

import dev.pgbaton.desired.Contested;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredClusters;
import dev.pgbaton.desired.OwnersClusters;
import dev.pgbaton.desired.OwnersClusters.Result;
import dev.pgbaton.spec.Advice;
import dev.pgbaton.spec.ParsedSpec;
import dev.pgbaton.spec.ParsedSpecs;
import dev.pgbaton.spec.Problem;
import java.util.ArrayList;
import java.util.List;

/**
 * What the files ask for, looked at without a cluster.
 *
 * @param clusters those that can be carried out as far as they go themselves
 * @param problems all of them
 * @param warnings what is allowed, and may still surprise
 */
record Intended(List<DesiredCluster> clusters, List<Problem> problems, List<String> warnings) {
  static Intended of(ParsedSpecs parsed) {
    var clusters = new ArrayList<DesiredCluster>();
    var problems = new ArrayList<>(parsed.allProblems());
    var warnings = new ArrayList<String>();
    parsed
        .clusters()
        .forEach(
            (id, cluster) -> {
              switch (cluster) {
                case ParsedSpec.Valid valid -> {
                  clusters.add(DesiredClusters.of(valid));
                  problems.addAll(valid.withoutPassword());
                  Advice.on(valid.spec()).forEach(a -> warnings.add(id + " warning: " + a));
                }
                case ParsedSpec.Manifests manifests -> {
                  switch (OwnersClusters.of(manifests)) {
                    case Result.Refused(var reasons) -> problems.addAll(reasons);
                    case Result.Made(var made, var advice) -> {
                      clusters.add(made);
                      advice.forEach(a -> warnings.add(id + " warning: " + a));
                    }
                  }
                }
                case ParsedSpec.Invalid _ -> {}
              }
            });
    parsed.notices().forEach(notice -> warnings.add(notice.toString()));
    Contested.between(clusters).values().forEach(problems::addAll);
    return new Intended(List.copyOf(clusters), List.copyOf(problems), List.copyOf(warnings));
  }
}
