package dev.pgbaton.instance;

/** What data that can't follow the primary needs once PostgreSQL has stopped. */
public sealed interface Remedy {
  /** It left the primary's history. */
  record Rewinding() implements Remedy {}

  /** It holds nothing that the primary doesn't have: a new copy takes its place. */
  record Replacing(String why) implements Remedy {}
}
