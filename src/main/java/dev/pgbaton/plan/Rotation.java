package dev.pgbaton.plan;

import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.LoginTurn;
import dev.pgbaton.cluster.LoginTurn.Phase;
import dev.pgbaton.cluster.LoginsTaken;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.cluster.PodRef;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.observed.Instance;
import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Plan.Await;
import dev.pgbaton.plan.Plan.Blocked;
import dev.pgbaton.plan.Plan.Proceed;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The passwords of pgbaton's own roles, made anew when the spec says another word: three writes of
 * the credentials Secret, each once every instance has taken the one before.
 */
final class Rotation {
  private final DesiredCluster desired;
  private final ObservedCluster observed;
  private final Optional<HasMetadata> secret;

  private Rotation(DesiredCluster desired, ObservedCluster observed) {
    this.desired = desired;
    this.observed = observed;
    this.secret = observed.snapshot().find(key(desired));
  }

  static Optional<Plan> next(DesiredCluster desired, ObservedCluster observed, Instant now) {
    return new Rotation(desired, observed).next(now);
  }

  /** What holds it up; all else of the commit is done. */
  static Optional<Blocked> left(DesiredCluster desired, ObservedCluster observed) {
    var rotation = new Rotation(desired, observed);
    return rotation.goesOn() ? rotation.heldUp() : rotation.notLocked();
  }

  /** Whoever is not back is waited for by a rotation that has begun, too: that is said with it. */
  static Plan alsoWaits(DesiredCluster desired, ObservedCluster observed, Plan plan) {
    if (new Rotation(desired, observed).isEnded()) return plan;
    return switch (plan) {
      case Await(var what, var deadline, var because) ->
          new Await(
              "a rotation, with the old and the new passwords both working, which waits for "
                  + what,
              deadline,
              because.or(() -> Optional.of(Refusal.ROTATION_WAITS)));
      case Blocked blocked ->
          blocked.and(
              new Blocked(
                  Refusal.ROTATION_WAITS,
                  "a rotation waits for that. Meanwhile the old and the new passwords both work."));
      case Proceed _, Plan.InSync _ -> plan;
    };
  }

  /** However long ago the commit was: a password that has leaked may still work. */
  private Optional<Blocked> notLocked() {
    return turn()
        .filter(turn -> turn.phase() == Phase.ended)
        .flatMap(_ -> observed.primary())
        .flatMap(Rotation::taken)
        .filter(taken -> !taken.waitsFor().isEmpty())
        .map(
            taken ->
                new Blocked(
                    Refusal.ROTATION_WAITS,
                    "%s waits: %s.".formatted(observed.primary().orElseThrow(), taken.waitsFor())));
  }

  private Optional<Plan> next(Instant now) {
    if (!goesOn()) return Optional.empty();
    var told = tell();
    if (told.isPresent()) return told;
    var heldUp = waiting();
    if (heldUp.isPresent()) {
      var deadline = Deadlines.sinceIntent(desired, observed);
      return now.isBefore(deadline)
          ? Optional.of(new Await(heldUp.get(), deadline))
          : Optional.empty();
    }
    // Nothing is begun that could not be ended right away.
    if (isEnded() && !begins()) return Optional.empty();
    return secret.map(
        live ->
            new Proceed(
                new Step.Rotate(
                    isEnded() ? Phase.prepared : turn().orElseThrow().next("").phase(),
                    isEnded() ? wanted().orElseThrow() : rotation(live).orElse(""),
                    live.getMetadata().getResourceVersion())));
  }

  private boolean goesOn() {
    return secret.isPresent()
        && !(isEnded()
            && !begins()
            && observed.journal().intent().filter(i -> i.done()).isPresent())
        && !desired.layout().isTakenOver()
        && desired.layout().isGenerated()
        && (begins() || turn().isPresent());
  }

  private boolean begins() {
    return isEnded()
        && wanted().isPresent()
        && !wanted().equals(secret.flatMap(Rotation::rotation))
        // What a rollout may still go back to need not know a second login.
        && !LastGood.differs(desired, observed.journal());
  }

  private boolean isEnded() {
    return turn().filter(t -> t.phase() != Phase.ended).isEmpty();
  }

  /** The kubelet brings a Secret to a pod at once that was touched. */
  private Optional<Plan> tell() {
    if (turn().isEmpty()) return Optional.empty();
    var id = turn().get().id();
    var pods = new ArrayList<PodRef>();
    for (var instance : observed.instances())
      if (!instance.terminating() && taken(instance).filter(t -> !t.id().equals(id)).isPresent())
        pods(instance.pod().name())
            .filter(pod -> !isTold(pod, id))
            .map(Step::ref)
            .ifPresent(pods::add);
    if (!isEnded())
      observed.snapshot().pgpoolPods().stream()
          .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null && !isTold(pod, id))
          .map(Step::ref)
          .forEach(pods::add);
    return pods.isEmpty()
        ? Optional.empty()
        : Optional.of(new Proceed(new Step.TellLogins(List.copyOf(pods), id)));
  }

  private Optional<Pod> pods(String name) {
    return observed.snapshot().pods().stream()
        .filter(pod -> pod.getMetadata().getName().equals(name))
        .findFirst();
  }

  private static boolean isTold(HasMetadata pod, String id) {
    return Annotations.of(pod, Names.LOGINS).equals(Optional.of(id));
  }

  /** Who has not taken the present turn, for a person. */
  private Optional<String> waiting() {
    for (var name : desired.layout().podNames()) {
      var instance = observed.instance(name);
      var taken = instance.flatMap(Rotation::taken);
      if (instance.filter(i -> i.answer() instanceof Answer.Known).isPresent() && taken.isEmpty())
        return Optional.of(
            "%s to speak of pgbaton's own passwords: its image is older than that".formatted(name));
      if (taken.isEmpty())
        return Optional.of("%s to answer, before passwords change further".formatted(name));
      if (turn().isPresent() && !taken.get().id().equals(turn().get().id()))
        return Optional.of(
            "%s to take the new passwords%s"
                .formatted(
                    name, taken.get().waitsFor().isEmpty() ? "" : ": " + taken.get().waitsFor()));
    }
    return Optional.empty();
  }

  private Optional<Blocked> heldUp() {
    return waiting()
        .map(
            words ->
                new Blocked(
                    Refusal.ROTATION_WAITS,
                    "it waits for %s. Meanwhile the old and the new ones both work".formatted(words)
                        + (isEnded() ? ", or nothing has changed yet." : ".")));
  }

  private static Optional<LoginsTaken> taken(Instance instance) {
    return instance.answer() instanceof Answer.Known known ? known.logins() : Optional.empty();
  }

  private Optional<LoginTurn> turn() {
    return secret.flatMap(s -> Annotations.of(s, Names.LOGINS)).flatMap(LoginTurn::parse);
  }

  private Optional<String> wanted() {
    return desired.objects().stream()
        .filter(object -> object.key().equals(key(desired)))
        .findFirst()
        .flatMap(object -> rotation(object.object()));
  }

  private static Optional<String> rotation(HasMetadata secret) {
    return Annotations.of(secret, Names.ROTATION);
  }

  private static ObjectKey key(DesiredCluster desired) {
    return desired.layout().key("Secret", desired.layout().credentialsSecret());
  }
}
