package dev.pgbaton.cluster;

/** What an instance is. {@link #UNKNOWN} is a value of its own: whoever meets it waits. */
public enum Role {
  PRIMARY,
  REPLICA,
  UNKNOWN
}
