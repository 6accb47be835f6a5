package dev.pgbaton.cli;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Forecast;
import dev.pgbaton.plan.Forecast.Verdict;
import dev.pgbaton.plan.Planner;
import dev.pgbaton.plan.Supposed;
import dev.pgbaton.reconcile.Repository;
import dev.pgbaton.reconcile.Repository.Entry;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What one state of a repository asks of another, told without a cluster. */
final class Difference {
  private Difference() {}

  /**
   * @param wanted those of {@code after} that can be carried out
   */
  static SortedMap<ClusterId, Forecast> between(
      Repository before, Repository after, SortedMap<ClusterId, Entry.Wanted> wanted) {
    var now = Instant.now();
    var forecasts = new TreeMap<ClusterId, Forecast>();
    wanted.forEach(
        (id, entry) ->
            forecasts.put(
                id,
                switch (before.clusters().get(id)) {
                  case null -> forecast(entry, Supposed.nothing(entry.desired()), now);
                  case Entry.Wanted then ->
                      forecast(
                          entry, Supposed.carriedOut(then.desired(), entry.desired(), now), now);
                  case Entry.Refused then ->
                      only(
                          Verdict.NOT_KNOWN,
                          "it was not valid before, so it is not known what was carried out: "
                              + then.problems().getFirst());
                }));
    before.clusters().keySet().stream()
        .filter(id -> !after.clusters().containsKey(id))
        .forEach(
            id ->
                forecasts.put(
                    id,
                    only(
                        Verdict.NOTHING_TO_DO,
                        "it is no longer in Git: it is left running, and nobody looks after it")));
    return forecasts;
  }

  private static Forecast forecast(Entry.Wanted wanted, ObservedCluster observed, Instant now) {
    var journal = Forecast.supposing(observed.journal(), wanted.hash(), wanted.path(), now);
    var supposed = observed.with(journal);
    var plan = Planner.plan(wanted.desired(), supposed, now).located(wanted.spec());
    return Forecast.of(wanted.desired(), supposed, plan);
  }

  private static Forecast only(Verdict verdict, String text) {
    return new Forecast(verdict, Optional.empty(), text, List.of(), List.of(), "");
  }
}
