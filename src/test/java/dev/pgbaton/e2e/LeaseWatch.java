package dev.pgbaton.e2e;

import dev.pgbaton.cluster.Names;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** Notes each change of a cluster's Lease but its renewals. */
final class LeaseWatch implements ResourceEventHandler<Lease>, AutoCloseable {
  private final Timeline timeline;
  private final SharedIndexInformer<Lease> informer;
  private volatile String holder = "";
  private volatile Map<String, String> annotations = Map.of();
  private String before = "";

  LeaseWatch(KubernetesClient kubernetes, String namespace, String name, Timeline timeline) {
    this.timeline = timeline;
    this.informer = kubernetes.leases().inNamespace(namespace).withName(name).inform(this);
  }

  /** As it was known last. */
  String holder() {
    return holder;
  }

  Optional<String> annotation(String name) {
    return Optional.ofNullable(annotations.get(name));
  }

  @Override
  public void onAdd(Lease lease) {
    annotations = Map.copyOf(lease.getMetadata().getAnnotations());
    holder = Objects.requireNonNullElse(lease.getSpec().getHolderIdentity(), "");
    var notes = new TreeMap<>(lease.getMetadata().getAnnotations());
    notes.remove(Names.SYSTEM_IDENTIFIER);
    var now = "'%s' epoch %d %s".formatted(holder, lease.getSpec().getLeaseTransitions(), notes);
    if (!now.equals(before)) timeline.note("lease: %s", now);
    before = now;
  }

  @Override
  public void onUpdate(Lease old, Lease lease) {
    onAdd(lease);
  }

  @Override
  public void onDelete(Lease lease, boolean unknown) {
    timeline.note("lease: deleted");
  }

  @Override
  public void close() {
    informer.close();
  }
}
