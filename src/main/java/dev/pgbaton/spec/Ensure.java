package dev.pgbaton.spec;

/** Whether there shall be one. What is no longer declared stays: only this word removes. */
public enum Ensure {
  present,
  absent
}
