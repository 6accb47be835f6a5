package dev.pgbaton.sandbox;

import dev.pgbaton.report.CommitStatus;
import dev.pgbaton.report.CommitStatuses;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** A forge: the last status of each context is what counts. */
final class SandboxStatuses implements CommitStatuses {
  private final Map<String, CommitStatus> current = new LinkedHashMap<>();
  private final List<Consumer<CommitStatus>> watchers = new ArrayList<>();
  private boolean away;

  @Override
  public Delivery post(CommitStatus status) {
    if (away) return new Delivery.Later(Duration.ofSeconds(5), "the forge does not answer");
    current.put(status.commit() + " " + status.context(), status);
    watchers.forEach(w -> w.accept(status));
    return new Delivery.Delivered();
  }

  void away(boolean away) {
    this.away = away;
  }

  void watch(Consumer<CommitStatus> watcher) {
    watchers.add(watcher);
  }

  Optional<CommitStatus> of(String commit, String context) {
    return Optional.ofNullable(current.get(commit + " " + context));
  }

  List<CommitStatus> all() {
    return List.copyOf(current.values());
  }
}
