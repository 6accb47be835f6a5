package dev.pgbaton.desired;

/**
 * What an object is to its cluster: the order of the constants is the order in which they are
 * applied.
 */
public enum ObjectRole {
  NAMESPACE,
  ACCESS,
  CREDENTIALS,
  SETTINGS,
  LEASE,
  ROUTE,
  DISRUPTION_BUDGET,
  INSTANCES,
  USERS,
  PGPOOL,
  OTHER
}
