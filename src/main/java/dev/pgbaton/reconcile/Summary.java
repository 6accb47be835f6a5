package dev.pgbaton.reconcile;

import dev.pgbaton.report.CommitStatus.State;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** All clusters of a repository in one line. */
record Summary(State state, String text) {
  static Summary of(Collection<Pass> passes, List<String> problems) {
    if (!problems.isEmpty()) {
      var more = problems.size() == 1 ? "" : " (and %d more)".formatted(problems.size() - 1);
      return new Summary(State.FAILURE, problems.getFirst() + more);
    }
    var sorted = passes.stream().sorted(Comparator.comparing(Pass::id)).toList();
    var failing = sorted.stream().filter(p -> p.health().state() == State.FAILURE).toList();
    if (!failing.isEmpty()) {
      var first = failing.getFirst();
      return new Summary(
          State.FAILURE,
          "%d of %d clusters need attention: %s: %s"
              .formatted(failing.size(), sorted.size(), first.id(), first.health().sentence()));
    }
    var working = sorted.stream().filter(p -> p.health().state() == State.PENDING).toList();
    if (!working.isEmpty()) {
      return new Summary(
          State.PENDING,
          "%d of %d clusters are being changed: %s"
              .formatted(
                  working.size(),
                  sorted.size(),
                  String.join(", ", working.stream().map(p -> p.id().toString()).toList())));
    }
    return new Summary(
        State.SUCCESS,
        sorted.size() == 1
            ? "1 cluster is as the repository says"
            : "%d clusters are as the repository says".formatted(sorted.size()));
  }
}
