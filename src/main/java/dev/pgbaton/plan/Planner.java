package dev.pgbaton.plan;

import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.PodRef;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.desired.Mode;
import dev.pgbaton.observed.Instance;
import dev.pgbaton.observed.JournalEntry.Suspension;
import dev.pgbaton.observed.LeaseState;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Plan.Await;
import dev.pgbaton.plan.Plan.Blocked;
import dev.pgbaton.plan.Plan.InSync;
import dev.pgbaton.plan.Plan.Proceed;
import dev.pgbaton.plan.Step.Apply;
import dev.pgbaton.plan.Step.LabelRoles;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What next for one cluster, and why. Pure: the same look at the same time gives the same plan. */
public final class Planner {
  private final DesiredCluster wanted;
  private final DesiredCluster desired;
  private final ObservedCluster observed;
  private final Instant now;

  /** What the instances are to be; the same as {@code desired} where nothing is taken back. */
  private final DesiredCluster aim;

  private Planner(DesiredCluster wanted, ObservedCluster observed, Instant now) {
    this.wanted = wanted;
    var whole = Shrinking.heldBack(LastGood.insteadOf(wanted, observed.journal()), observed);
    this.desired = ByCertificate.asFar(whole, observed);
    this.aim = whole == wanted ? desired : wanted;
    this.observed = observed;
    this.now = now;
  }

  public static Plan plan(DesiredCluster desired, ObservedCluster observed, Instant now) {
    var plan = asked(desired, observed, now);
    return observed.journal().suspension().map(s -> held(plan, s, observed)).orElse(plan);
  }

  /** What is the case is said all the same: a suspended cluster may have lost its primary. */
  private static Plan held(Plan plan, Suspension suspension, ObservedCluster observed) {
    return switch (plan) {
      case InSync _ -> plan;
      case Await(var what, var deadline, var because) ->
          new Await("%s; %s".formatted(what, suspension.text()), deadline, because);
      case Blocked blocked -> blocked.and(heldBack(suspension, "", observed));
      case Proceed(var step) ->
          heldBack(suspension, " Next would be: %s.".formatted(step.text()), observed);
    };
  }

  private static Blocked heldBack(Suspension suspension, String next, ObservedCluster observed) {
    return new Blocked(
        Refusal.SUSPENDED_BY_HAND, suspension.text() + "." + next + underWay(observed));
  }

  private static Plan asked(DesiredCluster desired, ObservedCluster observed, Instant now) {
    if (desired.mode() == Mode.LEAVE) return Leaving.plan(desired, observed);
    var plan = new Planner(desired, observed, now).plan();
    return switch (desired.mode()) {
      case APPLY, LEAVE -> plan;
      case OBSERVE ->
          switch (plan) {
            case Proceed(var step) ->
                new Blocked(
                    Refusal.ONLY_OBSERVED,
                    "next would be: %s.%s%s"
                        .formatted(
                            step.text(),
                            Forecast.of(desired, observed, plan).inWords(),
                            underWay(observed)));
            // Who only looks need not agree to anything first.
            case Blocked(var refusal, var field, var text)
                when refusal == Refusal.ADOPTION_NEEDED ->
                new Blocked(refusal, field, text + onceAgreed(desired, observed, now));
            case Await _, Blocked _, InSync _ -> plan;
          };
      case SUSPEND ->
          plan instanceof InSync
              ? plan
              : new Blocked(
                  Refusal.SUSPENDED,
                  "nothing is done as long as %s says suspend.%s"
                      .formatted(
                          desired.layout().isGenerated()
                              ? "spec.mode"
                              : "the StatefulSet's annotation " + Mode.ANNOTATION,
                          underWay(observed)));
    };
  }

