package dev.pgbaton.plan;

import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.PodRef;
import dev.pgbaton.cluster.UsersTaken;
import dev.pgbaton.desired.AppliedHash;
import dev.pgbaton.desired.ApplyPolicy;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.desired.UserSecrets;
import dev.pgbaton.observed.Instance;
import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Change.Cause;
import dev.pgbaton.plan.Plan.Await;
import dev.pgbaton.plan.Plan.Blocked;
import dev.pgbaton.plan.Plan.Proceed;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Users and databases: the primary and pgpool are told of them, and it counts once they say so. */
public final class Users {
  private Users() {}

  /** Why a Secret that passwords are looked up for has to be written again. */
  static Optional<Cause> outdated(DesiredObject desired, ObservedCluster observed) {
    return Optional.ofNullable(observed.lookedUp().changed().get(desired.key()))
        .map(Cause.Changed::new);
  }

  /** Why a Secret with a generated password is written, where that is no mere drift. */
  static Optional<Cause> generated(DesiredObject desired, Optional<HasMetadata> live) {
    if (desired.policy() != ApplyPolicy.GENERATED || live.isEmpty()) return Optional.empty();
    var word = rotation(desired.object());
    if (word.isPresent() && !word.equals(rotation(live.get())))
      return Optional.of(
          new Cause.Changed(
              "rotation %s, another password%s"
                  .formatted(
                      word.get(),
                      desired.isOfAUser() ? " (%s)".formatted(UserSecrets.gap()) : "")));
    // As it was made when it was never written again.
    return AppliedHash.isOn(live.get())
        ? Optional.empty()
        : Optional.of(new Cause.Changed("what is beside the password"));
  }

  /** A word for a Secret that others made is not acted upon, and said to be so. */
  static Optional<Blocked> notRotated(DesiredCluster desired, ObservedCluster observed) {
    return desired.objects().stream()
        .filter(object -> rotation(object.object()).isPresent())
        .filter(
            object -> observed.snapshot().find(object.key()).filter(object::isLeftAs).isPresent())
        .findFirst()
        .map(
            object ->
                new Blocked(
                    Refusal.ROTATION_WAITS,
                    "%s was made by somebody else, and is only read: its password is not made anew. Change it there, or delete that Secret, and one is generated."
                        .formatted(object.key())));
  }

  private static Optional<String> rotation(HasMetadata secret) {
    return Annotations.of(secret, Names.ROTATION);
  }

  /** Whoever has no password is not there yet, and nothing else waits for it. */
  static Optional<Blocked> missing(DesiredCluster desired, ObservedCluster observed) {
    // Two Secrets are made of the same passwords, and a third says why one can't be decrypted.
    return desired.composedSecrets().stream()
        .map(secret -> desired.layout().key("Secret", secret.getMetadata().getName()))
        .flatMap(key -> observed.snapshot().find(key).stream())
        .flatMap(live -> Annotations.of(live, Names.PASSWORDS_MISSING).stream())
        .reduce(
            (one, other) ->
                one.contains(other) ? one : other.contains(one) ? other : one + "; " + other)
        .map(
            words ->
                new Blocked(
                    Refusal.PASSWORD_MISSING, words + ". It is looked for again and again."));
  }

  static Optional<Plan> tell(DesiredCluster desired, ObservedCluster observed) {
    var told = observed.lease().flatMap(lease -> lease.users());
    var wanted = wanted(desired, observed, desired.layout().usersSecret());
    // What nobody declares any more stays as it is, and is nobody's to mend.
    if (told.isPresent() && !isDeclared(desired, desired.layout().usersSecret()))
      return Optional.of(new Proceed(new Step.TellUsers("")));
    if (wanted.isPresent() && observed.primary().isPresent() && !told.equals(wanted))
      return Optional.of(new Proceed(new Step.TellUsers(wanted.get())));
    var users = wanted(desired, observed, desired.layout().pgpoolUsersSecret());
    // What PostgreSQL does not know yet would only lock people out.
    if (users.isEmpty() || !hasTaken(observed, wanted)) return Optional.empty();
    List<PodRef> untold =
        observed.snapshot().pgpoolPods().stream()
            .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
            .filter(pod -> !Annotations.of(pod, Names.RELOAD).equals(users))
            .map(Step::ref)
            .toList();
    return untold.isEmpty()
        ? Optional.empty()
        : Optional.of(new Proceed(new Step.TellPgpool(untold, users.get())));
  }

