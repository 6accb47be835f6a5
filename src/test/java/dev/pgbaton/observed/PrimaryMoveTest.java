package dev.pgbaton.observed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.observed.PrimaryMove.Cause;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PrimaryMoveTest {
  private static final ClusterId ID = new ClusterId("shop", "orders");
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  private static Lease lease(String holder, int epoch, Map<String, String> notes) {
    return new LeaseBuilder()
        .withNewMetadata()
        .withAnnotations(notes)
        .endMetadata()
        .withNewSpec()
        .withHolderIdentity(holder)
        .withLeaseTransitions(epoch)
        .endSpec()
        .build();
  }

  @Test
  void whoHandsOverSaysHowFarTheDataGoes() {
    var after =
        lease("orders-1", 4, Map.of(Names.FLOOR, "1:0/3000148", Names.LAST_HOLDER, "orders-0"));

    assertThat(PrimaryMove.between(ID, lease("orders-0", 3, Map.of()), after, NOW))
        .contains(new PrimaryMove(ID, "orders-0", "orders-1", Cause.HANDOFF, 4, NOW));
  }

  @Test
  void soDoesOneWhoHandsOverOnAnAnswer() {
    var handed = lease("orders-1", 4, Map.of(Names.HANDED_FLOOR, "1:0/3000148"));
    var kept = lease("orders-2", 5, Map.of(Names.HANDED_FLOOR, "1:0/3000148"));

    assertThat(PrimaryMove.between(ID, lease("orders-0", 3, Map.of()), handed, NOW))
        .get()
        .extracting(PrimaryMove::cause)
        .isEqualTo(Cause.HANDOFF);
    assertThat(PrimaryMove.between(ID, handed, kept, NOW))
        .get()
        .extracting(PrimaryMove::cause)
        .isEqualTo(Cause.FAILOVER);
  }

  /** A program of another version says by another name how far the data goes. */
  @Test
  void soHasOneWhoWasAskedToAndRenewedAMomentAgo() {
    var asked = renewed(lease("orders-0", 3, Map.of(Names.HANDOFF_TO, "orders-1")), NOW);

    assertThat(cause(asked, renewed(lease("orders-1", 4, Map.of()), NOW.plusSeconds(2))))
        .isEqualTo(Cause.HANDOFF);
    assertThat(cause(asked, renewed(lease("orders-1", 4, Map.of()), NOW.plusSeconds(11))))
        .isEqualTo(Cause.FAILOVER);
    assertThat(cause(asked, renewed(lease("orders-2", 4, Map.of()), NOW.plusSeconds(2))))
        .isEqualTo(Cause.FAILOVER);
  }

  private static Cause cause(Lease before, Lease after) {
    return PrimaryMove.between(ID, before, after, NOW).orElseThrow().cause();
  }

  private static Lease renewed(Lease lease, Instant at) {
    return lease
        .edit()
        .editSpec()
        .withLeaseDurationSeconds(10)
        .withRenewTime(at.atZone(ZoneOffset.UTC))
        .endSpec()
        .build();
  }

  @Test
  void aLeaseThatLapsedIsTaken() {
    assertThat(
            PrimaryMove.between(
                ID, lease("orders-0", 3, Map.of()), lease("orders-1", 4, Map.of()), NOW))
        .get()
        .extracting(PrimaryMove::cause)
        .isEqualTo(Cause.FAILOVER);
  }

  @Test
  void aLeaseThatWasLetGoIsTaken() {
    var free = lease("", 3, Map.of(Names.LAST_HOLDER, "orders-0"));
    var taken = lease("orders-2", 4, Map.of(Names.LAST_HOLDER, "orders-2"));

    assertThat(PrimaryMove.between(ID, free, taken, NOW))
        .contains(new PrimaryMove(ID, "orders-0", "orders-2", Cause.FAILOVER, 4, NOW));
  }

  @Test
  void whoComesBackOrIsTheFirstHasNotMoved() {
    var notes = Map.of(Names.LAST_HOLDER, "orders-0");

    assertThat(PrimaryMove.between(ID, lease("", 3, notes), lease("orders-0", 4, notes), NOW))
        .isEmpty();
    assertThat(PrimaryMove.between(ID, lease("", 0, Map.of()), lease("orders-0", 1, Map.of()), NOW))
        .isEmpty();
    assertThat(
            PrimaryMove.between(ID, lease("orders-0", 1, notes), lease("orders-0", 1, notes), NOW))
        .isEmpty();
  }
}
