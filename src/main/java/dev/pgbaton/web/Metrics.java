package dev.pgbaton.web;

import dev.pgbaton.apply.Outcome;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.cluster.VolumeSpace;
import dev.pgbaton.observed.Instance;
import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.PrimaryMove;
import dev.pgbaton.observed.Replication;
import dev.pgbaton.reconcile.Pass;
import dev.pgbaton.reconcile.ReconcileLoop;
import dev.pgbaton.report.ClusterHealth.Condition;
import dev.pgbaton.spec.SpecSource.Fetched;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Every metric of the daemon, each named once. What is not known is NaN, never 0. */
@ApplicationScoped
public class Metrics implements ReconcileLoop.Listener {
  /** From what is aimed at to what the tutorials' way takes. */
  private static final Duration[] OUTAGES =
      LongStream.of(
              100, 150, 200, 300, 500, 750, 1_000, 1_500, 2_000, 3_000, 5_000, 10_000, 20_000,
              30_000, 60_000)
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  private static final String UNDELIVERED = "pgbaton.statuses.undelivered";

  private static final String UNDELIVERED_HELP =
      "Commit statuses that the forge has not taken since the daemon's start; one that was refused for good counts until it takes another of that cluster. Without a cluster: the whole repository's";

  private final MeterRegistry registry;
  private final Map<Optional<ClusterId>, Integer> undelivered = new ConcurrentHashMap<>();
  private final Map<ClusterId, Cluster> clusters = new ConcurrentHashMap<>();

  /** A daemon that never gets to read it has to be seen, too. */
  private volatile Instant readAt = Instant.now();

  Metrics(MeterRegistry registry) {
    this.registry = registry;
    Gauge.builder("pgbaton.repository.age", this, Metrics::repositoryAge)
        .baseUnit("seconds")
        .description("Time since the repository was read last, or since the daemon's start")
        .register(registry);
    statusErrors();
    Gauge.builder(UNDELIVERED, this, m -> m.undelivered.getOrDefault(Optional.empty(), 0))
        .description(UNDELIVERED_HELP)
        .tags(Tags.of("namespace", "", "cluster", ""))
        .register(registry);
  }

  private double repositoryAge() {
    return age(readAt);
  }

  @Override
  public void fetched(Fetched fetched) {
    switch (fetched) {
      case Fetched.Head _ -> readAt = Instant.now();
      case Fetched.Nothing _ -> {
        readAt = Instant.now();
        error(kind(ErrorKind.REPOSITORY_EMPTY), Tags.empty());
      }
      case Fetched.Unreachable _ -> error(kind(ErrorKind.REPOSITORY_UNREACHABLE), Tags.empty());
    }
  }

  @Override
  public void passed(Pass pass, Optional<Pass> before) {
    switch (pass) {
      case Pass.Done done -> {
        count(done);
        cluster(pass.id()).took(done, before);
      }
      case Pass.Refused _ -> {
        if (before.map(b -> !(b instanceof Pass.Refused)).orElse(true))
          error(kind(ErrorKind.SPEC_REFUSED), tags(pass.id()));
        cluster(pass.id()).took(pass);
      }
      case Pass.Failed _ -> {
        error(kind(ErrorKind.PASS_FAILED), tags(pass.id()));
        cluster(pass.id()).sawNothing(pass);
      }
      case Pass.TooEarly _ -> {}
      case Pass.Removed _ ->
          Optional.ofNullable(clusters.remove(pass.id())).ifPresent(Cluster::remove);
    }
  }

  @Override
  public void failed(ClusterId id, RuntimeException e) {
    error(kind(ErrorKind.EXCEPTION), tags(id));
  }

  public void moved(PrimaryMove move) {
    moves(move.cluster(), move.cause()).increment();
  }

  private Counter moves(ClusterId id, PrimaryMove.Cause cause) {
    return Counter.builder("pgbaton.primary.moves")
        .description("How often the primary moved, by handoff or by failover")
        .tags(tags(id).and("cause", kind(cause)))
        .register(registry);
  }

  /**
   * @param gap for how long nobody could write, measured through the clients' route
   */
  public void handedOff(ClusterId id, Duration gap) {
    outages(id).record(gap);
  }

  private Timer outages(ClusterId id) {
    return Timer.builder("pgbaton.handoff.write.outage")
        .description("For how long nobody could write in a handoff, where it was measured")
        .tags(tags(id))
        .serviceLevelObjectives(OUTAGES)
        .register(registry);
  }

  /** The forge did not take a commit's status, now or for good. */
  public void statusNotTaken() {
    statusErrors().increment();
  }

  /**
   * @param of whose statuses the forge has not taken; empty for the whole repository's
   */
  public void undelivered(Optional<ClusterId> of, int statuses) {
    undelivered.put(of, statuses);
  }

