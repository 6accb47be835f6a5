package dev.pgbaton.web;

import dev.pgbaton.cluster.Role;
import dev.pgbaton.observed.Instance;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.Replication;
import dev.pgbaton.reconcile.Fleet;
import dev.pgbaton.reconcile.Pass;
import dev.pgbaton.report.ClusterHealth.Condition;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is known of the clusters, as numbers. What is not known is NaN or absent, never 0. */
@ApplicationScoped
class FleetMetrics {
  private final FleetView view;
  private final MultiGauge conditions;
  private final MultiGauge instances;
  private final MultiGauge lags;
  private final MultiGauge rollouts;
  private final MultiGauge rolloutSeconds;
  private final MultiGauge outages;
  private final MultiGauge commits;

  FleetMetrics(FleetView view, MeterRegistry registry) {
    this.view = view;
    conditions =
        gauges(registry, "pgbaton.cluster.condition", "1 for the condition that a cluster is in");
    instances = gauges(registry, "pgbaton.cluster.instances", "Instances by role and readiness");
    lags = gauges(registry, "pgbaton.replica.lag.bytes", "WAL that a replica has not replayed yet");
    rollouts = gauges(registry, "pgbaton.rollouts", "The last 50 rollouts by outcome");
    rolloutSeconds =
        gauges(registry, "pgbaton.last.rollout.seconds", "How long the last rollout took");
    outages =
        gauges(
            registry,
            "pgbaton.last.rollout.write.outage.seconds",
            "Longest gap between acknowledged writes during the last rollout; NaN is not known");
    commits =
        gauges(registry, "pgbaton.cluster.commit", "1 for the commit that a cluster is brought to");
    Gauge.builder(
            "pgbaton.commit.age.seconds",
            () -> age(view.fleet().head().map(head -> head.committedAt())))
        .description("Since the commit in force was made")
        .register(registry);
    Gauge.builder("pgbaton.repository.read.age.seconds", () -> age(view.fleet().fetchedAt()))
        .description("Since the repository answered last")
        .register(registry);
    Gauge.builder("pgbaton.blind", () -> view.blindTo().size())
        .description("Kinds of objects that can't be seen now")
        .register(registry);
  }

  private static MultiGauge gauges(MeterRegistry registry, String name, String description) {
    return MultiGauge.builder(name).description(description).register(registry);
  }

  private static double age(Optional<Instant> then) {
    return then.map(t -> Duration.between(t, Instant.now()).toMillis() / 1000.0).orElse(Double.NaN);
  }

  @Scheduled(every = "5s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  void refresh() {
    var fleet = view.fleet();
    rows(conditions, fleet, FleetMetrics::conditions);
    rows(instances, fleet, done(FleetMetrics::instances));
    rows(lags, fleet, done(FleetMetrics::lags));
    rows(rollouts, fleet, done(FleetMetrics::rollouts));
    rows(rolloutSeconds, fleet, last(r -> r.endedAt().map(e -> between(r.startedAt(), e))));
    rows(
        outages,
        fleet,
        last(r -> Optional.of(r.outage().map(o -> o.toMillis() / 1000.0).orElse(Double.NaN))));
    rows(commits, fleet, done(FleetMetrics::commits));
  }

  private static void rows(
      MultiGauge gauge, Fleet fleet, Function<Pass, Stream<Row<Number>>> rowsOf) {
    var rows = new ArrayList<Row<?>>();
    fleet.passes().values().forEach(pass -> rowsOf.apply(pass).forEach(rows::add));
    gauge.register(rows, true);
  }

  private static Tags tags(Pass pass) {
    return Tags.of("namespace", pass.id().namespace(), "cluster", pass.id().name());
  }

  private static Row<Number> row(Tags tags, double value) {
    return Row.of(tags, value);
  }

  private static Stream<Row<Number>> conditions(Pass pass) {
    return Stream.of(Condition.values())
        .map(
            condition ->
                row(
                    tags(pass).and("condition", condition.name().toLowerCase(Locale.ROOT)),
                    pass.health().condition() == condition ? 1 : 0));
  }

  /** Of a cluster that was looked at; one that is refused shows no numbers of its instances. */
  private static Function<Pass, Stream<Row<Number>>> done(
      Function<Pass.Done, Stream<Row<Number>>> rowsOf) {
    return pass -> pass instanceof Pass.Done done ? rowsOf.apply(done) : Stream.of();
  }

  private static Stream<Row<Number>> instances(Pass.Done pass) {
    return Stream.of(Role.values())
        .flatMap(
            role ->
                Stream.of(true, false)
                    .map(
                        ready ->
                            row(
                                tags(pass)
                                    .and(
                                        "role",
                                        role.name().toLowerCase(Locale.ROOT),
                                        "ready",
                                        ready.toString()),
                                count(pass.observed().instances(), role, ready))));
  }

  private static long count(List<Instance> instances, Role role, boolean ready) {
    return instances.stream().filter(i -> i.role() == role && i.ready() == ready).count();
  }

  private static Stream<Row<Number>> lags(Pass.Done pass) {
    return pass.observed().instances().stream()
        .flatMap(
            instance ->
                instance.replication() instanceof Replication.Streaming(var lag, _)
                    ? Stream.of(row(tags(pass).and("instance", instance.pod().name()), lag))
                    : Stream.of());
  }

  private static Stream<Row<Number>> rollouts(Pass.Done pass) {
    return pass.observed().journal().rollouts().stream()
        .collect(Collectors.groupingBy(r -> r.outcome().orElse(""), Collectors.counting()))
        .entrySet()
        .stream()
        .map(e -> row(tags(pass).and("outcome", e.getKey()), e.getValue()));
  }

  private static Function<Pass, Stream<Row<Number>>> last(
      Function<JournalEntry.Rollout, Optional<Double>> value) {
    return done(
        pass -> {
          var all = pass.observed().journal().rollouts();
          return all.isEmpty()
              ? Stream.of()
              : value.apply(all.getLast()).stream().map(v -> row(tags(pass), v));
        });
  }

  private static double between(Instant from, Instant to) {
    return Duration.between(from, to).toMillis() / 1000.0;
  }

  private static Stream<Row<Number>> commits(Pass.Done pass) {
    return pass.observed().journal().intent().stream()
        .map(intent -> row(tags(pass).and("commit", intent.commit()), 1));
  }
}
