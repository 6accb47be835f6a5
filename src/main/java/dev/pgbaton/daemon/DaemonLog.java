package dev.pgbaton.daemon;

import dev.pgbaton.apply.Outcome;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.plan.Plan;
import dev.pgbaton.reconcile.Pass;
import dev.pgbaton.reconcile.ReconcileLoop;
import dev.pgbaton.reconcile.Repository;
import dev.pgbaton.report.ClusterHealth.Condition;
import dev.pgbaton.report.EventSink;
import dev.pgbaton.spec.SpecSource.Fetched;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/** One line a decision, and the same words as an Event. What did not change is not said again. */
final class DaemonLog implements ReconcileLoop.Listener {
  private static final Logger LOG = Logger.getLogger("dev.pgbaton");
  private static final int MOST_PROBLEMS = 100;

  /** Fields of a line in JSON. */
  private static final String CLUSTER = "cluster";

  static final String PASS = "pass";
  private static final String COMMIT = "commit";
  private static final String REASON = "reason";
  private static final List<String> FIELDS = List.of(CLUSTER, PASS, COMMIT, REASON);

  private final EventSink events;

  /** Tells this process' looks from those of the one before. */
  private final String run = HexFormat.of().toHexDigits((short) System.nanoTime());

  private final AtomicLong looks = new AtomicLong();
  private final Map<ClusterId, String> waits = new ConcurrentHashMap<>();
  private volatile String lastFetch = "";

  DaemonLog(EventSink events) {
    this.events = events;
  }

  /** What is said from here on belongs to this look, whoever says it. */
  @Override
  public void begins(ClusterId id) {
    MDC.put(CLUSTER, id.toString());
    MDC.put(PASS, "%s-%d".formatted(run, looks.incrementAndGet()));
  }

  @Override
  public void ended(ClusterId id) {
    FIELDS.forEach(MDC::remove);
  }

  @Override
  public void fetched(Fetched fetched) {
    var text =
        switch (fetched) {
          case Fetched.Head(var revision, var files, _, _, _, var rewritten) ->
              "repository at %s (%s), %d files%s"
                  .formatted(
                      revision.shortCommit(),
                      revision.subject(),
                      files.size(),
                      rewritten ? "; its history was rewritten" : "");
          case Fetched.Nothing(var reason) -> reason + "; nothing is changed";
          case Fetched.Unreachable(var reason) ->
              "the repository can't be read, what was read before stays in force: " + reason;
        };
    if (text.equals(lastFetch)) return;
    lastFetch = text;
    if (fetched instanceof Fetched.Head) LOG.info(text);
    else LOG.warn(text);
  }

  @Override
  public void taken(Repository repository) {
    repository.notices().forEach(notice -> LOG.info(notice.toString()));
    // The commit's status has room for the first one.
    repository.problems().stream().limit(MOST_PROBLEMS).forEach(p -> LOG.warn(p.toString()));
  }

  @Override
  public void passed(Pass pass, Optional<Pass> before) {
    var commit =
        pass instanceof Pass.Done done
            ? done.observed().journal().intent().map(i -> i.commit()).orElse("")
            : "";
    if (!commit.isEmpty()) MDC.put(COMMIT, commit);
    if (!pass.health().reason().isEmpty()) MDC.put(REASON, pass.health().reason());
    var prefix = commit.isEmpty() ? pass.id() + ": " : "%s@%.8s: ".formatted(pass.id(), commit);
    if (pass instanceof Pass.Done(_, var observed, Plan.Proceed(var step), var outcome, _, _)) {
      switch (outcome) {
        case Outcome.Applied(var text) -> {
          LOG.info(prefix + text);
          events.publish(observed.layout(), false, step.getClass().getSimpleName(), text);
        }
        case Outcome.Failed(var refusal, var why) -> LOG.warn(prefix + refusal.code() + ": " + why);
        case Outcome.Stale(var why) -> LOG.debug(prefix + "planned again: " + why);
        case Outcome.Postponed(var why) -> {
          if (!why.equals(waits.put(pass.id(), why)))
            LOG.info(prefix + step.text() + " postponed: " + why);
        }
        case Outcome.NothingToDo() -> {}
      }
      return;
    }
    var health = pass.health();
    var same = before.map(b -> b.health().equals(health)).orElse(false);
    if (pass instanceof Pass.Done(_, _, Plan.Await _, _, _, _) ? !lasts(pass, same) : same) return;
    var unwell =
        switch (health.condition()) {
          case HEALTHY, PROGRESSING -> false;
          case DEGRADED, BLOCKED, UNWRITABLE -> true;
        };
    if (unwell) LOG.warn(prefix + health.sentence());
    else LOG.info(prefix + health.sentence());
    // A wait is no news for kubectl describe; that it ended well or badly is.
    if (pass instanceof Pass.Done done
        && health.condition() != Condition.PROGRESSING
        && !done.untouchable())
      events.publish(
          done.observed().layout(),
          unwell,
          unwell ? (health.reason().isEmpty() ? "Degraded" : health.reason()) : "InSync",
          health.sentence());
  }

  /** What is waited for is said once it is waited for a second time: most of it passes at once. */
  private boolean lasts(Pass pass, boolean same) {
    var text = pass.health().text();
    return same && !text.equals(waits.put(pass.id(), text));
  }

  @Override
  public void failed(ClusterId id, RuntimeException e) {
    LOG.warnf(e, "%s could not be looked at, tried again", id);
  }
}