  private static String onceAgreed(DesiredCluster wanted, ObservedCluster observed, Instant now) {
    var agreed = Adoption.agreed(wanted);
    // Before that, the pods are labelled.
    var plan =
        Preflight.refuse(agreed, observed)
            .map(Plan.class::cast)
            .orElseGet(() -> new Planner(agreed, observed, now).plan());
    return switch (plan) {
      case Proceed _ -> Forecast.of(agreed, observed, plan).inWords();
      // It asks for something else than that line.
      case Blocked(var refusal, _, _) when refusal == Refusal.ADOPTION_NEEDED -> "";
      case Blocked(var refusal, _, var text) -> " And then: %s: %s".formatted(refusal.code(), text);
      case Await(var what, _, _) -> " And then it waits for " + what + ".";
      case InSync _ -> "";
    };
  }

  /** The primary was asked before, and it is not called back: it may be at it already. */
  private static String underWay(ObservedCluster observed) {
    return observed
        .lease()
        .flatMap(LeaseState::handoffTo)
        .map(" The handoff to %s that was asked for before still happens."::formatted)
        .orElse("");
  }

  private Plan plan() {
    if (!observed.snapshot().current()) return new Await("our own writes to show", Instant.MAX);
    var others = Adoption.refuse(wanted, observed);
    if (others.isPresent()) return others.get();
    if (!wanted.layout().isGenerated()) {
      var claim = Adoption.claim(observed);
      if (claim.isPresent()) return claim.get();
    }
    var impossible = Preflight.refuse(wanted, observed);
    if (impossible.isPresent()) return repairs(true).orElseGet(impossible::get);
    var password = Passwords.next(desired, observed, now);
    if (password.isPresent())
      return password.get() instanceof Blocked blocked
          ? repairs(false).orElse(blocked)
          : password.get();
    var unsafe = unsafe();
    if (unsafe.isPresent()) return repairs(false).orElseGet(unsafe::get);

    return primaryLeavesFirst()
        .or(this::applyObjects)
        .or(this::budgetsInTheWay)
        .or(this::statefulSetToSettle)
        .or(() -> Reloading.tell(desired, observed))
        .or(() -> Users.tell(desired, observed))
        .or(this::labelRoles)
        .or(() -> ByCertificate.admitted(desired, observed, now))
        .or(
            () ->
                Rollout.next(aim, desired, observed, now)
                    .map(plan -> Rotation.alsoWaits(desired, observed, plan)))
        .or(() -> Reloading.await(desired, observed, now))
        .or(this::pgpoolToSettle)
        .or(() -> Routes.repair(observed, now))
        .or(() -> Users.await(desired, observed, now))
        .or(() -> ByCertificate.await(wanted, desired, observed, now))
        .or(() -> Rotation.next(desired, observed, now))
        .or(this::leftovers)
        .or(() -> Replacing.next(desired, observed))
        .or(this::givenUp)
        .or(() -> Replacing.refuse(desired, observed))
        .orElseGet(() -> new InSync(toDo(), Leftovers.staying(desired, observed)));
  }

  /** By a person. Nothing waits for it, and the commit counts as brought about but for this. */
  private Optional<Blocked> toDo() {
    return Stream.of(
            Users.missing(desired, observed),
            Users.left(desired, observed),
            Users.notRotated(desired, observed),
            Rotation.left(desired, observed),
            Certified.left(desired, observed),
            ByCertificate.left(wanted, desired, observed),
            Collations.standing(desired, observed),
            Passwords.left(desired, observed))
        .flatMap(Optional::stream)
        .reduce(Blocked::and);
  }

  /** Before the cluster shrinks, the primary has to be among those that stay. */
  private Optional<Plan> primaryLeavesFirst() {
    var keep = desired.layout().instances();
    var shrinks = shrinksSafely(keep);
    if (shrinks.isPresent()) return shrinks;
    var leaving = observed.primary().filter(p -> p.ordinal() >= keep);
    if (leaving.isEmpty() || keep == 0) return Optional.empty();
    var reason =
        new RestartReason.TemplateChanged(
            "instances %d → %d".formatted(observed.instances().size(), keep));
    return Optional.of(
        Rollout.handOff(desired, observed, leaving.get(), i -> i.ordinal() < keep, reason, now));
  }

