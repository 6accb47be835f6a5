package dev.pgbaton.sandbox;

import dev.pgbaton.apply.ClusterWriter.Written;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.PodRef;
import dev.pgbaton.desired.AppliedHash;
import dev.pgbaton.reconcile.Repository;
import dev.pgbaton.report.CommitStatus;
import dev.pgbaton.spec.SettingsCatalogue;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/** The safety rules, looked at from outside: with the model's knowledge, not the daemon's. */
final class Invariants {
  /** How old an instance's trouble has to be before a later look must have seen it. */
  private static final long SEEN_AFTER_MILLIS = 2500;

  /** How often the daemon looks by itself at what is as it shall be. */
  private static final long BETWEEN_LOOKS_MILLIS = 10_000;

  /**
   * Clients write 5 KiB in a second: what the spec allows, and what may come while it is looked.
   */
  private long farBehind = (1 << 20) + (8 << 10);

  private static final Set<String> HOLDING_DATA =
      Set.of("PersistentVolumeClaim", "Secret", "Lease", "StatefulSet");

  private final World world;
  private final FakeGit git;
  private final ClusterId id;
  private final Site site;
  private final Map<String, Long> thereSince = new HashMap<>();
  private final Map<String, Long> unwellSince = new HashMap<>();
  private final Map<String, Boolean> wasReady = new HashMap<>();
  private final Set<String> reached = new TreeSet<>();
  private int lateness = 1;

  Invariants(World world, FakeGit git, ClusterId id, SandboxStatuses forge) {
    this.world = world;
    this.git = git;
    this.id = id;
    this.site = world.site(id);
    forge.watch(this::posted);
    world
        .store()
        .watch(
            event -> {
              if (event.object() instanceof Pod pod && PodStatuses.ready(pod))
                wasReady.put(pod.getMetadata().getUid(), true);
              if (event.gone() && HOLDING_DATA.contains(event.key().kind()))
                throw new InvariantViolated(event.key() + " was deleted");
            });
  }

  /** The commit was seen to be carried out, and all was well then. */
  void reached(String commit) {
    reached.add(commit);
  }

  void farBehind(long bytes) {
    farBehind = bytes;
  }

  void lateness(int times) {
    lateness = Math.max(lateness, times);
  }

  void tick() {
    var writable = servers().stream().filter(PostgresServer::writable).toList();
    if (writable.size() > 1)
      throw new InvariantViolated(
          "more than one instance is writable: "
              + writable.stream().map(PostgresServer::name).toList());
    for (Pod pod : pods()) {
      thereSince.putIfAbsent(pod.getMetadata().getUid(), world.agenda().millis());
      var name = pod.getMetadata().getName();
      if (unwell(pod).isPresent()) unwellSince.putIfAbsent(name, world.agenda().millis());
      else unwellSince.remove(name);
    }
  }

  private List<PostgresServer> servers() {
    return site.network().programs().values().stream().map(InstanceProgram::server).toList();
  }

  private List<Pod> pods() {
    return world.store().list(Pod.class);
  }

  private Optional<PostgresServer> server(String pod) {
    return site.network().at(pod).map(InstanceProgram::server);
  }

  private boolean isPrimary(String pod) {
    return server(pod).map(PostgresServer::writable).orElse(false);
  }

  private Optional<String> unwell(Pod pod) {
    var name = pod.getMetadata().getName();
    if (pod.getMetadata().getDeletionTimestamp() != null) return Optional.of(name + " is ending");
    if (!PodStatuses.ready(pod)) return Optional.of(name + " is not Ready");
    var server = server(name);
    if (server.isEmpty() || !server.get().running()) return Optional.of(name + " does not run");
    if (server.get().writable()) return Optional.empty();
    var streams =
        servers().stream()
            .filter(PostgresServer::writable)
            .flatMap(s -> s.links().stream())
            .anyMatch(l -> l.standby() == server.get());
    return streams ? Optional.empty() : Optional.of(name + " does not stream");
  }

  // Disruptive steps.

