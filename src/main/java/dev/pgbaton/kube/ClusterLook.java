package dev.pgbaton.kube;

import dev.pgbaton.apply.ClusterWriter.Written;
import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.Capabilities;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.cluster.PodRef;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.instance.http.StatusJson;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.LeaseState;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.sops.DataKeys;
import dev.pgbaton.sops.PasswordVault;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Clusters as a person sees them with a kubeconfig: by requests, without the repository, and
 * without the daemon's rights.
 */
public final class ClusterLook {
  private static final int TRIES = 10;

  private final KubernetesClient client;
  private final String daemonNamespace;
  private final ProxiedProbe probe;

  /**
   * @param observed without what only the daemon asks: settings, routes
   * @param journalTrouble why the journal could not be read; empty where it was
   * @param waits what each instance's program says that it waits for, by pod
   */
  public record Seen(
      ObservedCluster observed,
      Optional<String> journalTrouble,
      Map<String, String> waits,
      int synchronousStandbys) {}

  public ClusterLook(KubernetesClient client, String daemonNamespace) {
    this.client = client;
    this.daemonNamespace = daemonNamespace;
    this.probe = new ProxiedProbe(client);
  }

  /**
   * @param namespace empty for all
   * @throws KubernetesClientException if they can't be listed
   */
  public Set<ClusterId> clusters(Optional<String> namespace) {
    var sets = client.apps().statefulSets();
    var listed =
        namespace
            .map(n -> sets.inNamespace(n).withLabel(Names.CLUSTER_LABEL).list())
            .orElseGet(() -> sets.inAnyNamespace().withLabel(Names.CLUSTER_LABEL).list());
    return listed.getItems().stream()
        .map(StatefulSet::getMetadata)
        .map(meta -> new ClusterId(meta.getNamespace(), meta.getName()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * @return empty if there is no such cluster
   * @throws KubernetesClientException if Kubernetes does not answer, or more may not be read
   */
  public Optional<Seen> look(ClusterId id) {
    var namespace = id.namespace();
    var set =
        Optional.ofNullable(
                client.apps().statefulSets().inNamespace(namespace).withName(id.name()).get())
            .filter(s -> Trim.cluster(s).filter(id::equals).isPresent());
    if (set.isEmpty()) return Optional.empty();
    var lease =
        Optional.ofNullable(client.leases().inNamespace(namespace).withName(id.name()).get())
            .filter(l -> Trim.cluster(l).filter(id::equals).isPresent());
    var replicas = set.get().getSpec().getReplicas();
    var layout =
        ClusterLayout.generated(
            id,
            replicas == null ? 1 : replicas,
            false,
            new Capabilities(lease.isPresent(), Duration.ZERO));
    var pods =
        client
            .pods()
            .inNamespace(namespace)
            .withLabel(Names.CLUSTER_LABEL, id.name())
            .list()
            .getItems()
            .stream()
            .filter(pod -> KubeClusterReader.isOf(layout, pod))
            .toList();
    var told = probe.told(layout, pods);
    var waits = new TreeMap<String, String>();
    told.forEach(
        (pod, one) ->
            waits.put(
                pod, one.text().map(StatusJson::told).orElse(StatusJson.Told.NOTHING).reason()));
    var objects = new TreeMap<ObjectKey, HasMetadata>();
    objects.put(layout.statefulSetKey(), set.get());
    lease.ifPresent(l -> objects.put(layout.key("Lease", layout.lease()), l));
    var journal = journal(id);
    return Optional.of(
        new Seen(
            ObservedCluster.of(
                layout,
                new ClusterSnapshot(objects, pods, cordoned(pods), true),
                ProxiedProbe.answers(told),
                journal.entry()),
            journal.trouble(),
            waits,
            lease.map(ClusterLook::synchronousStandbys).orElse(0)));
  }

  private static int synchronousStandbys(Lease lease) {
    return Annotations.of(lease, Names.SYNCHRONOUS_STANDBYS)
        .filter(number -> number.matches("\\d{1,4}"))
        .map(Integer::parseInt)
        .orElse(0);
  }

  /** Who may not read nodes sees none cordoned. */
  private Set<String> cordoned(List<Pod> pods) {
    var nodes = new TreeSet<String>();
    pods.forEach(
        pod -> {
          if (pod.getSpec().getNodeName() != null) nodes.add(pod.getSpec().getNodeName());
        });
    try {
      nodes.removeIf(
          name -> {
            var node = client.nodes().withName(name).get();
            return node == null || !Trim.cordoned(node);
          });
      return nodes;
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_FORBIDDEN) throw e;
      return Set.of();
    }
  }

  /** The Lease alone, for who waits for it to change hands. */
  public Optional<LeaseState> lease(ClusterId id) {
    return Optional.ofNullable(
            client.leases().inNamespace(id.namespace()).withName(id.name()).get())
        .map(LeaseState::of);
  }

  /**
   * By the Lease's version of this moment, as long as it says what was seen: its holder renews it
   * every other second, so that any earlier version is old by now.
   */
  public Written requestHandoff(Seen seen, PodRef candidate) {
    var layout = seen.observed().layout();
    var before = seen.observed().lease().orElseThrow();
    var writer =
        new KubeClusterWriter(
            client, new OwnWrites(), new DecryptedPasswords(DataKeys.NONE, PasswordVault.NONE));
    Written written = new Written.Stale("the Lease is gone");
    for (int tries = 0; tries < TRIES && written instanceof Written.Stale; tries++) {
      var now = lease(layout.id());
      if (now.filter(lease -> lease.isStill(before)).isEmpty())
        return new Written.Stale("the Lease says something else by now; look again");
      written = writer.requestHandoff(layout, now.get().resourceVersion(), candidate);
    }
    return written;
  }

  /** What one instance says that it is, for who waits for it. */
  public Role role(Seen seen, String pod) {
    var pods =
        seen.observed().snapshot().pods().stream()
            .filter(p -> p.getMetadata().getName().equals(pod))
            .toList();
    var answers = ProxiedProbe.answers(probe.told(seen.observed().layout(), pods));
    return answers.get(pod) instanceof Answer.Known known ? known.role() : Role.UNKNOWN;
  }

  /**
   * @param trouble why it could not be read; empty where it was
   */
  public record Read(JournalEntry entry, Optional<String> trouble) {}

  public Read journal(ClusterId id) {
    try {
      var map = journalOf(id);
      return map == null
          ? new Read(
              JournalEntry.EMPTY,
              Optional.of("there is none of this cluster in " + daemonNamespace))
          : new Read(KubeJournal.entry(map), Optional.empty());
    } catch (KubernetesClientException e) {
      return new Read(JournalEntry.EMPTY, Optional.of(ApiError.words(e)));
    } catch (IllegalStateException e) {
      return new Read(JournalEntry.EMPTY, Optional.of(e.getMessage()));
    }
  }

  private ConfigMap journalOf(ClusterId id) {
    return client.configMaps().inNamespace(daemonNamespace).withName(KubeJournal.name(id)).get();
  }

  /** For a person: what Kubernetes said. */
  public static String words(KubernetesClientException e) {
    return ApiError.words(e);
  }
}