  /** The databases may take longer: nobody's password waits for them. */
  private static boolean hasTaken(ObservedCluster observed, Optional<String> wanted) {
    return taken(observed).filter(t -> wanted.equals(Optional.of(t.roles()))).isPresent();
  }

  /** For as long as it only takes its time. */
  static Optional<Plan> await(DesiredCluster desired, ObservedCluster observed, Instant now) {
    // A password that changes long after its commit is given the time that an instance is given.
    var deadline =
        done(observed)
            ? Deadlines.sinceTold(desired, observed)
            : Deadlines.sinceIntent(desired, observed);
    return now.isBefore(deadline)
        ? untaken(desired, observed)
            .map(
                primary -> new Await("%s to take users and databases".formatted(primary), deadline))
        : Optional.empty();
  }

  /** The primary that has not taken what is declared, errors or not. */
  static Optional<Instance> untaken(DesiredCluster desired, ObservedCluster observed) {
    var wanted = wanted(desired, observed, desired.layout().usersSecret());
    if (wanted.isEmpty()) return Optional.empty();
    // A status that did not come in time, or a new primary's first moments, undo no commit.
    var done = done(observed);
    return observed
        .primary()
        .filter(p -> taken(p).filter(t -> t.hash().equals(wanted.get())).isEmpty())
        .filter(p -> !done || taken(p).filter(t -> !t.hash().isEmpty()).isPresent());
  }

  private static boolean done(ObservedCluster observed) {
    return observed.journal().intent().filter(i -> i.done()).isPresent();
  }

  static Optional<UsersTaken> taken(ObservedCluster observed) {
    return observed.primary().flatMap(Users::taken);
  }

  private static Optional<UsersTaken> taken(Instance primary) {
    return primary.answer() instanceof Answer.Known known ? known.users() : Optional.empty();
  }

  /** What stays to be done by a person; nothing else waits for it. */
  static Optional<Blocked> left(DesiredCluster desired, ObservedCluster observed) {
    if (wanted(desired, observed, desired.layout().usersSecret()).isEmpty()
        || observed.primary().isEmpty()) return Optional.empty();
    var primary = observed.primary().get();
    var taken = taken(primary);
    if (untaken(desired, observed).isPresent())
      return Optional.of(
          new Blocked(
              Refusal.USERS_NOT_TAKEN,
              "%s has not taken users and databases%s"
                  .formatted(
                      primary,
                      taken.isPresent()
                          ? ". See its log."
                          : ", and does not speak of them: its image may be older than that.")));
    var errors = taken.map(UsersTaken::errors).orElse(List.of());
    return errors.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Blocked(
                Refusal.USERS_NOT_TAKEN,
                "%s: %s%s. It is tried again and again."
                    .formatted(
                        primary,
                        errors.getFirst(),
                        errors.size() == 1 ? "" : " (and %d more)".formatted(errors.size() - 1))));
  }

  /** What stands on a Secret that is declared, and is there. */
  private static Optional<String> wanted(
      DesiredCluster desired, ObservedCluster observed, String secret) {
    var key = desired.layout().key("Secret", secret);
    return isDeclared(desired, secret)
        ? observed.snapshot().find(key).flatMap(live -> Annotations.of(live, Names.USERS))
        : Optional.empty();
  }

  private static boolean isDeclared(DesiredCluster desired, String secret) {
    var key = desired.layout().key("Secret", secret);
    return desired.objects().stream().anyMatch(o -> o.key().equals(key));
  }
}
