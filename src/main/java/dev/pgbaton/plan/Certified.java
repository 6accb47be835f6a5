package dev.pgbaton.plan;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.desired.Certificates;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.observed.ObservedCluster;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.Optional;

/** pgpool's pods are of the certificate that is there: another one makes Kubernetes roll them. */
final class Certified {
  private Certified() {}

  /** The Secret of somebody else's certificate, where it is not known. */
  static Optional<String> missing(DesiredCluster desired, ObservedCluster observed) {
    if (!desired.layout().isGenerated()) return Optional.empty();
    return Certificates.secretOf(desired.statefulSet().getSpec().getTemplate())
        .filter(name -> !isMade(desired.layout().key("Secret", name), desired))
        .filter(name -> observed.snapshot().find(desired.layout().key("Secret", name)).isEmpty());
  }

  private static boolean isMade(ObjectKey key, DesiredCluster desired) {
    return desired.objects().stream().anyMatch(o -> o.key().equals(key));
  }

  /** Empty as long as the certificate is about to be made. */
  static Optional<DesiredObject> of(
      DesiredObject object, DesiredCluster desired, ObservedCluster observed) {
    if (!desired.layout().isGenerated() || !(object.object() instanceof Deployment pgpool))
      return Optional.of(object);
    var secret = Certificates.secretOf(pgpool.getSpec().getTemplate());
    if (secret.isEmpty()) return Optional.of(object);
    var key = desired.layout().key("Secret", secret.get());
    var live = observed.snapshot().find(key);
    if (live.isEmpty()) return isMade(key, desired) ? Optional.empty() : Optional.of(object);
    var notes = live.get().getMetadata().getAnnotations();
    return Optional.of(
        notes == null || !notes.containsKey(Names.CERTIFICATE)
            ? object
            : new DesiredObject(
                Certificates.with(pgpool, notes.get(Names.CERTIFICATE)),
                object.role(),
                object.policy(),
                object.source()));
  }
}
