package dev.pgbaton.sandbox;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.WalPosition;
import dev.pgbaton.instance.LeaseState;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The Lease as an instance reads and writes it. */
final class LeaseCodec {
  private static final String HOLDER_LIFE = "pgbaton.dev/holder-life";

  private LeaseCodec() {}

  static LeaseState read(Lease lease) {
    var annotations = annotations(lease);
    var spec = lease.getSpec();
    return new LeaseState(
        lease.getMetadata().getResourceVersion(),
        Optional.ofNullable(spec.getHolderIdentity()).filter(h -> !h.isEmpty()),
        Optional.ofNullable(annotations.get(HOLDER_LIFE)),
        spec.getLeaseTransitions() == null ? 0 : spec.getLeaseTransitions(),
        Optional.ofNullable(annotations.get(Names.LAST_HOLDER)),
        Optional.ofNullable(annotations.get(Names.FLOOR)).map(WalPosition::parse),
        Optional.ofNullable(annotations.get(Names.HANDOFF_TO)),
        Optional.ofNullable(annotations.get(Names.HANDOFF_REFUSED)),
        Optional.ofNullable(annotations.get(Names.RESTART)),
        Optional.ofNullable(annotations.get(Names.SYSTEM_IDENTIFIER)));
  }

  static Lease write(Lease lease, LeaseState state) {
    var annotations = new TreeMap<>(annotations(lease));
    put(annotations, HOLDER_LIFE, state.holderLife());
    put(annotations, Names.LAST_HOLDER, state.lastHolder());
    put(annotations, Names.FLOOR, state.floor().map(WalPosition::toString));
    put(annotations, Names.HANDOFF_TO, state.handOffTo());
    put(annotations, Names.HANDOFF_REFUSED, state.handOffRefused());
    put(annotations, Names.RESTART, state.restart());
    put(annotations, Names.SYSTEM_IDENTIFIER, state.systemIdentifier());
    return lease
        .edit()
        .editMetadata()
        .withAnnotations(annotations)
        .endMetadata()
        .editSpec()
        .withHolderIdentity(state.holder().orElse(""))
        .withLeaseTransitions(state.epoch())
        .endSpec()
        .build();
  }

  private static Map<String, String> annotations(Lease lease) {
    var annotations = lease.getMetadata().getAnnotations();
    return annotations == null ? Map.of() : annotations;
  }

  private static void put(Map<String, String> annotations, String name, Optional<String> value) {
    value.ifPresentOrElse(v -> annotations.put(name, v), () -> annotations.remove(name));
  }
}
