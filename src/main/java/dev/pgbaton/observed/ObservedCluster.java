package dev.pgbaton.observed;

import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.PodRef;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.observed.InstanceProbe.Answer;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One look at one cluster: Kubernetes' objects, PostgreSQL's own words and the journal, with what
 * is unknown kept as unknown.
 */
public record ObservedCluster(
    ClusterLayout layout,
    ClusterSnapshot snapshot,
    List<Instance> instances,
    Optional<LeaseState> lease,
    JournalEntry journal,
    Map<String, RouteProbe.Leads> routes,
    ComparedSecrets secrets,
    LookedUp lookedUp) {

  public ObservedCluster(
      ClusterLayout layout,
      ClusterSnapshot snapshot,
      List<Instance> instances,
      Optional<LeaseState> lease,
      JournalEntry journal) {
    this(
        layout, snapshot, instances, lease, journal, Map.of(), ComparedSecrets.SAME, LookedUp.SAME);
  }

  /**
   * @param answers by pod name; a pod without one could not be asked
   */
  public static ObservedCluster of(
      ClusterLayout layout,
      ClusterSnapshot snapshot,
      Map<String, Answer> answers,
      JournalEntry journal) {
    var primaries =
        snapshot.pods().stream()
            .map(p -> p.getMetadata().getName())
            .filter(name -> role(answers.get(name)) == Role.PRIMARY)
            .toList();
    var primary = primaries.size() == 1 ? (Answer.Known) answers.get(primaries.getFirst()) : null;
    var instances =
        snapshot.pods().stream()
            .map(
                pod ->
                    instance(
                        layout, snapshot, pod, answers.get(pod.getMetadata().getName()), primary))
            .sorted(Comparator.comparingInt(Instance::ordinal))
            .toList();
    return new ObservedCluster(
        layout, snapshot, instances, snapshot.lease(layout).map(LeaseState::of), journal);
  }

  private static Instance instance(
      ClusterLayout layout,
      ClusterSnapshot snapshot,
      Pod pod,
      Answer answer,
      Answer.Known primary) {
    var meta = pod.getMetadata();
    var labels = meta.getLabels() == null ? Map.<String, String>of() : meta.getLabels();
    var state = PodState.of(pod);
    var node = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
    return new Instance(
        new PodRef(meta.getName(), meta.getUid(), meta.getResourceVersion()),
        Integer.parseInt(meta.getName().substring(layout.statefulSet().length() + 1)),
        role(answer),
        labels.getOrDefault("controller-revision-hash", ""),
        state.ready(),
        meta.getDeletionTimestamp() != null,
        // Clocks may be set, and who carries its role was Ready once.
        state.neverReady() && !labels.containsKey(Names.ROLE_LABEL),
        PodState.begun(pod),
        node != null && snapshot.cordonedNodes().contains(node),
        state.unreadySince(),
        state.trouble(),
        state.hopeless(),
        Annotations.of(pod, Names.RELOAD).orElse(""),
        labels.getOrDefault(Names.ROLE_LABEL, ""),
        replication(meta.getName(), answer, primary),
        answer == null ? new Answer.Unknown("it was not asked") : answer);
  }

  private static Role role(Answer answer) {
    return answer instanceof Answer.Known known ? known.role() : Role.UNKNOWN;
  }

  private static Replication replication(String pod, Answer answer, Answer.Known primary) {
    if (!(answer instanceof Answer.Known known)) {
      return new Replication.NotKnown(
          answer instanceof Answer.Unknown(var reason)
              ? "PostgreSQL does not answer there: " + reason
              : "it was not asked");
    }
    if (known.role() == Role.PRIMARY) return new Replication.Source();
    if (primary == null)
      return new Replication.NotKnown(
          "it is a replica, and its primary does not answer, or there is not just one");
    var standby = primary.standbys().get(pod);
    return standby != null && standby.streaming()
        ? new Replication.Streaming(standby.lagBytes(), standby.synchronous())
        : new Replication.NotStreaming();
  }

  public ObservedCluster with(JournalEntry journal) {
    return new ObservedCluster(
        layout, snapshot, instances, lease, journal, routes, secrets, lookedUp);
  }

  public ObservedCluster with(ComparedSecrets secrets) {
    return new ObservedCluster(
        layout, snapshot, instances, lease, journal, routes, secrets, lookedUp);
  }

  public ObservedCluster with(LookedUp lookedUp) {
    return new ObservedCluster(
        layout, snapshot, instances, lease, journal, routes, secrets, lookedUp);
  }

  /**
   * @param routes by the name of what was tried: a pod of pgpool, a Service
   */
  public ObservedCluster leading(Map<String, RouteProbe.Leads> routes) {
    return new ObservedCluster(
        layout, snapshot, instances, lease, journal, routes, secrets, lookedUp);
  }

  /** Whether there is something to lose: others' images have no Lease that would tell. */
  public boolean hasData() {
    return layout.capabilities().instanceProgram()
        ? lease.flatMap(LeaseState::systemIdentifier).isPresent()
        : !instances.isEmpty();
  }

  public List<Instance> primaries() {
    return instances.stream().filter(i -> i.role() == Role.PRIMARY).toList();
  }

  public Optional<Instance> primary() {
    var primaries = primaries();
    return primaries.size() == 1 ? Optional.of(primaries.getFirst()) : Optional.empty();
  }

  public Optional<Instance> instance(String pod) {
    return instances.stream().filter(i -> i.pod().name().equals(pod)).findFirst();
  }

  public Optional<StatefulSet> statefulSet() {
    return snapshot.statefulSet(layout);
  }

  /**
   * The revision that its pods are to be made from; empty while the StatefulSet's controller has
   * not named one.
   */
  public Optional<String> updateRevision() {
    return statefulSet()
        .map(StatefulSet::getStatus)
        .map(StatefulSetStatus::getUpdateRevision)
        .filter(revision -> !revision.isEmpty());
  }

  /** Whether its pod is known to be made from another revision than the one that is wanted. */
  public boolean outdated(Instance instance) {
    return updateRevision().filter(target -> !instance.revision().equals(target)).isPresent();
  }

  public Optional<Deployment> pgpool() {
    return layout
        .pgpoolDeployment()
        .flatMap(name -> snapshot.find(layout.key("Deployment", name)))
        .map(Deployment.class::cast);
  }
}
