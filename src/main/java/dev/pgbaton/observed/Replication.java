package dev.pgbaton.observed;

/** How a replica follows its primary. */
public sealed interface Replication {
  /**
   * @param lagBytes WAL that it has not replayed yet
   */
  record Streaming(long lagBytes, boolean synchronous) implements Replication {}

  record NotStreaming() implements Replication {}

  /** It is the primary. */
  record Source() implements Replication {}

  /** The primary, or this instance, could not be asked. */
  record NotKnown(String reason) implements Replication {}
}
