package dev.pgbaton.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.apply.Outcome;
import dev.pgbaton.cluster.Capabilities;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Plan;
import dev.pgbaton.report.CommitStatus.State;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClusterHealthTest {
  @Test
  void whatTheCachesCallWellAndACloserLookDoesNotIsNoGreen() {
    var layout =
        ClusterLayout.generated(
            new ClusterId("shop", "orders"),
            1,
            false,
            new Capabilities(true, Duration.ofSeconds(45)));
    var observed =
        ObservedCluster.of(
            layout,
            new ClusterSnapshot(Map.of(), List.of(), Set.of(), true),
            Map.of(),
            JournalEntry.EMPTY);

    assertThat(
            ClusterHealth.of(observed, new Plan.InSync(), new Outcome.Stale("look again")).state())
        .isEqualTo(State.PENDING);
    assertThat(ClusterHealth.of(observed, new Plan.InSync(), new Outcome.NothingToDo()).state())
        .isEqualTo(State.SUCCESS);
  }
}
