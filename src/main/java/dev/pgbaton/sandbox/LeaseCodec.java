package dev.pgbaton.sandbox;

import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.instance.LeaseNotes;
import dev.pgbaton.instance.LeaseState;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The Lease as an instance reads and writes it. */
final class LeaseCodec {
  private LeaseCodec() {}

  static LeaseState read(Lease lease) {
    var spec = lease.getSpec();
    return LeaseNotes.read(
        lease.getMetadata().getResourceVersion(),
        Optional.ofNullable(spec.getHolderIdentity()).filter(h -> !h.isEmpty()),
        Optional.ofNullable(spec.getLeaseTransitions()).orElse(0),
        Duration.ofSeconds(Optional.ofNullable(spec.getLeaseDurationSeconds()).orElse(0)),
        annotations(lease));
  }

  static Lease write(Lease lease, LeaseState state) {
    return lease
        .edit()
        .editMetadata()
        .withAnnotations(LeaseNotes.write(annotations(lease), state))
        .endMetadata()
        .editSpec()
        .withHolderIdentity(state.holder().orElse(""))
        .withLeaseTransitions(state.epoch())
        .withLeaseDurationSeconds((int) state.lapsesAfter().toSeconds())
        .endSpec()
        .build();
  }

  private static Map<String, String> annotations(Lease lease) {
    return Annotations.all(lease);
  }
}
