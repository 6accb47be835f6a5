package dev.pgbaton.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.apply.ClusterWriter;
import dev.pgbaton.apply.ClusterWriter.Written;
import dev.pgbaton.apply.Outcome;
import dev.pgbaton.apply.StepRunner;
import dev.pgbaton.apply.WriteProbe;
import dev.pgbaton.cluster.Capabilities;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.PodRef;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Refusal;
import dev.pgbaton.plan.RestartReason;
import dev.pgbaton.plan.Step;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EvictionTest {
  private static final ClusterId ORDERS = new ClusterId("shop", "orders");
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final Step STEP =
      new Step.RestartReplica(
          new PodRef("orders-1", "uid-1", "7"), false, new RestartReason.ImageChanged("a", "b"));

  private final MemoryJournal journal = new MemoryJournal();
  private final StepRunner runner =
      new StepRunner(
          proxy(
              ClusterWriter.class, new Written.NotNow("the budget team-budget needs 3 and has 3")),
          journal,
          proxy(WriteProbe.class, null),
          "daemon");

  private Outcome evict(Instant at) {
    var layout =
        ClusterLayout.generated(ORDERS, 3, false, new Capabilities(true, Duration.ofSeconds(45)));
    var snapshot = new ClusterSnapshot(Map.of(), List.of(), Set.of(), true);
    return runner.run(
        STEP, ObservedCluster.of(layout, snapshot, Map.of(), journal.read(ORDERS)), at);
  }

  @Test
  void aRefusedEvictionIsAFailureOnlyAfterAWhileAndNamesTheBudget() {
    assertThat(evict(NOW)).isInstanceOf(Outcome.Postponed.class);
    assertThat(evict(NOW.plusSeconds(60))).isInstanceOf(Outcome.Postponed.class);
    assertThat(evict(NOW.plusSeconds(301)))
        .isEqualTo(
            new Outcome.Failed(
                Refusal.EVICTION_REFUSED,
                "orders-1 can't be evicted, for 5 minutes now: the budget team-budget needs 3 and has 3"));
    // The pod's time to come back counts from the try that goes through.
    assertThat(journal.read(ORDERS).step().orElseThrow().startedAt())
        .isEqualTo(NOW.plusSeconds(301));
  }

  private static <T> T proxy(Class<T> type, Object answer) {
    return type.cast(
        Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (_, _, _) -> answer));
  }
}
