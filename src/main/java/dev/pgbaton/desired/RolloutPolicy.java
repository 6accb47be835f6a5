package dev.pgbaton.desired;

import java.time.Duration;

/**
 * @param maxReplicaLag in bytes of WAL: a replica further behind counts as not yet back
 * @param instanceTimeout how long one instance may take to come back before the rollout is given up
 */
public record RolloutPolicy(long maxReplicaLag, Duration instanceTimeout) {}
