package dev.pgbaton.report;

import java.time.Duration;

/** The forge that shows {@link CommitStatus}es. */
public interface CommitStatuses {
  /**
   * Posts once, within a bounded time. The caller sees to it that an equal status is not posted
   * twice.
   */
  Delivery post(CommitStatus status);

  sealed interface Delivery {
    record Delivered() implements Delivery {}

    /** The forge is away or asks to be left alone for a while. */
    record Later(Duration retryAfter, String reason) implements Delivery {}

    /** It will never take this one: the commit is unknown to it, the token may not. */
    record Rejected(String reason) implements Delivery {}
  }
}
