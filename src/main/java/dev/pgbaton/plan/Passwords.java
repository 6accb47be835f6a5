package dev.pgbaton.plan;

import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.LoginsTaken;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.cluster.PasswordPlace;
import dev.pgbaton.cluster.ToldPasswords;
import dev.pgbaton.desired.Access;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.desired.ObjectRole;
import dev.pgbaton.desired.PodReading;
import dev.pgbaton.observed.ComparedSecrets;
import dev.pgbaton.observed.Instance;
import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.observed.LeaseState;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Plan.Await;
import dev.pgbaton.plan.Plan.Blocked;
import dev.pgbaton.plan.Plan.Proceed;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.rbac.Role;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What changes in the owner's Secrets: written as a whole, told to the instances, which bring it to
 * PostgreSQL and go by it without a restart, and then to pgpool, whose pods are replaced. Where it
 * stands is told by the Secrets' notes, the Lease's, and what the instances say: nothing of it is
 * remembered.
 */
final class Passwords {
  private final DesiredCluster desired;
  private final ObservedCluster observed;

  private Passwords(DesiredCluster desired, ObservedCluster observed) {
    this.desired = desired;
    this.observed = observed;
  }

  /** Before anything else changes: what a template reads has to be there. */
  static Optional<Plan> next(DesiredCluster desired, ObservedCluster observed, Instant now) {
    if (desired.layout().isGenerated()) return Optional.empty();
    var passwords = new Passwords(desired, observed);
    // What is half done is ended first, whatever is wanted by now: until then the daemon itself may
    // be asked for a password that PostgreSQL has not been told.
    return passwords
        .goOn(now)
        .or(
            () ->
                observed.secrets().differing().isEmpty() ? Optional.empty() : passwords.begin(now));
  }

  /** All else is done: this is what is left of the commit. */
  static Optional<Blocked> left(DesiredCluster desired, ObservedCluster observed) {
    var waits =
        desired.layout().isGenerated()
            ? Optional.<Blocked>empty()
            : new Passwords(desired, observed).heldUp();
    return waits.or(() -> left(observed.secrets()));
  }

