package dev.pgbaton.daemon;

import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.reconcile.Pass;
import dev.pgbaton.reconcile.ReconcileLoop;
import dev.pgbaton.report.EventSink;
import dev.pgbaton.spec.SpecSource.Fetched;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Says what the primary put right of declared users and databases, because somebody changed it. */
final class MendedUsers implements ReconcileLoop.Listener {
  private static final Logger LOG = Logger.getLogger("dev.pgbaton");
  private static final int SHOWN = 5;

  private final EventSink events;

  MendedUsers(EventSink events) {
    this.events = events;
  }

  @Override
  public void passed(Pass pass, Optional<Pass> before) {
    if (!(pass instanceof Pass.Done now) || !(before.orElse(null) instanceof Pass.Done then))
      return;
    var mended = mended(now.observed());
    var earlier = mended(then.observed());
    // A daemon that has just started, or another primary, has nothing to compare with.
    if (mended.isEmpty() || earlier.isEmpty() || mended.equals(earlier)) return;
    var list = mended.get().what();
    if (list.isEmpty()) return;
    var text =
        "mended, changed by somebody: %s%s"
            .formatted(
                String.join("; ", list.subList(0, Math.min(SHOWN, list.size()))),
                list.size() > SHOWN ? "; and %d more".formatted(list.size() - SHOWN) : "");
    LOG.warnf("%s: %s", pass.id(), text);
    if (!now.untouchable()) events.publish(now.observed().layout(), true, "UsersMended", text);
  }

  /** The same change made twice is mended twice. */
  private record Mended(List<String> what, Optional<Instant> at) {}

  private static Optional<Mended> mended(ObservedCluster observed) {
    return observed
        .primary()
        .map(primary -> primary.answer())
        .filter(Answer.Known.class::isInstance)
        .flatMap(answer -> ((Answer.Known) answer).users())
        .map(taken -> new Mended(taken.mended(), taken.mendedAt()));
  }

  @Override
  public void fetched(Fetched fetched) {}

  @Override
  public void failed(dev.pgbaton.cluster.ClusterId id, RuntimeException e) {}
}
