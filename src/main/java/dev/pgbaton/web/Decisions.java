package dev.pgbaton.web;

import dev.pgbaton.apply.Outcome;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.plan.Plan;
import dev.pgbaton.reconcile.Pass;
import dev.pgbaton.reconcile.ReconcileLoop;
import dev.pgbaton.report.ClusterHealth.Condition;
import dev.pgbaton.spec.SpecSource.Fetched;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The last decisions of this process, each in the words that the log and the Events have. */
@ApplicationScoped
public class Decisions implements ReconcileLoop.Listener {
  private static final int KEPT = 30;

  private final Map<ClusterId, Deque<Decision>> last = new ConcurrentHashMap<>();

  /**
   * @param kind {@code done} for what was carried out, else the condition that the cluster came to
   */
  public record Decision(Instant at, String commit, String kind, String text) {}

  /** The newest first. */
  List<Decision> of(ClusterId id) {
    var decisions = last.get(id);
    if (decisions == null) return List.of();
    synchronized (decisions) {
      return new ArrayList<>(decisions).reversed();
    }
  }

  @Override
  public void passed(Pass pass, Optional<Pass> before) {
    switch (pass) {
      case Pass.Removed _ -> last.remove(pass.id());
      case Pass.TooEarly _ -> {}
      case Pass.Done _, Pass.Refused _, Pass.Failed _ -> said(pass).ifPresent(d -> add(pass, d));
    }
  }

  private static Optional<Decision> said(Pass pass) {
    var summary = ClusterSummary.of(pass);
    var now = Instant.now();
    if (pass instanceof Pass.Done(_, _, _, Outcome.Applied(var text), _, _))
      return Optional.of(new Decision(now, summary.shortCommit(), "done", text));
    // Most of what is waited for passes at once; what it waits for stands above.
    if (pass instanceof Pass.Done(_, _, Plan.Proceed _, _, _, _)
        && pass.health().condition() == Condition.PROGRESSING) return Optional.empty();
    return Optional.of(
        new Decision(now, summary.shortCommit(), summary.condition(), pass.health().sentence()));
  }

  private void add(Pass pass, Decision decision) {
    var decisions = last.computeIfAbsent(pass.id(), _ -> new ArrayDeque<>());
    synchronized (decisions) {
      var newest = decisions.peekLast();
      if (newest != null
          && newest.kind().equals(decision.kind())
          && newest.text().equals(decision.text())) return;
      decisions.addLast(decision);
      if (decisions.size() > KEPT) decisions.removeFirst();
    }
  }

  @Override
  public void fetched(Fetched fetched) {}

  @Override
  public void failed(ClusterId id, RuntimeException e) {}
}
