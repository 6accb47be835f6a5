package dev.pgbaton.instance;

import dev.pgbaton.instance.ServerState.Failure;
import java.time.Duration;
import java.util.Optional;

/** After something went wrong: one second, two, four… at most thirty. */
final class Backoff {
  private Backoff() {}

  static Optional<Decision> wait(Optional<Failure> failure, Memory memory, Duration now) {
    return failure.flatMap(
        f -> {
          var pause = Duration.ofSeconds(Math.min(30, 1L << Math.min(5, f.attempts() - 1)));
          return memory
              .stoppedSince()
              .filter(since -> !InstancePlanner.elapsed(since, now, pause))
              .map(_ -> InstancePlanner.waiting(f.what() + " went wrong: " + f.reason()));
        });
  }
}
