package dev.pgbaton.instance;

import java.util.function.Supplier;

/**
 * Many may ask at once: one answer is for all who had asked before it was begun. Who has something
 * to do with what is asked then waits for one of them at most.
 */
final class Fresh<T> {
  private final Supplier<T> source;
  private T latest;
  private long begun;

  Fresh(Supplier<T> source) {
    this.source = source;
  }

  /** As of a moment after the call. */
  T get() {
    return get(System.nanoTime());
  }

  private synchronized T get(long asked) {
    if (latest == null || begun - asked < 0) {
      var now = System.nanoTime();
      latest = source.get();
      begun = now;
    }
    return latest;
  }
}
