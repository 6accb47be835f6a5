package dev.pgbaton.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.apply.Outcome;
import dev.pgbaton.cluster.Capabilities;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.PodRef;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.Instance;
import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.observed.PrimaryMove;
import dev.pgbaton.observed.Replication;
import dev.pgbaton.plan.Plan;
import dev.pgbaton.plan.Refusal;
import dev.pgbaton.reconcile.Pass;
import dev.pgbaton.report.ClusterHealth;
import dev.pgbaton.report.ClusterHealth.Condition;
import dev.pgbaton.spec.SpecSource.Fetched;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MetricsTest {
  static final ClusterId ID = new ClusterId("shop", "orders");
  private static final ClusterLayout LAYOUT =
      ClusterLayout.generated(ID, 2, false, new Capabilities(true, Duration.ofSeconds(20)));

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Metrics metrics = new Metrics(registry);

  @Test
  void aClusterShowsItsConditionItsInstancesAndTheirLag() {
    metrics.passed(done(Condition.DEGRADED, journal("abc")), Optional.empty());

    assertThat(gauge("pgbaton.cluster.condition", "condition", "degraded")).isEqualTo(1);
    assertThat(gauge("pgbaton.cluster.condition", "condition", "healthy")).isZero();
    assertThat(gauge("pgbaton.cluster.instances", "role", "primary")).isEqualTo(1);
    assertThat(gauge("pgbaton.cluster.instances", "role", "replica")).isEqualTo(1);
    assertThat(gauge("pgbaton.cluster.instances.ready")).isEqualTo(2);
    assertThat(gauge("pgbaton.replica.lag", "instance", "orders-1")).isEqualTo(4096);
    assertThat(gauge("pgbaton.commit.info", "commit", "abc")).isEqualTo(1);
  }

  @Test
  void anOutageThatIsNotKnownIsNeverZero() {
    metrics.passed(done(Condition.HEALTHY, journal("abc")), Optional.empty());
    assertThat(gauge("pgbaton.rollout.last.write.outage")).isNaN();

    metrics.passed(
        done(Condition.HEALTHY, journal("abc", rollout(Optional.empty()))), Optional.empty());
    assertThat(gauge("pgbaton.rollout.last.duration")).isEqualTo(40);
    assertThat(gauge("pgbaton.rollout.last.write.outage")).isNaN();

    var measured = rollout(Optional.of(Duration.ofMillis(230)));
    metrics.passed(done(Condition.HEALTHY, journal("abc", measured)), Optional.empty());
    assertThat(gauge("pgbaton.rollout.last.write.outage")).isEqualTo(0.23);
  }

  @Test
  void aRolloutIsCountedOnceAndNotThoseOfEarlierProcesses() {
    var old = rollout(Optional.empty());
    var first = done(Condition.PROGRESSING, journal("abc", old));
    var second = done(Condition.HEALTHY, journal("abc", old, rollout(Optional.of(Duration.ZERO))));

    metrics.passed(first, Optional.empty());
    metrics.passed(second, Optional.of(first));
    metrics.passed(second, Optional.of(second));

    assertThat(registry.get("pgbaton.rollouts").tag("outcome", "success").counter().count())
        .isEqualTo(1);
  }

  @Test
  void anotherCommitTakesThePlaceOfTheOneBefore() {
    metrics.passed(done(Condition.HEALTHY, journal("abc")), Optional.empty());
    metrics.passed(done(Condition.HEALTHY, journal("def")), Optional.empty());

    assertThat(registry.find("pgbaton.commit.info").gauges())
        .extracting(g -> g.getId().getTag("commit"))
        .containsExactly("def");
  }

  @Test
  void theReasonIsALabelAndGoesWithWhatItWasFor() {
    metrics.passed(
        new Pass.Refused(
            ID, List.of(), new ClusterHealth(Condition.BLOCKED, "OnlyObserved", "words")),
        Optional.empty());
    assertThat(registry.find("pgbaton.cluster.reason.info").gauges())
        .extracting(g -> g.getId().getTag("reason"))
        .containsExactly("OnlyObserved");

    metrics.passed(done(Condition.HEALTHY, journal("abc")), Optional.empty());
    assertThat(registry.find("pgbaton.cluster.reason.info").gauges())
        .extracting(g -> g.getId().getTag("reason"))
        .containsExactly("");
  }

  @Test
  void aClusterThatIsNoLongerLookedAfterIsNotShown() {
    metrics.passed(done(Condition.HEALTHY, journal("abc")), Optional.empty());
    metrics.passed(
        new Pass.Removed(ID, new ClusterHealth(Condition.HEALTHY, "", "gone")), Optional.empty());

    assertThat(registry.find("pgbaton.cluster.condition").gauges()).isEmpty();
    assertThat(registry.find("pgbaton.replica.lag").gauges()).isEmpty();
    assertThat(registry.find("pgbaton.commit.info").gauges()).isEmpty();
    assertThat(registry.find("pgbaton.cluster.reason.info").gauges()).isEmpty();
  }

  @Test
  void errorsAreCountedByKind() {
    metrics.fetched(new Fetched.Unreachable("no route"));
    metrics.passed(
        done(
            Condition.BLOCKED,
            journal("abc"),
            new Outcome.Failed(Refusal.FIELD_CONFLICT, "helm (.spec.replicas)")),
        Optional.empty());
    metrics.failed(ID, new IllegalStateException("surprise"));

    assertThat(errors("repository-unreachable")).isEqualTo(1);
    assertThat(errors("field-conflict")).isEqualTo(1);
    assertThat(errors("exception")).isEqualTo(1);
  }

  @Test
  void handoffsAreCountedAndTheirGapsPutInBuckets() {
    metrics.moved(
        new PrimaryMove(ID, "orders-0", "orders-1", PrimaryMove.Cause.HANDOFF, 2, Instant.EPOCH));
    metrics.handedOff(ID, Duration.ofMillis(230));

    assertThat(registry.get("pgbaton.primary.moves").tag("cause", "handoff").counter().count())
        .isEqualTo(1);
    assertThat(
            registry.get("pgbaton.handoff.write.outage").timer().takeSnapshot().histogramCounts())
        .filteredOn(c -> c.bucket(java.util.concurrent.TimeUnit.MILLISECONDS) == 200)
        .allMatch(c -> c.count() == 0)
        .hasSize(1);
  }

  private double errors(String kind) {
    return registry.get("pgbaton.errors").tag("kind", kind).counter().count();
  }

  private double gauge(String name, String... tags) {
    return registry.get(name).tags("cluster", "orders").tags(tags).gauge().value();
  }

  static Pass.Done done(Condition condition, JournalEntry journal) {
    return done(condition, journal, new Outcome.NothingToDo());
  }

  static Pass.Done done(Condition condition, JournalEntry journal, Outcome outcome) {
    var snapshot = new ClusterSnapshot(Map.of(), List.of(), Set.of(), true);
    var instances =
        List.of(
            instance(0, Role.PRIMARY, new Replication.Source()),
            instance(1, Role.REPLICA, new Replication.Streaming(4096, false)));
    return new Pass.Done(
        ID,
        new ObservedCluster(LAYOUT, snapshot, instances, Optional.empty(), journal),
        new Plan.InSync(),
        outcome,
        new ClusterHealth(condition, "", "words"),
        false);
  }

  private static Instance instance(int ordinal, Role role, Replication replication) {
    return new Instance(
        new PodRef("orders-" + ordinal, "uid-" + ordinal, "1"),
        ordinal,
        role,
        "revision",
        true,
        false,
        false,
        true,
        false,
        Optional.empty(),
        Optional.empty(),
        false,
        "",
        "",
        replication,
        new Answer.Unknown("not asked"));
  }

  static JournalEntry journal(String commit, JournalEntry.Rollout... rollouts) {
    return JournalEntry.EMPTY
        .withIntent(new JournalEntry.Intent(commit, "hash", "orders.yaml", Instant.now(), true))
        .withRollouts(List.of(rollouts));
  }

  static JournalEntry.Rollout rollout(Optional<Duration> outage) {
    var at = Instant.parse("2026-01-02T03:04:05Z");
    return new JournalEntry.Rollout(
        "abc",
        "image a → b",
        at,
        Optional.of(at.plusSeconds(40)),
        "daemon",
        outage,
        Optional.of("success"));
  }
}
