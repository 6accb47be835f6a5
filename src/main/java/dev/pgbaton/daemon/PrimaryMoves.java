package dev.pgbaton.daemon;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.observed.JournalEntry.Rollout;
import dev.pgbaton.observed.PrimaryMove;
import dev.pgbaton.reconcile.Pass;
import dev.pgbaton.reconcile.ReconcileLoop;
import dev.pgbaton.report.EventSink;
import dev.pgbaton.spec.SpecSource.Fetched;
import dev.pgbaton.web.Metrics;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Says when a primary moved, whoever moved it, and for how long nobody could write where that was
 * measured: during a rollout.
 */
final class PrimaryMoves implements ReconcileLoop.Listener, Consumer<PrimaryMove> {
  private static final Logger LOG = Logger.getLogger("dev.pgbaton");

  private final EventSink events;
  private final Metrics metrics;
  private final Map<ClusterId, Pass.Done> seen = new ConcurrentHashMap<>();
  private final Map<ClusterId, PrimaryMove> moves = new ConcurrentHashMap<>();

  PrimaryMoves(EventSink events, Metrics metrics) {
    this.events = events;
    this.metrics = metrics;
  }

  /** On the client's thread: what is seen of the Lease between two looks counts too. */
  @Override
  public void accept(PrimaryMove move) {
    var last = seen.get(move.cluster());
    if (last == null) return;
    var former = moves.put(move.cluster(), move);
    if (former != null && former.epoch() == move.epoch()) return;
    var measured = last.observed().journal().rollout().isPresent();
    metrics.moved(move);
    var text =
        move.text()
            + (measured ? "; its write gap is being measured" : "; its gap was not measured");
    LOG.infof("%s: %s", move.cluster(), text);
    if (last.untouchable()) return;
    events.publish(
        last.observed().layout(),
        move.cause() == PrimaryMove.Cause.FAILOVER,
        "PrimaryMoved",
        text + " (epoch %d)".formatted(move.epoch()));
  }

  @Override
  public void passed(Pass pass, Optional<Pass> before) {
    if (!(pass instanceof Pass.Done done)) return;
    var earlier = seen.put(pass.id(), done);
    if (earlier == null) return;
    var known = earlier.observed().journal().rollouts();
    done.observed().journal().rollouts().stream()
        .filter(r -> !known.contains(r))
        .forEach(r -> ended(done, r));
  }

  private void ended(Pass.Done done, Rollout rollout) {
    var move = moves.get(done.id());
    if (move == null || move.at().isBefore(rollout.startedAt())) return;
    var layout = done.observed().layout();
    if (rollout.outage().isEmpty()) {
      if (!done.untouchable())
        events.publish(layout, false, "HandoffNotMeasured", move.text() + ": its gap is not known");
      return;
    }
    var gap = rollout.outage().get();
    metrics.handedOff(done.id(), gap);
    if (done.untouchable()) return;
    events.publish(
        layout,
        false,
        "HandoffMeasured",
        "%s: nobody could write for %s (epoch %d)"
            .formatted(move.text(), seconds(gap), move.epoch()));
  }

  private static String seconds(Duration gap) {
    return String.format(Locale.ROOT, "%.2f s", gap.toMillis() / 1000.0);
  }

  @Override
  public void fetched(Fetched fetched) {}

  @Override
  public void failed(ClusterId id, RuntimeException e) {}
}