  private Counter statusErrors() {
    return errors(kind(ErrorKind.STATUS_NOT_TAKEN), Tags.empty());
  }

  private void count(Pass.Done done) {
    switch (done.outcome()) {
      case Outcome.Failed(var refusal, _) -> error(kind(refusal), tags(done.id()));
      case Outcome.Stale _ -> error(kind(ErrorKind.STALE), tags(done.id()));
      case Outcome.Postponed _ -> error(kind(ErrorKind.POSTPONED), tags(done.id()));
      case Outcome.Applied _, Outcome.NothingToDo _ -> {}
    }
  }

  private Cluster cluster(ClusterId id) {
    return clusters.computeIfAbsent(id, Cluster::new);
  }

  private void error(String kind, Tags of) {
    errors(kind, of).increment();
  }

  private Counter errors(String kind, Tags of) {
    // Every series of one name has the same tags: what concerns no cluster has empty ones.
    var tags = Tags.of("namespace", "", "cluster", "").and(of).and("kind", kind);
    return Counter.builder("pgbaton.errors")
        .description("What went wrong, by kind; most is tried again by itself")
        .tags(tags)
        .register(registry);
  }

  private static Tags tags(ClusterId id) {
    return Tags.of("namespace", id.namespace(), "cluster", id.name());
  }

