package dev.pgbaton.e2e;

/**
 * One question to one instance that it answered with the number of a transaction of its own: it was
 * writable at some moment between the question and the answer.
 *
 * @param address of the instance, with the node that it is on
 * @param begun in nanoseconds of this machine's monotonic clock
 */
record Look(String address, long begun, long answered) {
  /** In which the instance was writable for certain: from one answer to a later question. */
  record Span(String address, long from, long to) {
    boolean holds(Look look) {
      return from <= look.begun() && look.answered() <= to;
    }
  }
}
