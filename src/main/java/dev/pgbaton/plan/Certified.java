package dev.pgbaton.plan;

import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.desired.Certificates;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.observed.ObservedCluster;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** pgpool's pods are of the certificate that is there: another one makes Kubernetes roll them. */
final class Certified {
  private Certified() {}

  /** Before the rollout that brings it: whoever has a certificate keeps the copy of it. */
  static Optional<Plan.Blocked> refuse(DesiredCluster desired, ObservedCluster observed) {
    var wanted = secrets(desired.statefulSet());
    var mounted = observed.statefulSet().map(Certified::secrets).orElse(List.of());
    return mounted.containsAll(wanted) ? Optional.empty() : left(desired, observed);
  }

  /** By name, in the order in which they are looked for. */
  private static List<String> secrets(StatefulSet set) {
    var pods = set.getSpec().getTemplate();
    return Stream.of(Certificates.secretOf(pods), Certificates.replicationSecretOf(pods))
        .flatMap(Optional::stream)
        .toList();
  }

  /** Nothing else waits for it. */
  static Optional<Plan.Blocked> left(DesiredCluster desired, ObservedCluster observed) {
    return missing(desired, observed)
        .map(
            name ->
                new Plan.Blocked(
                    Refusal.CERTIFICATE_MISSING,
                    name.equals(secrets(desired.statefulSet()).getFirst())
                        ? "spec.tls.secretName"
                        : "spec.tls.replicationSecretName",
                    "there is no Secret %s with the label %s: %s: who has to use TLS could not connect, and nobody would hear of a renewed certificate."
                        .formatted(name, Names.CLUSTER_LABEL, desired.layout().id().name())));
  }

  /** The Secret of somebody else's certificate, where it is not known. */
  private static Optional<String> missing(DesiredCluster desired, ObservedCluster observed) {
    if (!desired.layout().isGenerated()) return Optional.empty();
    return secrets(desired.statefulSet()).stream()
        .filter(name -> !isMade(desired.layout().key("Secret", name), desired))
        .filter(name -> observed.snapshot().find(desired.layout().key("Secret", name)).isEmpty())
        .findFirst();
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
    var certificate = Annotations.of(live.get(), Names.CERTIFICATE);
    return Optional.of(
        certificate
            .map(
                hash ->
                    new DesiredObject(
                        Annotations.onPods(pgpool, Names.CERTIFICATE, hash),
                        object.role(),
                        object.policy(),
                        object.source()))
            .orElse(object));
  }
}