  static String kind(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static double age(Instant since) {
    return seconds(Duration.between(since, Instant.now()));
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }

  /** One cluster's meters, over its last pass. */
  private final class Cluster {
    private final Tags tags;
    private final List<Meter> meters = new ArrayList<>();
    private final Map<String, Meter> lags = new HashMap<>();
    private final Map<String, List<Meter>> volumes = new HashMap<>();
    private volatile Pass last;
    private Meter commit;
    private String commitId = "";
    private Meter reason;
    private String reasonCode = "";

    Cluster(ClusterId id) {
      tags = tags(id);
      // From 0 on: Prometheus sees no increase in a counter that begins with 1.
      for (var cause : PrimaryMove.Cause.values()) meters.add(moves(id, cause));
      meters.add(outages(id));
      meters.add(rollouts("success"));
      gauge(
          UNDELIVERED,
          null,
          UNDELIVERED_HELP,
          Tags.empty(),
          _ -> undelivered.getOrDefault(Optional.of(id), 0));
      for (var condition : Condition.values())
        gauge(
            "pgbaton.cluster.condition",
            null,
            "1 for the condition that the cluster is in: " + conditions(),
            Tags.of("condition", kind(condition)),
            c -> c.last.health().condition() == condition ? 1 : 0);
      for (var role : Role.values())
        gauge(
            "pgbaton.cluster.instances",
            null,
            "Instances by the role that PostgreSQL itself says it has",
            Tags.of("role", kind(role)),
            c -> c.instances().stream().filter(i -> i.role() == role).count());
      gauge(
          "pgbaton.cluster.instances.ready",
          null,
          "Instances whose pod is Ready",
          Tags.empty(),
          c -> c.instances().stream().filter(Instance::ready).count());
      gauge(
          "pgbaton.rollout.last.duration",
          "seconds",
          "How long the last rollout took",
          Tags.empty(),
          c -> c.lastRollout().flatMap(Cluster::took).map(Metrics::seconds).orElse(Double.NaN));
      gauge(
          "pgbaton.rollout.last.write.outage",
          "seconds",
          "Longest gap between acknowledged writes in the last rollout; NaN if it is not known",
          Tags.empty(),
          c ->
              c.lastRollout()
                  .flatMap(JournalEntry.Rollout::outage)
                  .map(Metrics::seconds)
                  .orElse(Double.NaN));
      gauge(
          "pgbaton.commit.age",
          "seconds",
          "Time since the commit that the cluster follows was taken up",
          Tags.empty(),
          c -> c.intent().map(i -> age(i.since())).orElse(Double.NaN));
    }

    private void gauge(
        String name, String unit, String description, Tags more, ToDoubleFunction<Cluster> value) {
      meters.add(
          Gauge.builder(name, this, c -> c.last == null ? Double.NaN : value.applyAsDouble(c))
              .baseUnit(unit)
              .description(description)
              .tags(tags.and(more))
              .register(registry));
    }

    synchronized void took(Pass pass) {
      last = pass;
      nameReason(pass);
    }

    /** What was the case stands until something else is seen. */
    synchronized void sawNothing(Pass failed) {
      if (last != null) return;
      last = failed;
      nameReason(failed);
    }

    synchronized void took(Pass.Done done, Optional<Pass> before) {
      last = done;
      nameReason(done);
      countRollouts(done, before);
      nameCommit(done);
      done.observed().instances().forEach(i -> lagOf(i.pod().name()));
      done.observed().instances().forEach(i -> volumeOf(i.pod().name()));
    }

    /** Rollouts that ended before this process began are not counted once more. */
    private void countRollouts(Pass.Done done, Optional<Pass> before) {
      if (!(before.orElse(null) instanceof Pass.Done earlier)) return;
      var known = earlier.observed().journal().rollouts();
      done.observed().journal().rollouts().stream()
          .filter(r -> !known.contains(r))
          .forEach(r -> rollouts(r.outcome().orElse("unknown")).increment());
    }

    private Counter rollouts(String outcome) {
      return Counter.builder("pgbaton.rollouts")
          .description("Rollouts that ended, by outcome")
          .tags(tags.and("outcome", outcome))
          .register(registry);
    }

    private void nameCommit(Pass.Done done) {
      var now = done.observed().journal().intent().map(JournalEntry.Intent::commit).orElse("");
      if (now.equals(commitId)) return;
      if (commit != null) registry.remove(commit);
      commitId = now;
      commit =
          Gauge.builder("pgbaton.commit.info", () -> 1)
              .description("The commit that the cluster follows, as a label")
              .tags(tags.and(Tag.of("commit", now)))
              .register(registry);
    }

    private void nameReason(Pass pass) {
      var now = pass.health().reason();
      if (reason != null && now.equals(reasonCode)) return;
      if (reason != null) registry.remove(reason);
      reasonCode = now;
      reason =
          Gauge.builder("pgbaton.cluster.reason.info", () -> 1)
              .description(
                  "The code of what the cluster is refused for, or waits for, as a label; empty where it is for nothing")
              .tags(tags.and(Tag.of("reason", now)))
              .register(registry);
    }

    private void lagOf(String pod) {
      lags.computeIfAbsent(
          pod,
          name ->
              Gauge.builder("pgbaton.replica.lag", this, c -> c.lag(name))
                  .baseUnit("bytes")
                  .description("WAL that a replica has not replayed; NaN while it does not stream")
                  .tags(tags.and("instance", name))
                  .register(registry));
    }

    private void volumeOf(String pod) {
      volumes.computeIfAbsent(
          pod,
          name ->
              List.of(
                  volume(
                      "pgbaton.volume.size",
                      "Size of an instance's volume",
                      name,
                      VolumeSpace::total),
                  volume("pgbaton.volume.free", "What is left of it", name, VolumeSpace::free),
                  volume(
                      "pgbaton.volume.set.aside",
                      "Of what is used: diverged data that was kept",
                      name,
                      VolumeSpace::setAside)));
    }

    private Meter volume(
        String meter, String description, String pod, ToLongFunction<VolumeSpace> value) {
      return Gauge.builder(
              meter,
              this,
              c -> c.space(pod).map(s -> (double) value.applyAsLong(s)).orElse(Double.NaN))
          .baseUnit("bytes")
          .description(description)
          .tags(tags.and("instance", pod))
          .register(registry);
    }

    private Optional<VolumeSpace> space(String pod) {
      return instances().stream()
          .filter(i -> i.pod().name().equals(pod))
          .map(Instance::answer)
          .flatMap(a -> a instanceof Answer.Known known ? known.volume().stream() : Stream.empty())
          .findFirst();
    }

    private double lag(String pod) {
      return instances().stream()
          .filter(i -> i.pod().name().equals(pod))
          .map(Instance::replication)
          .mapToDouble(
              replication ->
                  switch (replication) {
                    case Replication.Streaming(var bytes, _) -> bytes;
                    case Replication.Source _ -> 0;
                    case Replication.NotStreaming _, Replication.NotKnown _ -> Double.NaN;
                  })
          .findFirst()
          .orElse(Double.NaN);
    }

    private List<Instance> instances() {
      return last instanceof Pass.Done done ? done.observed().instances() : List.of();
    }

    private Optional<JournalEntry> journal() {
      return last instanceof Pass.Done done
          ? Optional.of(done.observed().journal())
          : Optional.empty();
    }

    private Optional<JournalEntry.Intent> intent() {
      return journal().flatMap(JournalEntry::intent);
    }

    private Optional<JournalEntry.Rollout> lastRollout() {
      return journal().map(JournalEntry::rollouts).filter(r -> !r.isEmpty()).map(List::getLast);
    }

    private static Optional<Duration> took(JournalEntry.Rollout rollout) {
      return rollout.endedAt().map(end -> Duration.between(rollout.startedAt(), end));
    }

    synchronized void remove() {
      meters.forEach(registry::remove);
      lags.values().forEach(registry::remove);
      volumes.values().forEach(meters -> meters.forEach(registry::remove));
      if (commit != null) registry.remove(commit);
      if (reason != null) registry.remove(reason);
    }
  }

  private static String conditions() {
    return String.join(
        ", ", java.util.Arrays.stream(Condition.values()).map(Metrics::kind).toList());
  }
}
