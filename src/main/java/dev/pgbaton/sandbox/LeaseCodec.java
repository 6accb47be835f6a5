package dev.pgbaton.sandbox;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.WalPosition;
import dev.pgbaton.instance.LeaseState;
import dev.pgbaton.instance.Quorum;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The Lease as an instance reads and writes it. */
final class LeaseCodec {
  private static final String HOLDER_LIFE = "pgbaton.dev/holder-life";
  private static final String HANDED_ON = "pgbaton.dev/handed-on";

  private LeaseCodec() {}

  static LeaseState read(Lease lease) {
    var annotations = annotations(lease);
    var spec = lease.getSpec();
    return new LeaseState(
        lease.getMetadata().getResourceVersion(),
        Optional.ofNullable(spec.getHolderIdentity()).filter(h -> !h.isEmpty()),
        Optional.ofNullable(annotations.get(HOLDER_LIFE)),
        Optional.ofNullable(annotations.get(HANDED_ON)),
        spec.getLeaseTransitions() == null ? 0 : spec.getLeaseTransitions(),
        Optional.ofNullable(annotations.get(Names.LAST_HOLDER)),
        Optional.ofNullable(annotations.get(Names.FLOOR)).map(WalPosition::parse),
        Optional.ofNullable(annotations.get(Names.HANDOFF_TO)),
        Optional.ofNullable(annotations.get(Names.HANDOFF_REFUSED)),
        Optional.ofNullable(annotations.get(Names.RESTART)),
        Optional.ofNullable(annotations.get(Names.SYSTEM_IDENTIFIER)),
        new Quorum(
            Optional.ofNullable(annotations.get(Names.MEMBERS))
                .map(m -> List.of(m.split(",")))
                .orElse(List.of()),
            Integer.parseInt(annotations.getOrDefault(Names.SYNCHRONOUS_STANDBYS, "0"))),
        Duration.ofSeconds(Optional.ofNullable(spec.getLeaseDurationSeconds()).orElse(0)));
  }

  static Lease write(Lease lease, LeaseState state) {
    var annotations = new TreeMap<>(annotations(lease));
    put(annotations, HOLDER_LIFE, state.holderLife());
    put(annotations, HANDED_ON, state.handedOn());
    put(annotations, Names.LAST_HOLDER, state.lastHolder());
    put(annotations, Names.FLOOR, state.floor().map(WalPosition::toString));
    put(annotations, Names.HANDOFF_TO, state.handOffTo());
    put(annotations, Names.HANDOFF_REFUSED, state.handOffRefused());
    put(annotations, Names.RESTART, state.restart());
    put(annotations, Names.SYSTEM_IDENTIFIER, state.systemIdentifier());
    var members = Optional.of(state.quorum().members()).filter(m -> !m.isEmpty());
    put(annotations, Names.MEMBERS, members.map(m -> String.join(",", m)));
    put(
        annotations,
        Names.SYNCHRONOUS_STANDBYS,
        members.map(_ -> Integer.toString(state.quorum().standbys())));
    return lease
        .edit()
        .editMetadata()
        .withAnnotations(annotations)
        .endMetadata()
        .editSpec()
        .withHolderIdentity(state.holder().orElse(""))
        .withLeaseTransitions(state.epoch())
        .withLeaseDurationSeconds((int) state.lapsesAfter().toSeconds())
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
