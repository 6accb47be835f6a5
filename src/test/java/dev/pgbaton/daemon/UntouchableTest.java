package dev.pgbaton.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.apply.Outcome;
import dev.pgbaton.cluster.Capabilities;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Plan;
import dev.pgbaton.reconcile.Pass;
import dev.pgbaton.report.ClusterHealth;
import dev.pgbaton.report.ClusterHealth.Condition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Of what nothing may be written, not even an Event is: it would lie in the owner's namespace. */
class UntouchableTest {
  private static final ClusterId ID = new ClusterId("shop", "orders");

  private final List<String> events = new ArrayList<>();

  private static Pass.Done pass(Condition condition, boolean untouchable) {
    var layout =
        ClusterLayout.generated(ID, 0, false, new Capabilities(true, Duration.ofSeconds(20)));
    var snapshot = new ClusterSnapshot(Map.of(), List.of(), Set.of(), true);
    return new Pass.Done(
        ID,
        ObservedCluster.of(layout, snapshot, Map.of(), JournalEntry.EMPTY),
        new Plan.InSync(),
        new Outcome.NothingToDo(),
        new ClusterHealth(condition, "", "words"),
        untouchable);
  }

  @Test
  void howItIsIsOnlyLogged() {
    var log = new DaemonLog((_, _, reason, _) -> events.add(reason));

    log.passed(pass(Condition.HEALTHY, true), Optional.empty());
    log.passed(pass(Condition.UNWRITABLE, true), Optional.empty());
    assertThat(events).isEmpty();

    log.passed(pass(Condition.HEALTHY, false), Optional.empty());
    assertThat(events).containsExactly("InSync");
  }
}
