package dev.pgbaton.plan;

import static dev.pgbaton.cluster.Role.PRIMARY;
import static dev.pgbaton.cluster.Role.REPLICA;

import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.observed.Instance;
import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.observed.JournalEntry.StepRecord;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Plan.Await;
import dev.pgbaton.plan.Plan.Blocked;
import dev.pgbaton.plan.Plan.Proceed;
import dev.pgbaton.plan.Step.GiveUp;
import dev.pgbaton.plan.Step.HandOffPrimary;
import dev.pgbaton.plan.Step.RestartInPlace;
import dev.pgbaton.plan.Step.RestartReplica;
import dev.pgbaton.plan.Step.RestartSolo;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Which instance restarts next: replicas first, the primary last and only by a handoff. */
final class Rollout {
  /** A refused handoff is asked for again after this long: the reason may pass. */
  private static final Duration RETRY_HANDOFF = Duration.ofSeconds(30);

  /** Trouble that can't pass by itself is watched this long before a rollout is given up for it. */
  private static final Duration HOPELESS_AFTER = Duration.ofSeconds(5);

  private final DesiredCluster wanted;
  private final DesiredCluster desired;
  private final ObservedCluster observed;
  private final Instant now;
  private final String target;
  private final long maxLag;

  private Rollout(
      DesiredCluster wanted, DesiredCluster desired, ObservedCluster observed, Instant now) {
    this.wanted = wanted;
    this.desired = desired;
    this.observed = observed;
    this.now = now;
    this.target = observed.statefulSet().orElseThrow().getStatus().getUpdateRevision();
    this.maxLag = desired.rollout().maxReplicaLag();
  }

  /**
   * @return empty if every instance runs the right revision and is well
   */
  static Optional<Plan> next(
      DesiredCluster wanted, DesiredCluster desired, ObservedCluster observed, Instant now) {
    return Optional.ofNullable(new Rollout(wanted, desired, observed, now).next());
  }

  private Plan next() {
    var outdated = observed.instances().stream().filter(this::isOutdated).toList();
    var unsettled =
        observed.instances().stream().filter(i -> !i.settled(maxLag) && !isStalled(i)).toList();

    var broken = replaceBroken(outdated, unsettled);
    if (broken != null) return broken;

    if (observed.primaries().size() > 1) {
      var leaving = othersPrimaryThatLeaves();
      if (leaving.isPresent()) return leaving.get();
      return new Blocked(
          Refusal.MORE_THAN_ONE_PRIMARY,
          "%s all say that they are the primary; nothing is restarted until one of them is not."
              .formatted(observed.primaries()));
    }
    if (!unsettled.isEmpty()) return awaitOrGiveUp(foremost(unsettled));
    if (observed.instances().size() < desired.layout().instances()) return awaitMissing();
    if (observed.instances().size() > desired.layout().instances()) return awaitLeaving();
    // Scaled to nothing on purpose: the data waits on its volumes.
    if (observed.instances().isEmpty() && desired.layout().instances() == 0) return null;
    if (observed.primary().isEmpty()) return awaitPrimary();

    // Every instance is Ready and streams from here on. UNKNOWN never gets here: it is not settled.
    var handingOff = handOffUnderWay(desired, observed, observed.primary().get(), now);
    if (outdated.isEmpty())
      return settingsNeedingRestart().map(plan -> handingOff.orElse(plan)).orElse(null);
    // Asked for by an earlier intent, or by somebody else: the primary is about to stop.
    if (handingOff.isPresent()) return handingOff.get();
    if (pgpoolUnsettled())
      return new Await(
          "pgpool's pods to be Ready before an instance restarts",
          Deadlines.sinceIntent(desired, observed));
    var unsafe = beforeTheFirstRestart(outdated);
    if (unsafe.isPresent()) return unsafe.get();
    var collation = collationChanged(outdated);
    if (collation.isPresent()) return collation.get();
    var primary = observed.primary().get();
    var replicas = outdated.stream().filter(i -> i.role() == REPLICA).toList();
    var replica =
        replicas.stream()
            .filter(this::isStalled)
            .findFirst()
            .or(() -> replicas.stream().findFirst());
    if (replica.isPresent()) {
      return new Proceed(
          new RestartReplica(
              replica.get().pod(),
              false,
              Reasons.of(wanted, desired, observed, replica.get(), target)));
    }
    var reason = Reasons.of(wanted, desired, observed, primary, target);
    if (observed.instances().size() == 1)
      return new Proceed(new RestartSolo(primary.pod(), reason));
    return handOff(desired, observed, primary, i -> !isOutdated(i), reason, now);
  }

  /** Others' images may promote the next one while the last one's hook still waits for that. */
  private Optional<Plan> othersPrimaryThatLeaves() {
    if (desired.layout().capabilities().instanceProgram()) return Optional.empty();
    var deadline = Deadlines.sinceBegun(desired, observed);
    return observed.primaries().stream()
        .filter(Instance::terminating)
        .filter(_ -> now.isBefore(deadline))
        .findFirst()
        .map(i -> new Await("%s to end, which was the primary".formatted(i), deadline));
  }

