package dev.pgbaton.web;

import io.smallrye.mutiny.Multi;
import java.util.concurrent.atomic.AtomicInteger;

/** How many may look on at the same time. Whoever never came has taken nobody's seat. */
final class Seats {
  private final int all;
  private final AtomicInteger taken = new AtomicInteger();

  Seats(int all) {
    this.all = all;
  }

  boolean full() {
    return taken.get() >= all;
  }

  /** From the first item asked for until the end; nothing is shown to who comes one too many. */
  <T> Multi<T> taken(Multi<T> shown) {
    return Multi.createFrom()
        .deferred(
            () ->
                taken.getAndUpdate(n -> Math.min(n + 1, all)) == all
                    ? Multi.createFrom().empty()
                    : shown.onTermination().invoke(taken::decrementAndGet));
  }
}
