package dev.pgbaton.reconcile;

import dev.pgbaton.apply.Outcome;
import dev.pgbaton.apply.StepRunner;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.desired.Mode;
import dev.pgbaton.observed.ClusterReader;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.ComparedSecrets;
import dev.pgbaton.observed.InstanceProbe;
import dev.pgbaton.observed.Journal;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.LookedUp;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.observed.RouteProbe;
import dev.pgbaton.plan.Plan;
import dev.pgbaton.plan.Plan.InSync;
import dev.pgbaton.plan.Plan.Proceed;
import dev.pgbaton.plan.Planner;
import dev.pgbaton.plan.Refusal;
import dev.pgbaton.plan.Step;
import dev.pgbaton.report.ClusterHealth;
import dev.pgbaton.report.ClusterHealth.Condition;
import dev.pgbaton.spec.Problem;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One look at one cluster: decides from Git and the live state, does at most one step, says what
 * came of it.
 */
public final class Reconciler {
  private final ClusterReader reader;
  private final InstanceProbe probe;
  private final RouteProbe routes;
  private final Journal journal;
  private final StepRunner runner;
  private final Chronicle chronicle;

  public Reconciler(
      ClusterReader reader,
      InstanceProbe probe,
      RouteProbe routes,
      Journal journal,
      StepRunner runner,
      Chronicle chronicle) {
    this.reader = reader;
    this.probe = probe;
    this.routes = routes;
    this.journal = journal;
    this.runner = runner;
    this.chronicle = chronicle;
  }

  public Pass pass(ClusterId id, Repository repository, Instant now) {
    var entry = repository.get(id).or(() -> brokenFile(id, repository));
    return switch (entry.orElse(null)) {
      case null -> removed(id, repository, now);
      case Repository.Entry.Refused refused -> refused(id, repository, refused, now);
      case Repository.Entry.Wanted wanted -> wanted(id, repository, wanted, now);
    };
  }

  private Pass wanted(
      ClusterId id, Repository repository, Repository.Entry.Wanted wanted, Instant now) {
    var noted = chronicle.intent(id, repository.head(), wanted, now);
    if (noted.isEmpty()) return failed(id, "the journal could not be written");

    var desired = wanted.desired();
    var observed = observe(desired, reader.cached(desired.layout(), keys(desired)), noted.get());
    if (!observed.snapshot().current())
      return new Pass.TooEarly(
          id, ClusterHealth.of(observed, waiting(), new Outcome.NothingToDo()));
    var plan = Planner.plan(desired, observed, now).located(wanted.spec());
    var outcome =
        switch (plan) {
          case Proceed(var step) ->
              step.takesALiveLook()
                  ? onALiveLook(desired, noted.get(), step, now)
                  : runner.run(step, observed, now);
          case InSync _ ->
              chronicle.knows(observed, desired)
                  ? new Outcome.NothingToDo()
                  : arrived(desired, noted.get(), now);
          case Plan.Await _, Plan.Blocked _ -> new Outcome.NothingToDo();
        };
    if (plan instanceof Plan.Blocked(var refusal, _, _) && lasts(refusal))
      chronicle.ended(
          observed, refusal == Refusal.SUSPENDED_BY_HAND ? "interrupted" : "failure", now);
    var after = observed.with(journal.read(id));
    var health = ClusterHealth.of(after, plan, outcome);
    return new Pass.Done(
        id,
        after,
        plan,
        outcome,
        desired.mode() == Mode.LEAVE ? health.left() : health.advised(desired.advice()),
        isUntouchable(desired.mode(), plan));
  }

  private static boolean isUntouchable(Mode mode, Plan plan) {
    return switch (mode) {
      case OBSERVE, SUSPEND -> true;
      case APPLY, LEAVE ->
          plan instanceof Plan.Blocked(var refusal, _, _) && refusal.forbidsEvents();
    };
  }

  /** A commit that is carried out was compared before. */
  private ComparedSecrets secrets(DesiredCluster desired, JournalEntry entry) {
    var done = entry.intent().map(JournalEntry.Intent::done).orElse(false);
    return done
        ? ComparedSecrets.SAME
        : compare(desired.ownersSecrets()).beside(compare(desired.otherSecrets()));
  }