  Written stopping(ClusterLayout layout, PodRef ref, Supplier<Written> step) {
    var before = pods();
    var target =
        before.stream().filter(p -> p.getMetadata().getUid().equals(ref.uid())).findFirst();
    var others =
        before.stream().filter(p -> !p.getMetadata().getName().equals(ref.name())).toList();
    var trouble = others.stream().flatMap(p -> unwell(p).stream()).findFirst();
    var primary = isPrimary(ref.name());
    var outdated = outdatedBesides(ref.name());
    var version = world.store().version();
    var written = step.get();
    // What was asked for in vain, or of a pod that is ending already, stops nothing.
    if (target.isEmpty() || world.store().version() == version) return written;
    var neverReady = !wasReady.containsKey(ref.uid());
    if (primary && !others.isEmpty())
      throw new InvariantViolated(
          "the daemon stops the primary's pod %s without a handoff%s"
              .formatted(ref, outdated.map(o -> ", and " + o + " is outdated").orElse("")));
    if (trouble.isPresent() && !neverReady)
      throw new InvariantViolated("the daemon stops %s while %s".formatted(ref, trouble.get()));
    if (others.size() + 1 < layout.instances() && !neverReady)
      throw new InvariantViolated("the daemon stops %s while a pod is missing".formatted(ref));
    return written;
  }

  Written handingOff(ClusterLayout layout, PodRef candidate, Supplier<Written> step) {
    // Whoever is to go anyway may be unwell.
    var trouble =
        pods().stream()
            .filter(p -> ordinal(p.getMetadata().getName()) < layout.instances())
            .flatMap(p -> unwell(p).stream())
            .findFirst();
    var primary =
        servers().stream().filter(PostgresServer::writable).map(PostgresServer::name).findFirst();
    var outdated = primary.flatMap(this::outdatedBesides);
    var cordoned = onCordonedNode(candidate.name());
    var version = world.store().version();
    var written = step.get();
    if (world.store().version() == version) return written;
    if (trouble.isPresent())
      throw new InvariantViolated("the daemon asks for a handoff while " + trouble.get());
    var leaves = primary.map(p -> ordinal(p) >= layout.instances()).orElse(false);
    if (outdated.isPresent() && !leaves)
      throw new InvariantViolated(
          "the daemon asks for a handoff while %s is outdated".formatted(outdated.get()));
    var behind = primary.flatMap(this::server).map(s -> lag(s, candidate.name())).orElse(0L);
    if (behind > farBehind)
      throw new InvariantViolated(
          "the handoff's candidate %s is %d bytes behind".formatted(candidate, behind));
    if (cordoned)
      throw new InvariantViolated(
          "the handoff's candidate %s is on a cordoned node".formatted(candidate));
    return written;
  }

  private static long lag(PostgresServer primary, String standby) {
    return primary.links().stream()
        .filter(l -> l.standby().name().equals(standby))
        .mapToLong(l -> primary.flushed() - l.standby().flushed())
        .findFirst()
        .orElse(0);
  }

  Written restartingInPlace(ClusterLayout layout, PodRef holder, Supplier<Written> step) {
    var others = pods().stream().filter(p -> !p.getMetadata().getName().equals(holder.name()));
    var trouble = others.flatMap(p -> unwell(p).stream()).findFirst();
    var version = world.store().version();
    var written = step.get();
    if (world.store().version() != version && trouble.isPresent())
      throw new InvariantViolated(
          "the daemon restarts %s in place while %s".formatted(holder, trouble.get()));
    return written;
  }

  private Optional<String> outdatedBesides(String name) {
    var revision =
        set().map(s -> s.getStatus() == null ? "" : s.getStatus().getUpdateRevision()).orElse("");
    return pods().stream()
        .filter(p -> !p.getMetadata().getName().equals(name))
        .filter(p -> !revision.equals(revisionOf(p)))
        .map(p -> p.getMetadata().getName())
        .findFirst();
  }

  private boolean onCordonedNode(String name) {
    return pods().stream()
        .filter(p -> p.getMetadata().getName().equals(name))
        .flatMap(
            p ->
                world.store().list(io.fabric8.kubernetes.api.model.Node.class).stream()
                    .filter(n -> n.getMetadata().getName().equals(p.getSpec().getNodeName())))
        .anyMatch(Machines::cordoned);
  }

