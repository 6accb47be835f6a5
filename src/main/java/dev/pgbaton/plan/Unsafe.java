package dev.pgbaton.plan;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.cluster.VolumeSpace;
import dev.pgbaton.desired.AppliedHash;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.OwnersClusters;
import dev.pgbaton.desired.Selectors;
import dev.pgbaton.observed.Instance;
import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.observed.Replication;
import dev.pgbaton.spec.SettingsCatalogue;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Why instances may not be restarted one after another now, though the commit asks for it. Looked
 * for before anything of it is written.
 *
 * @param field of the spec, where it is the spec that asks for what can't be
 */
record Unsafe(Refusal reason, String field, String text) {
  /** What a rollout needs for the WAL that it holds back, whatever the size of the volume. */
  private static final long ENOUGH = 2L << 30;

  private static final Duration YOUNG = Duration.ofMinutes(1);

  private static final double NEARLY_FULL = 0.05;

  private Unsafe(Refusal reason, String text) {
    this(reason, "", text);
  }

  /** Whether it may be over in a moment without anybody doing something. */
  boolean mayPass() {
    return switch (reason) {
      case MORE_THAN_ONE_PRIMARY,
          NO_PRIMARY,
          ROLE_NOT_KNOWN,
          REPLICA_NOT_READY,
          REPLICA_NOT_STREAMING,
          REPLICA_LAGS,
          NODE_CORDONED,
          CONFIG_ERRORS ->
          true;
      default -> false;
    };
  }

  /** The first one, the gravest kinds first. */
  static Optional<Unsafe> find(DesiredCluster desired, ObservedCluster observed, Instant now) {
    // What is broken can't be harmed, and may need this very commit.
    var patience = desired.rollout().instanceTimeout();
    var standing = observed.instances().stream().filter(i -> !i.broken(now, patience)).toList();
    if (standing.isEmpty()) return Optional.empty();
    return well(desired, observed, standing, now)
        .or(() -> first(standing, Unsafe::cordoned))
        .or(() -> first(standing, Unsafe::nearlyFull))
        .or(() -> first(standing, i -> foreignBudget(observed, i)))
        .or(() -> parameterNotKnown(desired, observed));
  }

  private static Optional<Unsafe> well(
      DesiredCluster desired, ObservedCluster observed, List<Instance> standing, Instant now) {
    // Then the primary may be what this commit cures, and nobody else can be well before. A pod
    // that was made a moment ago may only be on its way, as in a failover.
    var replicas = standing.stream().allMatch(i -> i.role() == Role.REPLICA && !i.terminating());
    if (replicas && observed.instances().stream().anyMatch(i -> doesNotStart(i, now)))
      return Optional.empty();
    return primary(observed, standing)
        .or(() -> unsettled(observed, standing, desired.rollout().maxReplicaLag()));
  }

  /** The first that is not Ready, or does not stream within {@code maxLag} bytes. */
  static Optional<Unsafe> unsettled(
      ObservedCluster observed, List<Instance> instances, long maxLag) {
    return first(instances, i -> unsettled(observed, i, maxLag));
  }

  private static boolean doesNotStart(Instance instance, Instant now) {
    return instance.neverReady()
        && (instance.trouble().isPresent()
            || instance.unreadySince().filter(s -> now.isBefore(s.plus(YOUNG))).isEmpty());
  }

  /** As {@link #find}, right before the first instance of a rollout restarts. */
  static Optional<Unsafe> beforeTheFirstRestart(ObservedCluster observed, List<Instance> outdated) {
    var instances = observed.instances();
    return first(instances, Unsafe::configErrors)
        .or(() -> first(outdated, Unsafe::cordoned))
        .or(() -> first(instances, Unsafe::nearlyFull))
        .or(() -> first(instances, i -> foreignBudget(observed, i)));
  }

  private interface Check {
    Optional<Unsafe> of(Instance instance);
  }

  private static Optional<Unsafe> first(List<Instance> instances, Check check) {
    return instances.stream().flatMap(i -> check.of(i).stream()).findFirst();
  }

  /** Whether it is not just one. */
  static Optional<Unsafe> primary(ObservedCluster observed, List<Instance> standing) {
    var primaries = observed.primaries();
    if (primaries.size() > 1)
      return Optional.of(
          new Unsafe(
              Refusal.MORE_THAN_ONE_PRIMARY,
              "%s all say that they are the primary; nothing is changed until one of them is not"
                  .formatted(primaries)));
    // Whether there is one is not known while somebody does not answer.
    return primaries.isEmpty() && standing.stream().noneMatch(i -> i.role() == Role.UNKNOWN)
        ? Optional.of(
            new Unsafe(
                Refusal.NO_PRIMARY,
                "no instance is the primary; nothing is changed until one is. See the instances' logs"))
        : Optional.empty();
  }