  private LookedUp lookedUp(DesiredCluster desired, ClusterSnapshot snapshot) {
    var composed = desired.composedSecrets();
    return composed.isEmpty() ? LookedUp.SAME : reader.lookUp(composed, snapshot);
  }

  private ComparedSecrets compare(Map<ObjectKey, ? extends Map<String, String>> secrets) {
    return secrets.isEmpty() ? ComparedSecrets.SAME : reader.compare(secrets);
  }

  /** Two primaries, or none, may be a moment's look in the middle of a handoff. */
  private static boolean lasts(Refusal refusal) {
    return refusal != Refusal.MORE_THAN_ONE_PRIMARY && refusal != Refusal.NO_PRIMARY;
  }

  private static Plan waiting() {
    return new Plan.Await("our own writes to show", Instant.MAX);
  }

  private ObservedCluster observe(
      DesiredCluster desired, ClusterSnapshot snapshot, JournalEntry entry) {
    var answers = probe.ask(desired.layout(), snapshot.pods(), desired.settings().keySet());
    var observed =
        ObservedCluster.of(desired.layout(), snapshot, answers, entry)
            .with(secrets(desired, entry))
            .with(lookedUp(desired, snapshot));
    // While an instance is about to stop, the routes are the handoff's to lead.
    return entry.rollout().isPresent() || observed.primary().isEmpty()
        ? observed
        : observed.leading(routes.ask(desired.layout(), snapshot));
  }

  private ObservedCluster observeLive(DesiredCluster desired, JournalEntry entry) {
    return observe(desired, reader.live(desired.layout(), keys(desired)), entry);
  }

  /**
   * Caches may be late: right before an instance stops, everything is looked at again, and only the
   * same step runs.
   */
  private Outcome onALiveLook(DesiredCluster desired, JournalEntry entry, Step step, Instant now) {
    var observed = observeLive(desired, entry);
    return Planner.plan(desired, observed, now) instanceof Proceed(var again)
            && again.text().equals(step.text())
        ? runner.run(again, observed, now)
        : new Outcome.Stale("a closer look shows something else than the caches");
  }

  /** The first green for an intent counts only on a live look. */
  private Outcome arrived(DesiredCluster desired, JournalEntry entry, Instant now) {
    var observed = observeLive(desired, entry);
    if (!(Planner.plan(desired, observed, now) instanceof InSync))
      return new Outcome.Stale("a closer look shows something else than the caches");
    return chronicle.arrived(observed, desired, now)
        ? new Outcome.NothingToDo()
        : new Outcome.Stale("the journal could not be written");
  }

  private static Set<ObjectKey> keys(DesiredCluster desired) {
    return desired.objects().stream()
        .map(DesiredObject::key)
        .collect(Collectors.toUnmodifiableSet());
  }

  private Optional<Repository.Entry> brokenFile(ClusterId id, Repository repository) {
    return journal
        .read(id)
        .intent()
        .filter(i -> !i.path().isEmpty())
        .flatMap(i -> repository.brokenFile(i.path()))
        .map(Repository.Entry.class::cast);
  }

  private Pass refused(
      ClusterId id, Repository repository, Repository.Entry.Refused refused, Instant now) {
    if (chronicle.intent(id, repository.head(), refused, now).isEmpty())
      return failed(id, "the journal could not be written");
    return new Pass.Refused(id, refused.problems(), refusal(refused.problems()));
  }

  private static ClusterHealth refusal(List<Problem> problems) {
    var more = problems.size() == 1 ? "" : " (and %d more)".formatted(problems.size() - 1);
    return new ClusterHealth(Condition.BLOCKED, "", problems.getFirst() + more);
  }

  private Pass removed(ClusterId id, Repository repository, Instant now) {
    if (!chronicle.removed(id, repository.head(), now))
      return failed(id, "the journal could not be written");
    return new Pass.Removed(
        id,
        new ClusterHealth(
            Condition.HEALTHY,
            "",
            "no file names %s any more; its objects and data are left as they are".formatted(id)));
  }

  private static Pass failed(ClusterId id, String why) {
    return new Pass.Failed(id, new ClusterHealth(Condition.PROGRESSING, "", why));
  }
}
