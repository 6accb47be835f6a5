package dev.pgbaton.reconcile;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.spec.Problem;
import dev.pgbaton.spec.SpecRevision;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * All that the daemon knows now, for the page, the metrics and the health check.
 *
 * @param head the commit in force
 * @param sourceTrouble why the repository can't be read now; empty while it can
 * @param fetchedAt when the repository answered last
 * @param problems those that concern no cluster that could be named
 */
public record Fleet(
    Optional<SpecRevision> head,
    Optional<String> sourceTrouble,
    Optional<Instant> fetchedAt,
    List<Problem> problems,
    SortedMap<ClusterId, Pass> passes) {}