  private long thereFor(Pod pod) {
    var now = world.agenda().millis();
    return now - thereSince.getOrDefault(pod.getMetadata().getUid(), now);
  }

  private static int ordinal(String pod) {
    return Integer.parseInt(pod.substring(pod.lastIndexOf('-') + 1));
  }

  private static String revisionOf(Pod pod) {
    return pod.getMetadata().getLabels().get(StatefulSetController.REVISION_LABEL);
  }

  private Optional<StatefulSet> set() {
    return world.store().list(StatefulSet.class).stream().findFirst();
  }

  // Statuses.

  private void posted(CommitStatus status) {
    world
        .trace()
        .say(
            "forge",
            status.commit().substring(36)
                + " "
                + status.context()
                + " "
                + status.state()
                + " "
                + status.description());
    if (status.state() != CommitStatus.State.SUCCESS) return;
    // It says what was, not what is.
    if (status.description().startsWith("carried out, and followed by")
        && reached.contains(status.commit())) return;
    wrongGreen(status.commit())
        .ifPresent(
            why -> {
              throw new InvariantViolated(
                  "commit %s turns green though %s".formatted(status.commit().substring(36), why));
            });
  }

  private Optional<String> wrongGreen(String commit) {
    if (!(git.at(commit).get(id).orElse(null)
        instanceof Repository.Entry.Wanted(var desired, _, _, _)))
      return Optional.of("it asks for nothing that can be");
    var revision =
        id.name()
            + "-"
            + AppliedHash.of(desired.statefulSet().getSpec().getTemplate()).substring(0, 10);
    var pods = pods();
    // One that somebody has just had made may not have been seen yet.
    pods =
        pods.stream()
            .filter(
                p ->
                    ordinal(p.getMetadata().getName()) < desired.layout().instances()
                        || thereFor(p) > SEEN_AFTER_MILLIS + 150L * lateness)
            .toList();
    if (pods.size() != desired.layout().instances())
      return Optional.of(
          "%d pods are there instead of %d".formatted(pods.size(), desired.layout().instances()));
    for (Pod pod : pods) {
      if (!revision.equals(revisionOf(pod)))
        return Optional.of(pod.getMetadata().getName() + " runs another revision");
      var setting = notInForce(pod.getMetadata().getName(), desired.settings());
      if (setting.isPresent()) return setting;
      var since = unwellSince.get(pod.getMetadata().getName());
      var why = unwell(pod);
      if (why.isPresent()
          && since != null
          && world.agenda().millis() - since > seenAfterMillis(commit))
        return why.map(w -> w + " for some time");
    }
    return Optional.empty();
  }

  private long seenAfterMillis(String commit) {
    // What was carried out while the forge was away, it hears of later.
    var since = reached.contains(commit) ? BETWEEN_LOOKS_MILLIS : 0;
    return since + SEEN_AFTER_MILLIS + 150L * lateness;
  }

  private Optional<String> notInForce(String pod, Map<String, String> wanted) {
    var server = server(pod).filter(PostgresServer::running);
    if (server.isEmpty()) return Optional.empty();
    return new TreeMap<>(wanted)
        .entrySet().stream()
            .filter(e -> server.get().settings().containsKey(e.getKey()))
            .filter(
                e ->
                    !SettingsCatalogue.sameValue(
                        e.getKey(), e.getValue(), server.get().settings().get(e.getKey()), ""))
            .map(e -> "%s has not taken %s".formatted(pod, e))
            .findFirst();
  }

  /** Everything is as the commit says, and well. */
  Optional<String> notYet(String commit) {
    return pods().stream()
        .flatMap(p -> unwell(p).stream())
        .findFirst()
        .or(() -> wrongGreen(commit))
        .or(
            () ->
                servers().stream()
                    .filter(PostgresServer::writable)
                    .findFirst()
                    .map(p -> site.commits().missingAt(p.branch(), p.flushed()))
                    .orElse(Optional.of("nothing is writable")));
  }
}
