package dev.pgbaton.sandbox;

import java.time.Duration;
import java.time.Instant;
import java.util.PriorityQueue;

/** What will happen when, and the only clock: time passes by doing the next thing on it. */
final class Agenda {
  private final PriorityQueue<Entry> entries = new PriorityQueue<>();
  private final Instant begin;
  private long sequence;
  private long now;
  private Duration jumped = Duration.ZERO;

  Agenda(Instant begin) {
    this.begin = begin;
  }

  /** Things for the same moment happen in the order in which they were planned. */
  private record Entry(long at, long sequence, Runnable what) implements Comparable<Entry> {
    @Override
    public int compareTo(Entry other) {
      return at != other.at ? Long.compare(at, other.at) : Long.compare(sequence, other.sequence);
    }
  }

  Instant now() {
    return begin.plusMillis(now).plus(jumped);
  }

  /** Somebody sets every wall clock. */
  void jump(Duration by) {
    jumped = jumped.plus(by);
  }

  /** A monotonic clock. */
  Duration uptime() {
    return Duration.ofMillis(now);
  }

  long millis() {
    return now;
  }

  void in(Duration delay, Runnable what) {
    in(delay.toMillis(), what);
  }

  void in(long millis, Runnable what) {
    entries.add(new Entry(now + Math.max(0, millis), sequence++, what));
  }

  /** Repeats until {@code what} says that it is over. */
  void every(long millis, java.util.function.BooleanSupplier what) {
    in(
        millis,
        () -> {
          if (what.getAsBoolean()) every(millis, what);
        });
  }

  void advanceTo(Duration uptime) {
    var end = uptime.toMillis();
    while (!entries.isEmpty() && entries.peek().at <= end) {
      var next = entries.poll();
      now = Math.max(now, next.at);
      next.what.run();
    }
    now = Math.max(now, end);
  }
}
