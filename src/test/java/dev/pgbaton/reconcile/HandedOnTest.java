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
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Step;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What was removed in Git and is not deleted is remembered for the commit's status. */
class HandedOnTest {
  private static final ClusterId ORDERS = new ClusterId("shop", "orders");
  private static final ObjectKey BALANCER = new ObjectKey("Service", "shop", "lb");
  private static final ObjectKey SETTINGS = new ObjectKey("ConfigMap", "shop", "old");

  private final MemoryJournal journal = new MemoryJournal();

  /** How many the journal had as each object was left to others, or deleted. */
  private final List<Integer> notedBefore = new ArrayList<>();

  @Test
  void whatOthersLookAfterIsNotDeletedInSilence() {
    var outcome =
        runner(
                key ->
                    key.equals(BALANCER)
                        ? new Written.Done(
                            null, Optional.of("argocd-controller has applied it since"))
                        : new Written.Done(null))
            .run(
                new Step.Prune(
                    List.of(
                        new Step.Leftover(BALANCER, "uid-1"),
                        new Step.Leftover(SETTINGS, "uid-2"))),
                observed(),
                Instant.EPOCH);

    assertThat(outcome).isInstanceOf(Outcome.Applied.class);
    assertThat(journal.read(ORDERS).handedOn())
        .containsExactly("Service shop/lb (argocd-controller has applied it since)");
    // Whose it is can't be told any more once it has been left to them.
    assertThat(notedBefore).containsExactly(1, 1);
  }

  @Test
  void whatCouldNotBeDeletedForgetsNothing() {
    var outcome =
        runner(
                key ->
                    key.equals(BALANCER)
                        ? new Written.Done(null, Optional.of("somebody has applied it since"))
                        : new Written.NotNow("away"))
            .run(
                new Step.Prune(
                    List.of(
                        new Step.Leftover(BALANCER, "uid-1"),
                        new Step.Leftover(SETTINGS, "uid-2"))),
                observed(),
                Instant.EPOCH);

    assertThat(outcome).isInstanceOf(Outcome.Postponed.class);
    assertThat(journal.read(ORDERS).handedOn()).hasSize(1);
  }

  private ObservedCluster observed() {
    var layout =
        ClusterLayout.generated(ORDERS, 3, false, new Capabilities(true, Duration.ofSeconds(45)));
    var snapshot = new ClusterSnapshot(Map.of(), List.of(), Set.of(), true);
    return ObservedCluster.of(layout, snapshot, Map.of(), journal.read(ORDERS));
  }

  private StepRunner runner(java.util.function.Function<ObjectKey, Written> deleted) {
    var writer =
        (ClusterWriter)
            Proxy.newProxyInstance(
                ClusterWriter.class.getClassLoader(),
                new Class<?>[] {ClusterWriter.class},
                (_, method, arguments) -> {
                  var written = deleted.apply((ObjectKey) arguments[0]);
                  if (!method.getName().equals("othersOf")) {
                    notedBefore.add(journal.read(ORDERS).handedOn().size());
                    return written;
                  }
                  return written instanceof Written.Done(_, var whose)
                      ? whose
                      : Optional.<String>empty();
                });
    var probe =
        (WriteProbe)
            Proxy.newProxyInstance(
                WriteProbe.class.getClassLoader(),
                new Class<?>[] {WriteProbe.class},
                (_, _, _) -> null);
    return new StepRunner(writer, journal, probe, "daemon");
  }
}
