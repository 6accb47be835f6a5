package dev.pgbaton.daemon;

import dev.pgbaton.apply.ClusterWriter;
import dev.pgbaton.apply.StepRunner;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.git.JGitSpecSource;
import dev.pgbaton.observed.ClusterReader;
import dev.pgbaton.observed.InstanceProbe;
import dev.pgbaton.observed.PrimaryMove;
import dev.pgbaton.observed.RouteProbe;
import dev.pgbaton.reconcile.Chronicle;
import dev.pgbaton.reconcile.Fleet;
import dev.pgbaton.reconcile.ReconcileLoop;
import dev.pgbaton.reconcile.Reconciler;
import dev.pgbaton.reconcile.Reporter;
import dev.pgbaton.reconcile.Requests;
import dev.pgbaton.reconcile.Requests.Answer;
import dev.pgbaton.report.Contexts;
import dev.pgbaton.report.EventSink;
import dev.pgbaton.spec.SpecHistory.SpecChange;
import dev.pgbaton.web.Decisions;
import dev.pgbaton.web.Emitted;
import dev.pgbaton.web.FleetRequests;
import dev.pgbaton.web.FleetView;
import dev.pgbaton.web.Metrics;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import org.jboss.logging.Logger;

/** Puts the parts together and keeps them running. */
@ApplicationScoped
public class Daemon implements FleetView, FleetRequests {
  private static final Logger LOG = Logger.getLogger("dev.pgbaton");

  private final DaemonConfig config;
  private final Backends backends;
  private final Metrics metrics;
  private final Decisions decisions;
  private final Emitted emitted;
  private Backend backend;
  private volatile PrimaryMoves moves;
  private volatile ReconcileLoop loop;
  private volatile LastChanges history;
  private Optional<Traces> traces = Optional.empty();

  Daemon(
      DaemonConfig config,
      Backends backends,
      Metrics metrics,
      Decisions decisions,
      Emitted emitted) {
    this.config = config;
    this.backends = backends;
    this.metrics = metrics;
    this.decisions = decisions;
    this.emitted = emitted;
  }

  void start(@Observes StartupEvent event) {
    try {
      start(DaemonSettings.of(config));
    } catch (DaemonSettings.BadConfiguration e) {
      // For a person: the list, without a stack.
      LOG.error(e.getMessage());
      Quarkus.asyncExit(2);
    }
  }

  private void start(DaemonSettings settings) {
    backend = backends.of(settings, this::wake, this::wakeAll, this::moved);
    var events = emitted.before(backend.events());
    moves = new PrimaryMoves(events, metrics);
    var name = UUID.randomUUID().toString();
    var contexts = new Contexts(config.environment());
    var journal = backend.journal();
    traces = config.traces().endpoint().map(Traces::to);
    var runner =
        new StepRunner(
            traced(ClusterWriter.class, backend.writer()), journal, backend.writeProbe(), name);
    var chronicle = new Chronicle(journal, backend.writeProbe(), contexts, name);
    var repository = new JGitSpecSource(backends.git(settings), settings.manifests());
    history = new LastChanges(repository);
    loop =
        new ReconcileLoop(
            repository,
            new Reconciler(
                traced(ClusterReader.class, backend.reader()),
                traced(InstanceProbe.class, backend.probe()),
                traced(RouteProbe.class, backend.routes()),
                journal,
                runner,
                chronicle),
            new Reporter(
                backends.statuses(settings),
                journal,
                contexts,
                new Reporter.Listener() {
                  @Override
                  public void notTaken(String why) {
                    LOG.warn(why);
                    metrics.statusNotTaken();
                  }

                  @Override
                  public void undelivered(Optional<ClusterId> of, int statuses) {
                    metrics.undelivered(of, statuses);
                  }
                }),
            journal,
            new Listeners(listeners(events)),
            Clock.systemUTC(),
            new SplittableRandom(),
            Set.copyOf(config.namespaces().orElse(List.of())),
            settings.interval(),
            config.parallelism());
    backend.start();
    // Informers fill in the background: a slow API server must not fail the start.
    Thread.ofPlatform().name("start").daemon().start(this::startWhenReady);
  }

  private <T> T traced(Class<T> port, T to) {
    return traces.map(t -> t.around(port, to)).orElse(to);
  }

  private List<ReconcileLoop.Listener> listeners(EventSink events) {
    var listeners = new ArrayList<ReconcileLoop.Listener>();
    listeners.add(new DaemonLog(events));
    traces.ifPresent(listeners::add);
    listeners.addAll(List.of(metrics, moves, decisions, new MendedUsers(events)));
    return List.copyOf(listeners);
  }

  private void startWhenReady() {
    try {
      while (!backend.ready()) Thread.sleep(50);
      loop.start();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void wake(ClusterId id) {
    var running = loop;
    if (running != null) running.wake(id);
  }

  private void moved(PrimaryMove move) {
    var listening = moves;
    if (listening != null) listening.accept(move);
  }

  private void wakeAll() {
    var running = loop;
    if (running != null) running.wakeAll();
  }

  void stop(@Observes ShutdownEvent event) {
    if (loop != null) loop.close();
    if (backend != null) backend.close();
    traces.ifPresent(Traces::close);
  }

  /** All that is known now. */
  @Override
  public Fleet fleet() {
    return loop == null
        ? new Fleet(
            Optional.empty(), Optional.of("starting"), Optional.empty(), List.of(), new TreeMap<>())
        : loop.fleet();
  }

  @Override
  public Optional<DesiredCluster> wanted(ClusterId id) {
    return loop == null ? Optional.empty() : loop.wanted(id);
  }

  @Override
  public Optional<List<SpecChange>> changes(ClusterId id) {
    if (loop == null) return Optional.empty();
    return loop.place(id)
        .map(place -> history.of(id, place.path(), place.commit()))
        .orElseGet(() -> Optional.of(List.of()));
  }

  @Override
  public Answer retry(ClusterId id) {
    var answer = requests().retry(id, Instant.now());
    wake(id);
    return answer;
  }

  @Override
  public Answer suspend(ClusterId id, String by) {
    var answer = requests().suspend(id, by, Instant.now());
    wake(id);
    return answer;
  }

  @Override
  public Answer resume(ClusterId id) {
    var answer = requests().resume(id, Instant.now());
    wake(id);
    return answer;
  }

  @Override
  public Answer handOff(ClusterId id, Optional<String> from, Optional<String> to) {
    return wanted(id)
        .map(desired -> requests().handOff(desired, from, to))
        .orElseGet(() -> new Answer(false, "Git does not say how %s shall be.".formatted(id)));
  }

  private Requests requests() {
    return new Requests(backend.reader(), backend.probe(), backend.journal(), backend.writer());
  }

  /** What can't be seen at the moment, for a person; empty when all is well. */
  @Override
  public List<String> blindTo() {
    return backend == null ? List.of("everything: starting") : backend.blindTo();
  }
}