  /** Whoever stays has to be well, and the primary known, before anybody leaves for good. */
  private Optional<Plan> shrinksSafely(int keep) {
    if (Shrinking.from(desired, observed).isEmpty()) return Optional.empty();
    var deadline = Deadlines.sinceIntent(desired, observed);
    var maxLag = desired.rollout().maxReplicaLag();
    var absent = absent();
    if (absent.isPresent()) return absent.map(a -> Rollout.awaitMissing(a, deadline, now));
    var unsettled =
        observed.instances().stream()
            .filter(i -> i.ordinal() < keep && !i.settled(maxLag))
            .findFirst();
    if (unsettled.isPresent()) {
      var why = "%s: %s".formatted(unsettled.get(), unsettled.get().unsettledBecause(maxLag));
      return Optional.of(
          now.isBefore(deadline)
              ? new Await(why, deadline)
              : new Blocked(
                  Refusal.INSTANCE_NOT_BACK,
                  "%s. No instance is taken away before those that stay are well.".formatted(why)));
    }
    if (observed.primary().isPresent()) return Optional.empty();
    return Optional.of(
        now.isBefore(deadline)
            ? new Await("a single primary, before an instance is taken away", deadline)
            : new Blocked(
                observed.primaries().isEmpty() ? Refusal.NO_PRIMARY : Refusal.MORE_THAN_ONE_PRIMARY,
                "no instance is taken away before it is known which one is the primary"));
  }

  /** One of those that stay whose pod is not there. */
  private Optional<String> absent() {
    return desired.layout().podNames().stream()
        .filter(name -> observed.instance(name).isEmpty())
        .findFirst();
  }

  /** What stands against the beginning of a rollout; one that has begun is brought to its end. */
  private Optional<Plan> unsafe() {
    var journal = observed.journal();
    if (!observed.hasData()
        || journal.rollout().isPresent()
        || LastGood.quarantine(journal).isPresent()) return Optional.empty();
    var changes = changes();
    if (Changes.restartInstances(changes, observed))
      return Unsafe.find(desired, observed, now).map(unsafe -> refusal(unsafe, observed, now));
    return Changes.reachSettings(changes)
        ? Unsafe.parameterNotKnown(desired, observed).map(unsafe -> refusal(unsafe, observed, now))
        : Optional.empty();
  }

  static Plan refusal(Unsafe unsafe, ObservedCluster observed, Instant now) {
    var deadline = Deadlines.toPassByItself(observed);
    return unsafe.mayPass() && now.isBefore(deadline)
        ? new Await(unsafe.text(), deadline, Optional.of(unsafe.reason()))
        : new Blocked(unsafe.reason(), unsafe.field(), unsafe.text() + ".");
  }

  /**
   * What somebody changed by hand is put right even while the commit itself is refused.
   *
   * @param butInstances it is the StatefulSet that can't become what is asked for
   */
  private Optional<Plan> repairs(boolean butInstances) {
    if (observed.statefulSet().isEmpty()) return Optional.empty();
    var repairs =
        changes().stream()
            .filter(change -> Changes.repairs(change, observed.journal().inventory()))
            .filter(
                c -> !butInstances || !c.object().key().equals(wanted.layout().statefulSetKey()))
            .toList();
    return repairs.isEmpty() ? Optional.empty() : Optional.of(new Proceed(new Apply(repairs)));
  }

  private Optional<Plan> applyObjects() {
    var changes = changes();
    return changes.isEmpty() ? Optional.empty() : Optional.of(new Proceed(new Apply(changes)));
  }

  private List<Change> changes() {
    return changes(desired, observed);
  }

  /** What has to be written to bring the objects about. */
  static List<Change> changes(DesiredCluster desired, ObservedCluster observed) {
    var admission = observed.journal().admission();
    var changes = new ArrayList<Change>();
    for (DesiredObject wanted : desired.objects()) {
      var certified = Certified.of(wanted, desired, observed);
      if (certified.isEmpty()) continue;
      var object = Passwords.of(certified.get(), desired, observed);
      var live = observed.snapshot().find(object.key());
      if (live.filter(object::isLeftAs).isPresent()) continue;
      Users.generated(object, live)
          .or(() -> Drift.of(object, live, admission.getOrDefault(object.key().toString(), "")))
          .or(() -> Users.outdated(object, observed))
          .ifPresent(cause -> changes.add(new Change(knowing(object, observed), cause)));
    }
    // Its owner's consent counts until the StatefulSet is taken over.
    changes.sort(
        Comparator.comparing(c -> Adoption.isTakenOver(c.object().key(), desired, observed)));
    return List.copyOf(changes);
  }

