package dev.pgbaton.desired;

import java.time.Duration;
import java.util.Optional;

/**
 * @param maxReplicaLag in bytes of WAL: a replica further behind counts as not yet back
 * @param instanceTimeout how long one instance may take to come back before the rollout is given up
 * @param acceptedCollation the version that text may be sorted by from now on, though indexes were
 *     made by another
 */
public record RolloutPolicy(
    long maxReplicaLag, Duration instanceTimeout, Optional<String> acceptedCollation) {}
