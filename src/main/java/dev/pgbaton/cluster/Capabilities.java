package dev.pgbaton.cluster;

import java.time.Duration;

/**
 * What the pods of a cluster can do, whether pgbaton made them or somebody else.
 *
 * @param instanceProgram process 1 is pgbaton's: it holds the Lease and takes requests to hand off
 * @param hookBudget how long the pre-stop hook may take; always below the pod's grace period
 */
public record Capabilities(boolean instanceProgram, Duration hookBudget) {}
