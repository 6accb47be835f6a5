package dev.pgbaton.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.apply.Outcome;
import dev.pgbaton.cluster.Capabilities;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.cluster.UsersTaken;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Plan;
import dev.pgbaton.reconcile.Pass;
import dev.pgbaton.report.ClusterHealth;
import dev.pgbaton.report.ClusterHealth.Condition;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What somebody changed by hand is told each time that it is mended. */
class MendedUsersTest {
  private static final ClusterId ID = new ClusterId("shop", "orders");
  private static final Instant THEN = Instant.parse("2026-01-02T03:04:05Z");

  private final List<String> events = new ArrayList<>();
  private final MendedUsers mended = new MendedUsers((_, _, _, text) -> events.add(text));

  @Test
  void theSameChangeMadeTwiceIsToldTwice() {
    var nothing = pass(List.of(), Optional.empty());
    var once = pass(List.of("role app: password"), Optional.of(THEN));
    var twice = pass(List.of("role app: password"), Optional.of(THEN.plusSeconds(60)));

    mended.passed(once, Optional.of(nothing));
    mended.passed(once, Optional.of(once));
    mended.passed(twice, Optional.of(once));

    assertThat(events)
        .containsExactly(
            "mended, changed by somebody: role app: password",
            "mended, changed by somebody: role app: password");
  }

  private static Pass.Done pass(List<String> what, Optional<Instant> at) {
    var layout =
        ClusterLayout.generated(ID, 1, false, new Capabilities(true, Duration.ofSeconds(20)));
    var pod =
        new PodBuilder()
            .withNewMetadata()
            .withNamespace("shop")
            .withName("orders-0")
            .withUid("uid")
            .endMetadata()
            .withNewStatus()
            .endStatus()
            .build();
    var answer =
        new Answer.Known(
            Role.PRIMARY,
            1,
            Lsn.parse("0/5000000"),
            Map.of(),
            Map.of(),
            List.of(),
            Optional.empty(),
            Map.of(),
            Optional.of(new UsersTaken("abc", "abc", List.of(), what, at)),
            Optional.empty());
    var snapshot = new ClusterSnapshot(Map.of(), List.of(pod), Set.of(), true);
    return new Pass.Done(
        ID,
        ObservedCluster.of(layout, snapshot, Map.of("orders-0", answer), JournalEntry.EMPTY),
        new Plan.InSync(),
        new Outcome.NothingToDo(),
        new ClusterHealth(Condition.HEALTHY, "", "words"),
        false);
  }
}
