package dev.pgbaton.sandbox;

import dev.pgbaton.apply.ClusterWriter;
import dev.pgbaton.apply.Outcome;
import dev.pgbaton.apply.StepRunner;
import dev.pgbaton.apply.WriteProbe;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.observed.ClusterReader;
import dev.pgbaton.observed.InstanceProbe;
import dev.pgbaton.observed.Journal;
import dev.pgbaton.observed.RouteProbe;
import dev.pgbaton.plan.Plan;
import dev.pgbaton.reconcile.Chronicle;
import dev.pgbaton.reconcile.Pass;
import dev.pgbaton.reconcile.Reconciler;
import dev.pgbaton.reconcile.Reporter;
import dev.pgbaton.reconcile.Repository;
import dev.pgbaton.report.CommitStatuses;
import dev.pgbaton.report.Contexts;
import dev.pgbaton.spec.SpecSource;
import dev.pgbaton.spec.SpecSource.Fetched;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One life of the daemon: the real decisions, run as {@code ReconcileLoop} runs them, but on the
 * agenda.
 */
final class SimulatedDaemon {
  static final Contexts CONTEXTS = new Contexts("simulation");
  private static final long POLL_MILLIS = 5000;

  private final World world;
  private final String name;
  private final Mortality mortality = new Mortality();
  private final DaemonCache cache;
  private final SandboxWriteProbe measuring;
  private final FakeGit git;
  private final SpecSource source;
  private final Reconciler reconciler;
  private final Reporter reporter;
  private final Journal journal;
  private final Map<ClusterId, Pass> passes = new TreeMap<>();
  private final Map<ClusterId, Long> due = new TreeMap<>();
  private final java.util.Set<ClusterId> unseen = new TreeSet<>();
  private Repository repository;
  private int failures;
  private int passesDone;
  private String lastSaid = "";

  SimulatedDaemon(
      World world, String name, FakeGit git, CommitStatuses forge, PortWrapper wrapper) {
    this.world = world;
    this.name = name;
    this.cache =
        new DaemonCache(
            world.agenda(), world.chance(), world.store(), world.api(), () -> wakeAll(20));
    this.measuring = new SandboxWriteProbe(world);
    this.git = git;
    this.source = mortality.of(SpecSource.class, git);
    this.journal = mortality.of(Journal.class, world.journal());
    var writer =
        mortality.of(
            ClusterWriter.class,
            wrapper.writer(
                new SandboxWriter(
                    world.store(), world.apply(), world.deletions(), cache, world.api(), _ -> {})));
    var writeProbe = mortality.of(WriteProbe.class, measuring);
    this.reconciler =
        new Reconciler(
            mortality.of(ClusterReader.class, new SandboxReader(world.store(), cache, world.api())),
            mortality.of(InstanceProbe.class, wrapper.probe(new SandboxProbe(world))),
            RouteProbe.NONE,
            journal,
            new StepRunner(writer, journal, writeProbe, name),
            new Chronicle(journal, writeProbe, CONTEXTS, name));
    this.reporter =
        new Reporter(mortality.of(CommitStatuses.class, forge), journal, CONTEXTS, _ -> {});
  }

  /** Puts something between the daemon and its ports. */
  interface PortWrapper {
    ClusterWriter writer(ClusterWriter writer);

    InstanceProbe probe(InstanceProbe probe);
  }

  void start() {
    alive(0, this::fetch);
  }

  void killAtCall(int calls, boolean before) {
    mortality.at(calls, before);
  }

  boolean dead() {
    return mortality.dead();
  }

  DaemonCache cache() {
    return cache;
  }

  int passesDone() {
    return passesDone;
  }

  /** Nothing of it is left in memory. */
  void bury() {
    mortality.at(0, true);
    cache.close();
    world.sites().keySet().forEach(id -> measuring.forget(id));
  }

