package dev.pgbaton.plan;

import dev.pgbaton.observed.Instance;
import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.observed.InstanceProbe.Setting;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.observed.Replication;
import java.util.Set;

/** A standby that has less of something than its primary receives on, but replays no further. */
final class Replay {
  private static final Set<String> NEEDED =
      Set.of(
          "max_connections",
          "max_worker_processes",
          "max_wal_senders",
          "max_prepared_transactions",
          "max_locks_per_transaction");

  private Replay() {}

  /** Whether it is well but for that: a restart with the settings of its primary is the cure. */
  static boolean pausedUntilRestart(Instance instance, ObservedCluster observed) {
    return instance.ready()
        && !instance.terminating()
        && instance.replication() instanceof Replication.Streaming
        && observed.primary().filter(primary -> hasLess(instance, primary)).isPresent();
  }

  private static boolean hasLess(Instance standby, Instance primary) {
    return standby.answer() instanceof Answer.Known has
        && primary.answer() instanceof Answer.Known needs
        && NEEDED.stream()
            .anyMatch(name -> less(has.settings().get(name), needs.settings().get(name)));
  }

  private static boolean less(Setting has, Setting needed) {
    return has != null
        && needed != null
        && Long.parseLong(has.value()) < Long.parseLong(needed.value());
  }
}
