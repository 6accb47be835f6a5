package dev.pgbaton.sandbox;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** Everything outside the daemon: Kubernetes, the instances in its pods, and their clients. */
final class World {
  private final Agenda agenda;
  private final Chance chance;
  private final Trace trace;
  private final ObjectStore store;
  private final Machines machines;
  private final Deletions deletions;
  private final ServerSideApply apply;
  private final Kubelet kubelet;
  private final ApiServer api = new ApiServer();
  private final SandboxJournal journal = new SandboxJournal(api);
  private final Map<ClusterId, Site> sites = new LinkedHashMap<>();
  private final Map<ObjectKey, InstanceApi> instanceApis = new LinkedHashMap<>();

  private boolean apiAwayForAll;
  private InstanceWires wires = InstanceWires.SOUND;

  World(long seed, Instant begin, int nodes, Consumer<String> trace) {
    this(seed, begin, nodes, trace, null);
  }

  /**
   * @param programs what runs in the pods; null for the model of it
   */
  World(long seed, Instant begin, int nodes, Consumer<String> trace, Program.Launcher programs) {
    this.agenda = new Agenda(begin);
    this.chance = new Chance(seed);
    this.trace = new Trace(agenda, trace);
    this.store = new ObjectStore(agenda);
    this.machines = new Machines(store, nodes);
    this.deletions = new Deletions(agenda, store);
    this.apply = new ServerSideApply(store);
    new StatefulSetController(agenda, chance, store, deletions);
    new DeploymentController(agenda, chance, store);
    this.kubelet =
        new Kubelet(agenda, chance, store, machines, programs == null ? this::launch : programs);
  }

  private Program launch(Pod pod, IntConsumer exit) {
    if (pod.getSpec().getContainers().getFirst().getImage().contains("crashes"))
      return new CrashingProgram(agenda, exit);
    return new InstanceProgram(
        site(clusterOf(pod)), store, api(ObjectStore.key(pod)), wires, pod, exit);
  }

  private static ClusterId clusterOf(Pod pod) {
    return new ClusterId(
        pod.getMetadata().getNamespace(), pod.getMetadata().getLabels().get(Names.CLUSTER_LABEL));
  }

  Site site(ClusterId id) {
    return sites.computeIfAbsent(
        id,
        _ -> {
          var site = new Site(id, agenda, chance, trace);
          new Clients(site).begin();
          return site;
        });
  }

  /** The API server as one pod sees it, in all its lives. */
  InstanceApi api(ObjectKey pod) {
    return instanceApis.computeIfAbsent(pod, _ -> new InstanceApi(() -> apiAwayForAll));
  }

  void apiAwayForAll(boolean away) {
    apiAwayForAll = away;
  }

  /** For every instance that starts from now on. */
  void wires(InstanceWires wrong) {
    wires = wrong;
  }

  void pass(Duration time) {
    agenda.advanceTo(agenda.uptime().plus(time));
  }

  Agenda agenda() {
    return agenda;
  }

  Chance chance() {
    return chance;
  }

  Trace trace() {
    return trace;
  }

  ObjectStore store() {
    return store;
  }

  Machines machines() {
    return machines;
  }

  Deletions deletions() {
    return deletions;
  }

  ServerSideApply apply() {
    return apply;
  }

  Kubelet kubelet() {
    return kubelet;
  }

  ApiServer api() {
    return api;
  }

  SandboxJournal journal() {
    return journal;
  }

  Map<ClusterId, Site> sites() {
    return sites;
  }
}