  private static Optional<Blocked> left(ComparedSecrets secrets) {
    return secrets.others().isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Blocked(
                Refusal.SECRET_NOT_CHANGED,
                "%s in Git is not what is here, and a Secret that is there is not written to. Change it here by other means, or put Git's value back; if something else renews it, take it out of Git. All else is done."
                    .formatted(String.join(", ", secrets.others()))));
  }

  private Optional<Plan> begin(Instant now) {
    var refused = refusal();
    if (refused.isPresent()) return refused.map(Plan.class::cast);
    if (isOfTheInstances()) {
      // A commit that was given up begins nothing.
      if (LastGood.quarantine(observed.journal()).isPresent()) return Optional.empty();
      var waits = notReady();
      var deadline = Deadlines.sinceIntent(desired, observed);
      if (waits.isPresent())
        return Optional.of(
            now.isBefore(deadline)
                ? new Await(waits.get(), deadline)
                : new Blocked(
                    Refusal.ROTATION_WAITS,
                    "a password changes in Git, and it waits for %s. Nothing has changed yet."
                        .formatted(waits.get())));
    }
    var secrets =
        desired.objects().stream()
            .filter(object -> observed.secrets().differing().contains(object.key()))
            .toList();
    return Optional.of(
        new Proceed(
            new Step.WritePasswords(secrets, observed.secrets().keys(), isOfTheInstances())));
  }

  /** What can't be done safely. */
  private Optional<Blocked> refusal() {
    var keys = String.join(", ", observed.secrets().keys());
    var renewed = observed.secrets().renewed().stream().filter(words -> !isAgreed(words)).toList();
    if (!renewed.isEmpty())
      return refused(
          "%s has another value in Git than it has here, and something else writes it as well: %s. Let that have the new value and take the Secret out of Git, or put %s: \"true\" on the Secret in Git; nothing is touched."
              .formatted(keys, String.join(", ", renewed), Names.ADOPT));
    var unusable =
        desired.passwords().stream()
            .filter(this::changes)
            .filter(place -> !isOneLine(place))
            .findFirst();
    if (unusable.isPresent() && desired.layout().capabilities().instanceProgram())
      return refused(
          "%s in Git is no password that every client can send: it has to be one line of printable characters, without a blank at either end (echo adds a line's end, printf does not). Nothing is touched."
              .formatted(words(unusable.get())));
    if (!isOfTheInstances()) return Optional.empty();
    if (!desired.layout().capabilities().instanceProgram())
      return refused(
          "Put it back, nothing is touched: %s has another value in Git than it has here, and the instances' image has no instance program. Its pods know what they began with, so their probes would fail, and Kubernetes would restart all of them, before the last was replaced."
              .formatted(keys));
    if (observed.instances().isEmpty())
      return refused(
          "Put it back until instances run, nothing is touched: %s has another value in Git than it has here, and nobody is there who could bring it to PostgreSQL."
              .formatted(keys));
    return Optional.empty();
  }

  private static Optional<Blocked> refused(String text) {
    return Optional.of(new Blocked(Refusal.PASSWORD_CHANGES, text));
  }

  /** The owner says of this very Secret that pgbaton may write it. */
  private boolean isAgreed(String renewed) {
    return desired.objects().stream()
        .filter(object -> renewed.startsWith(object.key() + " "))
        .flatMap(object -> Annotations.of(object.object(), Names.ADOPT).stream())
        .anyMatch("true"::equals);
  }

  /**
   * Whether it is what PostgreSQL's own roles log in with, and somebody does; the rest is only to
   * be written.
   */
  private boolean isOfTheInstances() {
    return desired.passwords().stream().anyMatch(this::changes) && !nobodyHasBegun();
  }

  /**
   * No pod's program has run: nobody has read the former content. A database on a volume may go by
   * it all the same, unless the key is a new one, or the Lease was never held; an instance of ours
   * tells that one by itself afterwards.
   */
  private boolean nobodyHasBegun() {
    return desired.layout().capabilities().instanceProgram()
        && !observed.instances().isEmpty()
        && observed.instances().stream().allMatch(Instance::neverBegan)
        && (desired.passwords().stream()
                .map(this::words)
                .noneMatch(observed.secrets().changed()::contains)
            || observed.lease().filter(LeaseState::neverHeld).isPresent());
  }

  private boolean changes(PasswordPlace place) {
    return observed.secrets().keys().contains(words(place));
  }

  private String words(PasswordPlace place) {
    return "%s key %s".formatted(key(place), place.key());
  }

  private ObjectKey key(PasswordPlace place) {
    return desired.layout().key("Secret", place.secret());
  }

  private boolean isOneLine(PasswordPlace place) {
    var secret = (Secret) desired.get(key(place)).object();
    var value = DesiredCluster.encoded(secret).getOrDefault(place.key(), "");
    var text = new String(Base64.getMimeDecoder().decode(value), StandardCharsets.UTF_8);
    return !text.isEmpty()
        && text.equals(text.strip())
        && text.codePoints().noneMatch(Character::isISOControl);
  }

  /** But for those that are still to be made: they begin with what the Secret has by then. */
  private List<String> pods() {
    var all = desired.layout().podNames();
    var there = observed.statefulSet().map(set -> set.getSpec().getReplicas()).orElse(all.size());
    return all.subList(0, Math.min(all.size(), there));
  }

  /** Who has to be well before the first write: afterwards nobody goes back. */
  private Optional<String> notReady() {
    for (var name : pods()) {
      var instance = observed.instance(name);
      if (instance.isEmpty()) return Optional.of(name + " to be there, before passwords change");
      if (!(instance.get().answer() instanceof Answer.Known))
        return Optional.of(name + " to answer, before passwords change");
      if (cannotBeTold(instance.get()))
        return Optional.of(
            "an image of %s that can take passwords while it runs: push one of this version first"
                .formatted(name));
      var maxLag = desired.rollout().maxReplicaLag();
      if (!instance.get().settled(maxLag))
        return Optional.of(
            "%s: %s".formatted(instance.get(), instance.get().unsettledBecause(maxLag)));
    }
    return observed.primary().isEmpty()
        ? Optional.of("a single primary, before passwords change")
        : Optional.empty();
  }

  private Optional<Plan> goOn(Instant now) {
    var told = pending();
    if (told.isEmpty()) return Optional.empty();
    var rights =
        Planner.changes(desired, observed).stream()
            .filter(change -> isRights(change.object()))
            .toList();
    if (!rights.isEmpty()) return Optional.of(new Proceed(new Step.Apply(rights)));
    if (!note().equals(told)) return Optional.of(new Proceed(new Step.TellPasswords(told.get())));
    var waiting = waiting(told.get());
    if (waiting.isEmpty())
      return Optional.of(new Proceed(new Step.TellPasswords(told.get().over())));
    // What they wait for may be in this commit, too.
    if (observed.instances().stream().allMatch(Instance::neverBegan)) return Optional.empty();
    // Until one of them has done it, nobody knows how the others are: the daemon is asked for the
    // new password, too.
    var deadline = Deadlines.sinceIntent(desired, observed);
    return now.isBefore(deadline)
        ? Optional.of(new Await(waiting.get(), deadline))
        : Optional.empty();
  }

  private Optional<Blocked> heldUp() {
    return pending()
        .flatMap(this::waiting)
        .map(
            words ->
                new Blocked(
                    Refusal.ROTATION_WAITS,
                    "passwords have changed in Git, and it waits for %s. It goes on by itself once that is so."
                        .formatted(words)));
  }

  /** What the instances have to be told of, and not all have taken. */
  private Optional<ToldPasswords> pending() {
    // Without a Lease there is nobody to be told, and nothing to tell it by: it comes first.
    if (!desired.layout().capabilities().instanceProgram() || observed.lease().isEmpty())
      return Optional.empty();
    var id = state(desired.passwords().stream().map(this::key).toList());
    if (id.isEmpty() || note().filter(n -> n.id().equals(id) && n.isOver()).isPresent())
      return Optional.empty();
    // Another key of the same Secret was written, and nobody here could take more than that.
    if (observed.instances().stream().anyMatch(Passwords::cannotBeTold)) return Optional.empty();
    return Optional.of(new ToldPasswords(id, desired.passwords()));
  }

  /** Which state of these Secrets it is; empty as long as pgbaton has never written them. */
  private String state(List<ObjectKey> secrets) {
    return secrets.stream()
        .distinct()
        .sorted()
        .flatMap(key -> observed.snapshot().find(key).stream())
        .flatMap(secret -> note(secret).stream())
        .collect(Collectors.joining("-"));
  }

  private Optional<ToldPasswords> note() {
    return observed
        .snapshot()
        .lease(desired.layout())
        .flatMap(Passwords::note)
        .flatMap(ToldPasswords::parse);
  }

  private static Optional<String> note(HasMetadata object) {
    return Annotations.of(object, Names.PASSWORDS);
  }

  private Optional<String> waiting(ToldPasswords told) {
    for (var name : pods()) {
      var instance = observed.instance(name);
      var taken = instance.flatMap(Passwords::taken);
      if (taken.isEmpty()) return Optional.of(name + " to answer with the new password");
      if (!has(taken.get(), told))
        return Optional.of(
            "%s to take the new passwords%s"
                .formatted(
                    name, taken.get().waitsFor().isEmpty() ? "" : ": " + taken.get().waitsFor()));
    }
    return Optional.empty();
  }

  private static boolean has(LoginsTaken taken, ToldPasswords told) {
    return taken.id().equals(told.id()) && taken.waitsFor().isEmpty();
  }

  private static Optional<LoginsTaken> taken(Instance instance) {
    return instance.answer() instanceof Answer.Known known ? known.logins() : Optional.empty();
  }

  private static boolean cannotBeTold(Instance instance) {
    return instance.answer() instanceof Answer.Known
        && taken(instance).filter(t -> !t.id().isEmpty()).isEmpty();
  }

  private boolean isRights(DesiredObject object) {
    return object.object() instanceof Role
        && object.key().name().equals(desired.layout().besideName());
  }

  /**
   * The instances may read their passwords as long as they have to, and pgpool's template has a
   * note of those that its pods began with: another one makes Kubernetes replace them.
   */
  static DesiredObject of(DesiredObject object, DesiredCluster desired, ObservedCluster observed) {
    return desired.layout().isGenerated() ? object : new Passwords(desired, observed).of(object);
  }

  private DesiredObject of(DesiredObject object) {
    return switch (object.object()) {
      case Role role when isRights(object) && pending().isPresent() ->
          with(
              object,
              Access.reading(
                  role,
                  desired.passwords().stream()
                      .map(PasswordPlace::secret)
                      .collect(Collectors.toCollection(TreeSet::new))));
      case Deployment pgpool when object.role() == ObjectRole.PGPOOL ->
          began(object, pgpool)
              .map(note -> with(object, Annotations.onPods(pgpool, Names.PASSWORDS, note)))
              .orElse(object);
      default -> object;
    };
  }

  /** With what pgpool's pods shall have begun; what is live as long as not everybody is there. */
  private Optional<String> began(DesiredObject object, Deployment pgpool) {
    var reads =
        PodReading.reads(pgpool.getSpec().getTemplate().getSpec(), object.key().namespace());
    var state = state(reads.stream().filter(key -> key.kind().equals("Secret")).toList());
    var live =
        observed
            .snapshot()
            .find(object.key())
            .map(o -> ((Deployment) o).getSpec().getTemplate())
            .filter(template -> template.getMetadata() != null)
            .map(template -> template.getMetadata().getAnnotations())
            .map(notes -> notes.get(Names.PASSWORDS));
    return state.isEmpty()
        ? Optional.empty()
        : pending().isEmpty() || hasArrived(pending().get()) ? Optional.of(state) : live;
  }

  /** Whoever can't be asked comes later: clients need a pgpool that knows the new password now. */
  private boolean hasArrived(ToldPasswords told) {
    return observed.primary().isPresent()
        && observed.instances().stream()
            .flatMap(instance -> taken(instance).stream())
            .allMatch(taken -> has(taken, told));
  }

  private static DesiredObject with(DesiredObject object, HasMetadata instead) {
    return new DesiredObject(instead, object.role(), object.policy(), object.source());
  }

  /** What of it comes, in order, for a forecast. */
  static List<String> steps(DesiredCluster desired, ObservedCluster observed) {
    var passwords = new Passwords(desired, observed);
    if (!passwords.willChange()) return List.of();
    return passwords.isReadByPgpool()
        ? List.of(
            "every instance takes the new passwords, without a restart",
            "pgpool's pods are replaced, with the new passwords")
        : List.of("every instance takes the new passwords, without a restart");
  }

  /** What clients notice of it; empty where it is nothing. */
  static Optional<String> outage(DesiredCluster desired, ObservedCluster observed) {
    var passwords = new Passwords(desired, observed);
    return passwords.willChange()
        ? Optional.of(
            "sessions stay; from the moment on at which the primary has the new password, new logins with the old one fail%s"
                .formatted(
                    passwords.isReadByPgpool()
                        ? ", and through pgpool those with either, until its pods are replaced"
                        : ""))
        : Optional.empty();
  }

  private boolean willChange() {
    return !desired.layout().isGenerated()
        && !observed.secrets().differing().isEmpty()
        && isOfTheInstances()
        && refusal().isEmpty();
  }

  private boolean isReadByPgpool() {
    return desired.objects().stream()
        .filter(object -> object.role() == ObjectRole.PGPOOL)
        .flatMap(object -> PodReading.reads(object.object()).stream())
        .anyMatch(observed.secrets().differing()::contains);
  }
}
