package dev.pgbaton.instance;

/** What data that can't follow the primary needs once PostgreSQL has stopped. */
public sealed interface Remedy {
  record Rewinding() implements Remedy {}

  record Recloning(String why) implements Remedy {}
}