  private static Optional<Unsafe> unsettled(
      ObservedCluster observed, Instance instance, long maxLag) {
    if (instance.settled(maxLag) || Replay.pausedUntilRestart(instance, observed))
      return Optional.empty();
    var reason =
        !instance.ready() || instance.terminating()
            ? Refusal.REPLICA_NOT_READY
            : switch (instance.replication()) {
              case Replication.Streaming _ -> Refusal.REPLICA_LAGS;
              case Replication.NotStreaming _ -> Refusal.REPLICA_NOT_STREAMING;
              case Replication.Source _, Replication.NotKnown _ -> Refusal.ROLE_NOT_KNOWN;
            };
    return Optional.of(
        new Unsafe(
            reason,
            "%s: %s. Nothing is changed before it is well"
                .formatted(instance, instance.unsettledBecause(maxLag))));
  }

  private static Optional<Unsafe> cordoned(Instance instance) {
    return instance.cordoned()
        ? Optional.of(
            new Unsafe(
                Refusal.NODE_CORDONED,
                "%s is on a node that takes no new pods (cordoned), so it might not start again. Uncordon the node, or wait until the work on it is done"
                    .formatted(instance)))
        : Optional.empty();
  }

  private static Optional<Unsafe> nearlyFull(Instance instance) {
    return instance.answer() instanceof Answer.Known known
        ? known.volume().filter(Unsafe::nearlyFull).map(space -> nearlyFull(instance, space))
        : Optional.empty();
  }

  private static boolean nearlyFull(VolumeSpace space) {
    return space.free() < Math.min(space.total() * NEARLY_FULL, ENOUGH);
  }

  private static Unsafe nearlyFull(Instance instance, VolumeSpace space) {
    return new Unsafe(
        Refusal.VOLUME_NEARLY_FULL,
        "%s's volume has %s of %s left%s; a rollout holds WAL back and needs more. Make room first"
            .formatted(
                instance,
                mebibytes(space.free()),
                mebibytes(space.total()),
                space.setAside() > 0
                    ? ", and %s of it are data set aside".formatted(mebibytes(space.setAside()))
                    : ""));
  }

  private static String mebibytes(long bytes) {
    return (bytes >> 20) + " MiB";
  }

  private static Optional<Unsafe> foreignBudget(ObservedCluster observed, Instance instance) {
    var labels =
        observed.snapshot().pods().stream()
            .filter(p -> p.getMetadata().getName().equals(instance.pod().name()))
            .map(p -> p.getMetadata().getLabels())
            .findFirst();
    if (labels.isEmpty() || labels.get() == null) return Optional.empty();
    return observed.snapshot().objects().values().stream()
        .filter(PodDisruptionBudget.class::isInstance)
        .map(PodDisruptionBudget.class::cast)
        .filter(budget -> foreign(budget))
        .filter(budget -> Selectors.selects(budget.getSpec().getSelector(), labels.get()))
        .map(budget -> budget.getMetadata().getName())
        .findFirst()
        .map(
            name ->
                new Unsafe(
                    Refusal.FOREIGN_DISRUPTION_BUDGET,
                    "the PodDisruptionBudget %s selects %s, too, and Kubernetes evicts no pod that two budgets select. Delete it, or narrow its selector"
                        .formatted(name, instance)));
  }

  private static boolean foreign(PodDisruptionBudget budget) {
    return !AppliedHash.isOn(budget);
  }

  /** What an old instance would refuse to load is refused here: the way back leads through it. */
  static Optional<Unsafe> parameterNotKnown(DesiredCluster desired, ObservedCluster observed) {
    for (var name : new TreeSet<>(desired.settings().keySet())) {
      // An extension's are known once it is loaded; one that is written otherwise was not found.
      var canonical =
          SettingsCatalogue.get(name).filter(setting -> setting.name().equals(name)).isPresent();
      if (!canonical) continue;
      var without = observed.instances().stream().filter(i -> doesNotKnow(i, name)).findFirst();
      if (without.isPresent())
        return Optional.of(
            new Unsafe(
                Refusal.PARAMETER_NOT_KNOWN,
                "spec.postgresql.parameters." + name,
                "%s runs a PostgreSQL that does not know it%s"
                    .formatted(without.get(), imageChanges(desired, observed))));
    }
    return Optional.empty();
  }

  private static boolean doesNotKnow(Instance instance, String name) {
    return instance.answer() instanceof Answer.Known known
        && !known.settings().isEmpty()
        && !known.settings().containsKey(name);
  }

  private static String imageChanges(DesiredCluster desired, ObservedCluster observed) {
    var wanted = image(Stream.of(desired.statefulSet()));
    var has = image(observed.statefulSet().stream());
    return wanted.equals(has)
        ? ". Remove it, or push an image that knows it first"
        : ", and the image changes in the same commit: there would be no way back. Push the image first, and this with a commit after it";
  }

  private static Optional<String> image(
      Stream<io.fabric8.kubernetes.api.model.apps.StatefulSet> set) {
    return set.map(s -> OwnersClusters.postgresql(s).getImage()).findFirst();
  }

  private static Optional<Unsafe> configErrors(Instance instance) {
    if (!(instance.answer() instanceof Answer.Known known)) return Optional.empty();
    // Without a certificate it starts all the same, and to do without may be what is asked for.
    var errors =
        known.fileErrors().stream().filter(e -> !e.startsWith(Names.NO_CERTIFICATE)).toList();
    return errors.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Unsafe(
                Refusal.CONFIG_ERRORS,
                "%s might not start again: %s".formatted(instance, String.join("; ", errors))));
  }
}