  private Optional<Plan> beforeTheFirstRestart(List<Instance> outdated) {
    var journal = observed.journal();
    return journal.rollout().isPresent() || LastGood.quarantine(journal).isPresent()
        ? Optional.empty()
        : Unsafe.beforeTheFirstRestart(observed, outdated)
            .map(unsafe -> Planner.refusal(unsafe, observed, now));
  }

  private Optional<Plan> collationChanged(List<Instance> outdated) {
    if (LastGood.quarantine(observed.journal()).isPresent()) return Optional.empty();
    return Collations.changed(desired, observed, outdated)
        .map(
            text ->
                LastGood.differs(desired, observed.journal())
                    ? new Proceed(new GiveUp(Refusal.COLLATION_CHANGED, text))
                    : new Blocked(Refusal.COLLATION_CHANGED, text + "."));
  }

  private boolean isOutdated(Instance instance) {
    return !instance.revision().equals(target);
  }

  /** It can't catch up before it restarts: so this is not waited for. */
  private boolean isStalled(Instance instance) {
    return isOutdated(instance) && Replay.pausedUntilRestart(instance, observed);
  }

  private boolean pgpoolUnsettled() {
    return observed.pgpool().map(d -> !Pgpool.settled(d)).orElse(false);
  }

  /**
   * A pod that was never Ready at a revision that is not wanted may always go; so may a broken one
   * if it is the only one.
   */
  private Plan replaceBroken(List<Instance> outdated, List<Instance> unsettled) {
    for (Instance instance : outdated) {
      if (instance.terminating() || instance.role() == PRIMARY || instance.ready()) continue;
      // An instance whose pod is missing is down too.
      var complete = observed.instances().size() >= desired.layout().instances();
      var alone =
          complete
              && unsettled.size() == 1
              && instance.broken(now, desired.rollout().instanceTimeout());
      if (instance.neverReady() || alone) {
        return new Proceed(
            new RestartReplica(
                instance.pod(),
                instance.neverReady(),
                Reasons.of(wanted, desired, observed, instance, target)));
      }
    }
    return null;
  }

  /** What is waited for while a request to hand off has no answer. */
  private static Optional<Plan> handOffUnderWay(
      DesiredCluster desired, ObservedCluster observed, Instance primary, Instant now) {
    var to = observed.lease().flatMap(l -> l.handoffTo());
    if (to.isEmpty()) return Optional.empty();
    var deadline =
        askedOf(primary, observed)
            .map(StepRecord::startedAt)
            .map(t -> t.plus(desired.layout().capabilities().hookBudget()))
            .orElseGet(() -> Deadlines.sinceIntent(desired, observed));
    return Optional.of(
        now.isBefore(deadline)
            ? new Await("%s to hand off to %s".formatted(primary, to.get()), deadline)
            : new Blocked(
                Refusal.HANDOFF_FAILED,
                "%s did not answer the request to hand off to %s. Look at its log."
                    .formatted(primary, to.get())));
  }

  private static Optional<StepRecord> askedOf(Instance primary, ObservedCluster observed) {
    return observed.journal().step().filter(s -> s.target().equals(primary.pod().name()));
  }

  /** Asks for the handoff, or says what it waits for. */
  static Plan handOff(
      DesiredCluster desired,
      ObservedCluster observed,
      Instance primary,
      Predicate<Instance> eligible,
      RestartReason reason,
      Instant now) {
    var underWay = handOffUnderWay(desired, observed, primary, now);
    if (underWay.isPresent()) return underWay.get();
    var asked = askedOf(primary, observed);
    var refused = observed.lease().flatMap(l -> l.handoffRefused());
    var retryAt = asked.map(s -> s.startedAt().plus(RETRY_HANDOFF));
    if (refused.isPresent() && retryAt.isPresent() && now.isBefore(retryAt.get()))
      return new Await(
          "another try of the handoff, which %s refused: %s".formatted(primary, refused.get()),
          Instant.MAX);
    return HandOff.candidate(desired, observed, eligible)
        .<Plan>map(c -> new Proceed(new HandOffPrimary(primary.pod(), c.pod(), reason)))
        .orElseGet(
            () ->
                new Await(
                    "a replica that %s can hand off to: updated, streaming within %d bytes%s, on a node that is not cordoned"
                        .formatted(
                            primary,
                            desired.rollout().maxReplicaLag(),
                            desired.synchronousStandbys() > 0 ? ", synchronous" : ""),
                    Instant.MAX));
  }

