package dev.pgbaton.cli;

import dev.pgbaton.instance.InstanceView;
import dev.pgbaton.instance.ServerState;
import java.time.Duration;
import java.util.Optional;

/**
 * Does what a handoff does, without its effect, before one comes and now and then afterwards: no
 * code runs for the first time, and no connection is made, while clients wait. Three small requests
 * in five minutes.
 */
final class Rehearsal {
  private static final Duration EVERY = Duration.ofMinutes(5);

  private final Runnable play;
  private Optional<Duration> playedAt = Optional.empty();

  Rehearsal(Runnable play) {
    this.play = play;
  }

  /** Called again and again. Beside the loop, which must not wait for an API server. */
  void attend(InstanceView view, Duration now) {
    var idle =
        view.memory().handOff().isEmpty()
            && (view.server() instanceof ServerState.Primary
                || view.server() instanceof ServerState.Standby standby
                    && standby.streamingFrom().isPresent()
                    && !standby.promoting());
    if (!idle || playedAt.filter(at -> now.minus(at).compareTo(EVERY) < 0).isPresent()) return;
    playedAt = Optional.of(now);
    Thread.ofPlatform().name("rehearsal").daemon().start(play);
  }
}
