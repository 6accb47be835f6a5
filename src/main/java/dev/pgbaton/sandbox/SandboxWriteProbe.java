package dev.pgbaton.sandbox;

import dev.pgbaton.apply.WriteProbe;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** One daemon's measurements; a new daemon knows nothing of them. */
final class SandboxWriteProbe implements WriteProbe {
  private final World world;
  private final Map<ClusterId, Measurement> running = new LinkedHashMap<>();

  SandboxWriteProbe(World world) {
    this.world = world;
  }

  private static final class Measurement {
    final Commits commits;
    final Agenda agenda;
    final Runnable watcher = this::acknowledged;
    long last;
    long longest;

    Measurement(Commits commits, Agenda agenda) {
      this.commits = commits;
      this.agenda = agenda;
      this.last = agenda.millis();
      commits.watch(watcher);
    }

    void acknowledged() {
      longest = longest();
      last = agenda.millis();
    }

    long longest() {
      return Math.max(longest, agenda.millis() - last);
    }
  }

  @Override
  public void start(ClusterLayout layout) {
    running.computeIfAbsent(
        layout.id(), id -> new Measurement(world.site(id).commits(), world.agenda()));
  }

  @Override
  public Optional<Duration> longestGap(ClusterId id) {
    return Optional.ofNullable(running.get(id)).map(m -> Duration.ofMillis(m.longest()));
  }

  @Override
  public void stop(ClusterId id) {
    forget(id);
  }

  void forget(ClusterId id) {
    var measurement = running.remove(id);
    if (measurement != null) measurement.commits.unwatch(measurement.watcher);
  }
}