  /**
   * While the primary restarts, the others are only unsettled because of it. But what can't come
   * back at its revision is not cured by anybody's return.
   */
  private Instance foremost(List<Instance> unsettled) {
    var target = observed.journal().step().map(StepRecord::target).orElse("");
    Predicate<Instance> lost = i -> i.hopeless(now) && !isOutdated(i);
    Predicate<Instance> restarted = i -> i.pod().name().equals(target);
    return Stream.of(lost, restarted)
        .flatMap(which -> unsettled.stream().filter(which).limit(1))
        .findFirst()
        .orElse(unsettled.getFirst());
  }

  private Plan awaitOrGiveUp(Instance unsettled) {
    var why = "%s: %s".formatted(unsettled, unsettled.unsettledBecause(maxLag));
    var step = observed.journal().step();
    var deadline = Deadlines.sinceBegun(desired, observed);
    var hopeless =
        unsettled.hopeless(now)
            && step.map(s -> now.isAfter(s.startedAt().plus(HOPELESS_AFTER))).orElse(true);
    if (!hopeless && now.isBefore(deadline)) return new Await(why, deadline);
    // Nothing of ours stopped it: a large copy takes its time, and is not to be begun again.
    if (!hopeless && step.isEmpty())
      return new Blocked(
          Refusal.INSTANCE_NOT_BACK,
          "%s, for longer than rollout.instanceTimeout. It is waited for.".formatted(why));
    var text =
        "%s did not come back: %s. %s"
            .formatted(
                unsettled,
                unsettled.unsettledBecause(maxLag),
                observed
                    .primary()
                    .map(p -> "The primary %s was not touched.".formatted(p))
                    .orElse("No primary is known."));
    return !isOutdated(unsettled) && LastGood.differs(desired, observed.journal())
        ? new Proceed(new GiveUp(Refusal.INSTANCE_NOT_BACK, text))
        : new Blocked(Refusal.INSTANCE_NOT_BACK, text);
  }

  private Plan awaitMissing() {
    var missing =
        desired.layout().podNames().stream()
            .filter(name -> observed.instance(name).isEmpty())
            .findFirst()
            .orElseThrow();
    return awaitMissing(missing, Deadlines.sinceBegun(desired, observed), now);
  }

  static Plan awaitMissing(String missing, Instant deadline, Instant now) {
    return now.isBefore(deadline)
        ? new Await("%s's pod to be made".formatted(missing), deadline)
        : new Blocked(
            Refusal.INSTANCE_NOT_BACK,
            "%s's pod is not made. Look at the StatefulSet's events: a quota or a policy may forbid it."
                .formatted(missing));
  }

  private Plan awaitLeaving() {
    return new Await(
        "%s's pod to end".formatted(observed.instances().getLast()),
        Deadlines.sinceIntent(desired, observed));
  }

  private Plan awaitPrimary() {
    var deadline = Deadlines.sinceStep(desired, observed);
    // Also where it was no rollout that took the last one.
    var because =
        observed
            .lease()
            .flatMap(l -> l.handoffRefused())
            .map(why -> " (the last one did not hand off: " + why + ")")
            .orElse("");
    return now.isBefore(deadline) && deadline != Instant.MAX
        ? new Await("an instance to become the primary" + because, deadline)
        : new Blocked(
            Refusal.NO_PRIMARY,
            "no instance is the primary%s; nothing is restarted until one is. See the instances' logs."
                .formatted(because));
  }

  /**
   * Settings that every standby must have no less of than its primary: the primary takes a lower
   * value first.
   */
  private Optional<Plan> settingsNeedingRestart() {
    // What was taken back starts with its own settings, not with those of the commit that failed.
    if (wanted != desired) return Optional.empty();
    var primary = observed.primary().orElseThrow();
    for (Instance instance : primaryFirst(primary)) {
      var pending =
          instance.answer() instanceof Answer.Known known
              ? Settings.notInForce(desired, known, true)
              : Optional.<String>empty();
      if (pending.isEmpty()) continue;
      var tried =
          observed
              .journal()
              .step()
              .filter(s -> s.targetUid().equals(instance.pod().uid()))
              .isPresent();
      if (tried && now.isBefore(Deadlines.sinceStep(desired, observed)))
        return Optional.of(
            new Await(
                "%s to take %s".formatted(instance, pending.get()),
                Deadlines.sinceStep(desired, observed)));
      if (tried)
        return Optional.of(
            new Blocked(
                Refusal.SETTING_NOT_TAKEN,
                "%s does not take %s, even after a restart. Does something else set it?"
                    .formatted(instance, pending.get())));
      var reason =
          new RestartReason.TemplateChanged(
              pending.get() + " needs a restart, the primary's first");
      return Optional.of(
          new Proceed(
              instance.role() == PRIMARY
                  ? new RestartInPlace(instance.pod(), reason)
                  : new RestartReplica(instance.pod(), false, reason)));
    }
    return Optional.empty();
  }

  private List<Instance> primaryFirst(Instance primary) {
    return Stream.concat(
            Stream.of(primary), observed.instances().stream().filter(i -> i.role() == REPLICA))
        .toList();
  }
}