  /** A Lease made anew must not look like that of a cluster without data. */
  private static DesiredObject knowing(DesiredObject object, ObservedCluster observed) {
    var identifier = observed.journal().systemIdentifier();
    if (identifier.isEmpty() || !(object.object() instanceof Lease lease)) return object;
    var known =
        new LeaseBuilder(lease)
            .editMetadata()
            .addToAnnotations(Names.SYSTEM_IDENTIFIER, identifier.get())
            .endMetadata()
            .editOrNewSpec()
            .withLeaseTransitions(lastEpoch(observed))
            .endSpec()
            .build();
    return new DesiredObject(known, object.role(), object.policy(), object.source());
  }

  /** The route takes nothing from an earlier epoch: a Lease that began anew would lead nobody. */
  private static int lastEpoch(ObservedCluster observed) {
    return observed.snapshot().objects().values().stream()
        .filter(EndpointSlice.class::isInstance)
        .flatMap(slice -> Annotations.of(slice, Names.EPOCH).stream())
        .mapToInt(Integer::parseInt)
        .max()
        .orElse(0);
  }

  private Optional<Plan> statefulSetToSettle() {
    var set = observed.statefulSet();
    if (set.isEmpty()) return Optional.of(new Await("the StatefulSet to show", Instant.MAX));
    var status = set.get().getStatus();
    var seen =
        status == null || status.getObservedGeneration() == null
            ? 0
            : status.getObservedGeneration();
    return seen < set.get().getMetadata().getGeneration()
        ? Optional.of(new Await("the StatefulSet's controller to see the change", Instant.MAX))
        : Optional.empty();
  }

  private Optional<Plan> labelRoles() {
    var roles = new TreeMap<String, Role>();
    var pods = new ArrayList<PodRef>();
    // Two primaries are a question, not a fact to label.
    if (observed.primaries().size() > 1) return Optional.empty();
    for (Instance instance : observed.instances()) {
      if (instance.role() == Role.UNKNOWN || instance.terminating()) continue;
      if (instance.roleLabel().equals(instance.role().label())) continue;
      // The label is also what tells later that its pod was Ready once.
      if (instance.roleLabel().isEmpty() && !instance.ready()) continue;
      roles.put(instance.pod().name(), instance.role());
      pods.add(instance.pod());
    }
    return pods.isEmpty()
        ? Optional.empty()
        : Optional.of(new Proceed(new LabelRoles(roles, List.copyOf(pods))));
  }

  private Optional<Plan> pgpoolToSettle() {
    var deployment = observed.pgpool();
    if (deployment.isEmpty() || Pgpool.settled(deployment.get())) return Optional.empty();
    var deadline = Deadlines.sinceIntent(desired, observed);
    return Optional.of(
        now.isBefore(deadline)
            ? new Await("pgpool's pods to be Ready", deadline)
            : new Blocked(Refusal.PGPOOL_NOT_READY, Pgpool.trouble(deployment.get())));
  }

  /** Kubernetes evicts no pod that two budgets select; a policy may shut us out. */
  private Optional<Plan> budgetsInTheWay() {
    return Leftovers.pruneWhatIsInTheWay(desired, observed);
  }

  /** While a commit is given up, what it no longer names may still be needed by what is back. */
  private Optional<Plan> leftovers() {
    return LastGood.quarantine(observed.journal()).isPresent()
        ? Optional.empty()
        : Leftovers.prune(desired, observed);
  }

  private Optional<Plan> givenUp() {
    return LastGood.quarantine(observed.journal())
        .map(q -> new Blocked(Refusal.ofCode(q.code()), q.reason()));
  }
}
