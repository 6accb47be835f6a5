package dev.pgbaton.reconcile;

import dev.pgbaton.apply.Outcome;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.observed.Journal;
import dev.pgbaton.plan.Plan;
import dev.pgbaton.spec.Problem;
import dev.pgbaton.spec.SpecSource;
import dev.pgbaton.spec.SpecSource.Fetched;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** Looks again when something moved or a time has come: the only place that sleeps. */
public final class ReconcileLoop implements AutoCloseable {
  /** Replication and roles are in no informer: PostgreSQL is asked this often. */
  private static final Duration AT_REST = Duration.ofSeconds(10);

  private static final Duration UNDER_WAY = Duration.ofSeconds(1);
  private static final Duration SHORTLY = Duration.ofMillis(200);

  /** Caches that don't catch up within ten seconds are news after all. */
  private static final int EARLY_LOOKS = 50;

  private static final Duration BLOCKED = Duration.ofSeconds(5);
  private static final Backoff EVICTION_REFUSED =
      new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(15));
  private static final Backoff AFTER_FAILURE =
      new Backoff(Duration.ofMillis(200), Duration.ofSeconds(30));

  private final SpecSource source;
  private final Reconciler reconciler;
  private final Reporter reporter;
  private final Journal journal;
  private final Listener listener;
  private final InstantSource clock;
  private final Set<String> namespaces;
  private final Duration interval;
  private final RandomGenerator random;
  private final ScheduledExecutorService timer;

  private final Map<ClusterId, Work> works = new ConcurrentHashMap<>();
  private final Map<ClusterId, Pass> passes = new ConcurrentSkipListMap<>();

  /**
   * Changed by the commit in force and not looked at since: what was last seen of them is no news
   * of this commit.
   */
  private final Set<ClusterId> unseen = ConcurrentHashMap.newKeySet();

  private volatile Repository repository;
  private volatile Optional<String> sourceTrouble = Optional.of("it was not read yet");
  private volatile Optional<Instant> fetchedAt = Optional.empty();
  private int fetchFailures;
  private volatile boolean closed;

  /** Hears what happens, for the log, the metrics and the Events. */
  public interface Listener {
    void fetched(Fetched fetched);

    /** A commit is in force from now on. */
    default void taken(Repository repository) {}

    /** On the thread that looks at a cluster, before it does. */
    default void begins(ClusterId id) {}

    void passed(Pass pass, Optional<Pass> before);

    void failed(ClusterId id, RuntimeException e);

    /** On the same thread as {@link #begins}, whatever came of it. */
    default void ended(ClusterId id) {}
  }

  /**
   * @param namespaces the only ones that are looked after; empty for all
   * @param interval between two looks at the repository, give or take a fifth
   * @param parallelism clusters that are looked at at the same time, at most
   */
  public ReconcileLoop(
      SpecSource source,
      Reconciler reconciler,
      Reporter reporter,
      Journal journal,
      Listener listener,
      InstantSource clock,
      RandomGenerator random,
      Set<String> namespaces,
      Duration interval,
      int parallelism) {
    this.source = source;
    this.reconciler = reconciler;
    this.reporter = reporter;
    this.journal = journal;
    this.listener = listener;
    this.clock = clock;
    this.random = random;
    this.namespaces = namespaces;
    this.interval = interval;
    // One thread more: a repository that hangs stops no cluster.
    var executor =
        new ScheduledThreadPoolExecutor(
            parallelism + 1, Thread.ofPlatform().name("reconcile-", 0).factory());
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    this.timer = executor;
  }

  public void start() {
    timer.execute(this::fetch);
  }

  /**
   * Something of this cluster moved. What neither the repository nor the journal knows is others'
   * business.
   */
  public void wake(ClusterId id) {
    var known = repository;
    if (known == null || id.equals(Reporter.REPOSITORY)) return;
    if (known.clusters().containsKey(id) || journal.clusters().contains(id))
      works.computeIfAbsent(id, Work::new).at(Duration.ZERO);
  }

  /** Something moved, and it is not known of whom. */
  public void wakeAll() {
    var known = repository;
    if (known != null) known.clusters().keySet().forEach(this::wake);
  }

  public Fleet fleet() {
    var known = repository;
    return new Fleet(
        Optional.ofNullable(known).map(Repository::head),
        sourceTrouble,
        fetchedAt,
        known == null ? List.of() : known.problems(),
        Collections.unmodifiableSortedMap(new TreeMap<>(passes)));
  }

  /** What the commit in force asks of a cluster; empty where it asks for nothing that can be. */
  public Optional<DesiredCluster> wanted(ClusterId id) {
    var known = repository;
    return known != null && known.clusters().get(id) instanceof Repository.Entry.Wanted wanted
        ? Optional.of(wanted.desired())
        : Optional.empty();
  }

  /**
   * Where the commit in force has a cluster.
   *
   * @param path of its file, or of its directory, with a slash at its end
   */
  public record Place(String path, String commit) {}

  /** Empty where that commit does not name it. */
  public Optional<Place> place(ClusterId id) {
    var known = repository;
    return Optional.ofNullable(known)
        .flatMap(r -> r.get(id))
        .map(entry -> new Place(entry.path(), known.head().commit()));
  }

  private void fetch() {
    if (closed) return;
    try {
      fetchOnce();
    } catch (RuntimeException | LinkageError e) {
      // Whatever a commit has in it: the next one is looked at all the same.
      fetchFailures++;
      sourceTrouble = Optional.of("it can't be understood: " + e);
      listener.failed(Reporter.REPOSITORY, new IllegalStateException("the repository", e));
    } finally {
      schedule(
          this::fetch,
          fetchFailures == 0
              ? jittered(interval)
              : new Backoff(interval, Duration.ofMinutes(5)).after(fetchFailures, random));
    }
  }

  private void fetchOnce() {
    Fetched fetched;
    try {
      fetched = source.fetch();
    } catch (RuntimeException e) {
      fetched = new Fetched.Unreachable("it can't be read: " + e);
    }
    listener.fetched(fetched);
    switch (fetched) {
      case Fetched.Head head -> take(head);
      case Fetched.Nothing(var reason) -> {
        fetchedAt = Optional.of(clock.instant());
        sourceTrouble = Optional.of(reason);
        fetchFailures = 0;
      }
      case Fetched.Unreachable(var reason) -> {
        sourceTrouble = Optional.of(reason);
        fetchFailures++;
      }
    }
    guarded(this::summarise).run();
  }

  private void take(Fetched.Head head) {
    fetchedAt = Optional.of(clock.instant());
    sourceTrouble = Optional.empty();
    fetchFailures = 0;
    var known = repository;
    if (known != null && known.head().equals(head.revision())) return;
    var next = Repository.of(head, namespaces);
    listener.taken(next);
    var changed = new TreeSet<>(journal.clusters());
    changed.remove(Reporter.REPOSITORY);
    changed.addAll(next.clusters().keySet());
    // Only what this commit changes is looked at because of it.
    if (known != null)
      changed.removeIf(id -> same(known.clusters().get(id), next.clusters().get(id)));
    synchronized (unseen) {
      unseen.addAll(changed);
      repository = next;
    }
    changed.forEach(this::wake);
  }

  private static boolean same(Repository.Entry before, Repository.Entry after) {
    return before != null
        && after != null
        && before.hash().equals(after.hash())
        && before.path().equals(after.path());
  }

  private void summarise() {
    var known = repository;
    if (known == null) return;
    // Until every cluster was looked at for this commit, nothing is said of it.
    if (!unseen.isEmpty() || !passes.keySet().containsAll(known.clusters().keySet())) return;
    var clusters =
        passes.values().stream().filter(p -> known.clusters().containsKey(p.id())).toList();
    var problems = known.mostUnheardOfFirst().stream().map(Problem::toString).toList();
    synchronized (reporter) {
      reporter
          .summary(Optional.of(known.head()), clusters, problems, clock.instant())
          .ifPresent(again -> schedule(this::summarise, again));
    }
  }

  private Duration jittered(Duration whole) {
    return Duration.ofMillis(Backoff.jitter(whole.toMillis(), random));
  }

  private void schedule(Runnable what, Duration in) {
    if (!closed) timer.schedule(guarded(what), in.toMillis(), TimeUnit.MILLISECONDS);
  }

  private Runnable guarded(Runnable what) {
    return () -> {
      try {
        what.run();
      } catch (RuntimeException e) {
        listener.failed(Reporter.REPOSITORY, e);
      }
    };
  }

  @Override
  public void close() {
    closed = true;
    timer.shutdown();
    try {
      if (!timer.awaitTermination(10, TimeUnit.SECONDS)) timer.shutdownNow();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      timer.shutdownNow();
    }
  }

  /**
   * One cluster's turn: at most one pass of it runs at a time, and the earliest time asked for
   * counts.
   */
  private final class Work {
    private final ClusterId id;
    private boolean running;
    private boolean again;
    private long due = Long.MAX_VALUE;
    private int failures;
    private int early;

    Work(ClusterId id) {
      this.id = id;
    }

    synchronized void at(Duration in) {
      if (closed) return;
      if (running) {
        if (in.isZero()) again = true;
        return;
      }
      var when = System.nanoTime() + in.toNanos();
      if (when >= due) return;
      due = when;
      timer.schedule(() -> run(when), in.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void run(long when) {
      synchronized (this) {
        // A nearer time was asked for meanwhile, and has run or will.
        if (running || when != due) return;
        running = true;
        again = false;
        due = Long.MAX_VALUE;
      }
      Duration next;
      listener.begins(id);
      try {
        next = pass();
      } catch (RuntimeException e) {
        listener.failed(id, e);
        next = AFTER_FAILURE.after(++failures, random);
      } catch (LinkageError e) {
        // Or this cluster would never be looked at again.
        listener.failed(id, new IllegalStateException(e));
        next = AFTER_FAILURE.after(++failures, random);
      } finally {
        listener.ended(id);
      }
      synchronized (this) {
        running = false;
        at(again ? Duration.ZERO : next);
      }
    }

    private Duration pass() {
      var current = repository;
      var pass = reconciler.pass(id, current, clock.instant());
      if (pass instanceof Pass.TooEarly && ++early < EARLY_LOOKS) return rest(pass);
      early = 0;
      var before = Optional.ofNullable(passes.put(id, pass));
      listener.passed(pass, before);
      if (pass instanceof Pass.Failed) return rest(pass);
      var owed = reporter.cluster(id, pass.health(), clock.instant());
      boolean first;
      synchronized (unseen) {
        first = repository == current && unseen.remove(id);
      }
      if (first || before.map(b -> !b.health().equals(pass.health())).orElse(true)) summarise();
      var rest = rest(pass);
      return owed.filter(o -> o.compareTo(rest) < 0).orElse(rest);
    }

    private Duration rest(Pass pass) {
      return switch (pass) {
        case Pass.Done(_, _, var plan, var outcome, _, _) -> rest(plan, outcome);
        case Pass.Refused _, Pass.Removed _ -> jittered(Duration.ofMinutes(5));
        case Pass.TooEarly _ -> SHORTLY;
        case Pass.Failed _ -> AFTER_FAILURE.after(++failures, random);
      };
    }

    private Duration rest(Plan plan, Outcome outcome) {
      return switch (outcome) {
        case Outcome.Stale _ -> AFTER_FAILURE.after(++failures, random);
        // A disruption budget is freed any moment, mostly by a pod whose coming back wakes us.
        case Outcome.Postponed _ ->
            plan instanceof Plan.Proceed(var step) && step.disruptive()
                ? EVICTION_REFUSED.after(++failures, random)
                : AFTER_FAILURE.after(++failures, random);
        case Outcome.Failed _ -> AFTER_FAILURE.after(Math.max(6, ++failures), random);
        case Outcome.Applied _ -> {
          failures = 0;
          yield Duration.ofMillis(300);
        }
        case Outcome.NothingToDo _ -> {
          failures = 0;
          yield switch (plan) {
            case Plan.InSync _ -> jittered(AT_REST);
            case Plan.Await _, Plan.Proceed _ -> UNDER_WAY;
            case Plan.Blocked _ -> jittered(BLOCKED);
          };
        }
      };
    }
  }
}
