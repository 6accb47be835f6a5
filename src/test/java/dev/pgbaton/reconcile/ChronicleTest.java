package dev.pgbaton.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.apply.WriteProbe;
import dev.pgbaton.cluster.Capabilities;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.Mode;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.JournalEntry.Intent;
import dev.pgbaton.observed.JournalEntry.OwedStatus;
import dev.pgbaton.observed.JournalEntry.Rollout;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.report.Contexts;
import dev.pgbaton.spec.SpecRevision;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChronicleTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final ClusterId ORDERS = new ClusterId("shop", "orders");
  private static final SpecRevision HEAD = new SpecRevision("c2c2c2c2", NOW, "Remove the orders");

  private final MemoryJournal journal = new MemoryJournal();
  private final List<ClusterId> stopped = new ArrayList<>();
  private final Chronicle chronicle =
      new Chronicle(journal, new Stopped(), new Contexts("prod"), "daemon-1");

  private final class Stopped implements WriteProbe {
    @Override
    public void start(ClusterLayout layout) {}

    @Override
    public Optional<Duration> longestGap(ClusterId id) {
      return Optional.of(Duration.ofMillis(300));
    }

    @Override
    public void stop(ClusterId id) {
      stopped.add(id);
    }
  }

  @BeforeEach
  void aRolloutUnderWay() {
    var rollout =
        new Rollout(
            "c1", "restart", NOW, Optional.empty(), "daemon-1", Optional.empty(), Optional.empty());
    journal.write(
        ORDERS,
        JournalEntry.EMPTY
            .withIntent(new Intent("c1", "h1", "clusters/orders.yaml", NOW, false))
            .withRollout(Optional.of(rollout)));
  }

  @Test
  void aClusterThatIsRemovedInTheMiddleOfARolloutIsNotMeasuredAnyLongerAndItsCommitIsNotGreen() {
    assertThat(chronicle.removed(ORDERS, HEAD, NOW)).isTrue();

    var entry = journal.read(ORDERS);
    assertThat(stopped).containsExactly(ORDERS);
    assertThat(entry.rollout()).isEmpty();
    assertThat(entry.rollouts()).extracting(Rollout::outage).containsExactly(gap());
    assertThat(entry.intent()).map(Intent::commit).contains(HEAD.commit());
    assertThat(entry.owed()).extracting(OwedStatus::commit).containsExactly("c1");
    assertThat(entry.owed()).extracting(OwedStatus::state).containsExactly("ERROR");
  }

  @Test
  void aRolloutThatIsBlockedIsNotMeasuredAnyLongerAndItsLastStepIsKept() {
    var step = new JournalEntry.StepRecord("restart orders-1", "orders-1", "uid-1", NOW);
    journal.write(ORDERS, journal.read(ORDERS).withStep(Optional.of(step)));
    var layout =
        ClusterLayout.generated(ORDERS, 0, false, new Capabilities(true, Duration.ofSeconds(45)));
    var snapshot = new ClusterSnapshot(Map.of(), List.of(), Set.of(), true);

    chronicle.ended(
        ObservedCluster.of(layout, snapshot, Map.of(), journal.read(ORDERS)), "failure", NOW);

    assertThat(stopped).containsExactly(ORDERS);
    assertThat(journal.read(ORDERS).rollout()).isEmpty();
    assertThat(journal.read(ORDERS).rollouts()).hasSize(1);
    assertThat(journal.read(ORDERS).step()).contains(step);
  }

  @Test
  void aRemovalIsNotedOnce() {
    chronicle.removed(ORDERS, HEAD, NOW);
    var version = journal.read(ORDERS).version();
    chronicle.removed(ORDERS, HEAD, NOW.plusSeconds(300));

    assertThat(journal.read(ORDERS).version()).isEqualTo(version);
  }

  @Test
  void aFileThatBreaksInTheMiddleOfARolloutEndsTheMeasurement() {
    var refused = new Repository.Entry.Refused(List.of(), "h2", "clusters/orders.yaml");

    assertThat(chronicle.intent(ORDERS, HEAD, refused, NOW)).isPresent();
    assertThat(stopped).containsExactly(ORDERS);
    assertThat(journal.read(ORDERS).rollouts()).extracting(Rollout::outage).containsExactly(gap());
  }

  private static Repository.Entry wanted(Mode mode) {
    var layout =
        ClusterLayout.generated(ORDERS, 0, false, new Capabilities(true, Duration.ofSeconds(45)));
    var desired =
        new DesiredCluster(layout, List.of(), null, Map.of(), "", 0, mode, List.of(), List.of());
    return new Repository.Entry.Wanted(desired, null, "h2", "clusters/orders.yaml");
  }

  @ParameterizedTest
  @EnumSource(names = {"OBSERVE", "SUSPEND"})
  void whoOnlyLooksOnFromTheMiddleOfARolloutDoesNotGoOnWriting(Mode mode) {
    chronicle.intent(ORDERS, HEAD, wanted(mode), NOW);

    assertThat(stopped).containsExactly(ORDERS);
    assertThat(journal.read(ORDERS).rollout()).isEmpty();
    assertThat(journal.read(ORDERS).rollouts()).extracting(Rollout::outage).containsExactly(gap());
  }

  @Test
  void aRolloutThatANewCommitRedirectsIsToldOnThatCommit() {
    chronicle.intent(ORDERS, HEAD, wanted(Mode.APPLY), NOW);

    assertThat(journal.read(ORDERS).rollout()).map(Rollout::commit).contains(HEAD.commit());
    assertThat(stopped).isEmpty();
  }

  @Test
  void noCommitLiftsASuspension() {
    var suspension = Optional.of(new JournalEntry.Suspension("alice", NOW));
    journal.write(ORDERS, journal.read(ORDERS).withSuspension(suspension));

    chronicle.intent(ORDERS, HEAD, wanted(Mode.APPLY), NOW);
    assertThat(journal.read(ORDERS).suspension()).isEqualTo(suspension);

    chronicle.removed(ORDERS, HEAD, NOW);
    assertThat(journal.read(ORDERS).suspension()).isEqualTo(suspension);
  }

  private static Optional<Duration> gap() {
    return Optional.of(Duration.ofMillis(300));
  }
}
