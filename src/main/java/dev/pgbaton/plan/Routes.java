package dev.pgbaton.plan;

import dev.pgbaton.observed.JournalEntry.StepRecord;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.observed.RouteProbe.Leads;
import dev.pgbaton.plan.Plan.Await;
import dev.pgbaton.plan.Plan.Blocked;
import dev.pgbaton.plan.Plan.Proceed;
import dev.pgbaton.plan.Step.ReplacePgpool;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Whether clients get to the primary, where every instance is well. */
final class Routes {
  /** A handoff, and a slow moment, are over by then. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** The Lease's holder looks after its slice every ten seconds. */
  private static final Duration HOLDERS_TURN = Duration.ofSeconds(30);

  private Routes() {}

  static Optional<Plan> repair(ObservedCluster observed, Instant now) {
    var service = observed.layout().primaryService();
    if (observed.routes().get(service) instanceof Leads.Astray(var since, var what))
      return Optional.of(
          now.isBefore(since.plus(HOLDERS_TURN))
              ? new Await(
                  "the Service %s to lead to the primary: %s".formatted(service, what),
                  since.plus(HOLDERS_TURN))
              : new Blocked(
                  Refusal.ROUTE_ASTRAY,
                  "the Service %s does not lead to the primary: %s. Its EndpointSlice is written by the primary's pod; see its log"
                      .formatted(service, what)));
    // By name: one at a time, and always the same one.
    for (var pod : observed.snapshot().pgpoolPods()) {
      if (observed.routes().get(pod.getMetadata().getName())
          instanceof Leads.Astray(var since, var what))
        return Optional.of(pgpool(pod, since, what, observed, now));
    }
    return Optional.empty();
  }

  private static Plan pgpool(
      Pod pod, Instant since, String what, ObservedCluster observed, Instant now) {
    var name = pod.getMetadata().getName();
    if (now.isBefore(since.plus(PATIENCE)))
      return new Await("%s to lead to the primary: %s".formatted(name, what), since.plus(PATIENCE));
    var inVain =
        observed
            .journal()
            .step()
            .filter(step -> step.text().startsWith(ReplacePgpool.WORDS))
            .filter(step -> madeAfter(pod, step))
            .isPresent();
    return inVain
        ? new Blocked(
            Refusal.ROUTE_ASTRAY,
            "%s does not lead to the primary, though it took another one's place: %s. See its log"
                .formatted(name, what))
        : new Proceed(new ReplacePgpool(Step.ref(pod), what));
  }

  private static boolean madeAfter(Pod pod, StepRecord step) {
    var made = pod.getMetadata().getCreationTimestamp();
    return made != null && !Instant.parse(made).isBefore(step.startedAt().minusSeconds(1));
  }
}