  private void fetch() {
    alive(POLL_MILLIS, this::fetch);
    switch (source.fetch()) {
      case Fetched.Head head -> take(head);
      case Fetched.Nothing _, Fetched.Unreachable _ -> {}
    }
    summarise();
  }

  private void take(Fetched.Head head) {
    if (repository != null && repository.head().equals(head.revision())) return;
    repository = git.at(head.revision().commit());
    var all = new TreeSet<>(journal.clusters());
    all.removeIf(id -> id.namespace().contains("."));
    all.addAll(repository.clusters().keySet());
    unseen.addAll(all);
    all.forEach(id -> wake(id, 0));
  }

  private void wakeAll(long in) {
    if (repository != null) repository.clusters().keySet().forEach(id -> wake(id, in));
  }

  private void wake(ClusterId id, long in) {
    var at = world.agenda().millis() + in;
    if (due.getOrDefault(id, Long.MAX_VALUE) <= at) return;
    due.put(id, at);
    alive(
        in,
        () -> {
          if (due.getOrDefault(id, 0L) != at) return;
          due.remove(id);
          pass(id);
        });
  }

  private void pass(ClusterId id) {
    passesDone++;
    Pass pass;
    try {
      pass = reconciler.pass(id, repository, world.agenda().now());
    } catch (ClusterReader.ReadFailed e) {
      wake(id, backOff());
      return;
    }
    if (pass instanceof Pass.TooEarly) {
      wake(id, rest(pass));
      return;
    }
    say(pass);
    passes.put(id, pass);
    unseen.remove(id);
    var owed =
        pass instanceof Pass.Failed
            ? Optional.<Duration>empty()
            : reporter.cluster(id, pass.health(), world.agenda().now());
    summarise();
    var rest = rest(pass);
    wake(id, owed.map(o -> Math.min(o.toMillis(), rest)).orElse(rest));
  }

  private void say(Pass pass) {
    if (!world.trace().on()) return;
    var what =
        pass instanceof Pass.Done(_, _, var plan, var outcome, _, _)
            ? words(plan) + " → " + outcome
            : pass.health().sentence();
    if (what.equals(lastSaid)) return;
    lastSaid = what;
    world.trace().say(name, what.substring(0, Math.min(1500, what.length())));
  }

  private static String words(Plan plan) {
    return plan instanceof Plan.Proceed(var step) ? step.text() : plan.toString();
  }

  private void summarise() {
    if (repository == null
        || !unseen.isEmpty()
        || !passes.keySet().containsAll(repository.clusters().keySet())) return;
    var problems = repository.problems().stream().map(Object::toString).toList();
    var now = world.agenda().now();
    reporter.summary(Optional.of(repository.head()), passes.values(), problems, now);
  }

  private long rest(Pass pass) {
    return switch (pass) {
      case Pass.Refused _, Pass.Removed _ -> 300_000;
      case Pass.Failed _ -> backOff();
      case Pass.TooEarly _ -> 200;
      case Pass.Done(_, _, var plan, var outcome, _, _) ->
          switch (outcome) {
            case Outcome.Stale _, Outcome.Failed _ -> backOff();
            case Outcome.Postponed _ -> 1000;
            case Outcome.Applied _ -> {
              failures = 0;
              yield 300;
            }
            case Outcome.NothingToDo _ -> {
              failures = 0;
              yield switch (plan) {
                case Plan.InSync _ -> 10_000;
                case Plan.Await _, Plan.Proceed _ -> 1000;
                case Plan.Blocked _ -> 5000;
              };
            }
          };
    };
  }

  private long backOff() {
    return Math.min(30_000, 200L << Math.min(8, failures++));
  }

  private void alive(long in, Runnable what) {
    world
        .agenda()
        .in(
            in,
            () -> {
              if (mortality.dead()) return;
              try {
                what.run();
              } catch (Mortality.Killed e) {
                world.trace().say("!! " + name, "is killed");
              }
            });
  }
}
