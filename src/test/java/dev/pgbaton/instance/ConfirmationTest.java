package dev.pgbaton.instance;

import static dev.pgbaton.instance.InstanceFixture.at;
import static dev.pgbaton.instance.InstanceFixture.instance;
import static dev.pgbaton.instance.InstanceFixture.replica;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.instance.InstanceStep.Promote;
import dev.pgbaton.instance.InstanceStep.Synchronise;
import dev.pgbaton.instance.InstanceStep.Wait;
import dev.pgbaton.instance.InstanceStep.WriteQuorum;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The Lease never lets somebody succeed with fewer instances than PostgreSQL's commits need. */
class ConfirmationTest {
  private static final List<String> THREE = List.of("pg-0", "pg-1", "pg-2");
  private static final List<String> TWO = List.of("pg-0", "pg-1");

  private static InstanceFixture primary(int wish) {
    return instance("pg-0")
        .primary()
        .holding()
        .synchronous(wish)
        .peer("pg-1", replica("pg-1", at(1, 500), "pg-0"))
        .peer("pg-2", replica("pg-2", at(1, 500), "pg-0"))
        .settled(new RouteTargets("10.0.0.0", List.of("10.0.0.1", "10.0.0.2")));
  }

  @Test
  void theFirstSynchronousStandbyIsOnTheLeaseBeforePostgresWaitsForIt() {
    var asked = primary(1).onTheLease(THREE, 0).inForce(Quorum.NONE);

    assertThat(asked.step()).isEqualTo(new WriteQuorum(new Quorum(THREE, 1)));
    assertThat(asked.onTheLease(THREE, 1).step()).isEqualTo(new Synchronise(new Quorum(THREE, 1)));
    assertThat(asked.inForce(new Quorum(THREE, 1)).step()).isInstanceOf(Wait.class);
  }

  @Test
  void theLastSynchronousStandbyLeavesPostgresFirst() {
    var asked = primary(0).onTheLease(THREE, 1).inForce(new Quorum(THREE, 1));

    assertThat(asked.step()).isEqualTo(new Synchronise(new Quorum(THREE, 0)));
    assertThat(asked.inForce(Quorum.NONE).step()).isEqualTo(new WriteQuorum(new Quorum(THREE, 0)));
  }

  @Test
  void aNewClusterDoesNotWaitForStandbysThatAreStillToBeMade() {
    var alone =
        primary(1)
            .onTheLease(THREE, 0)
            .inForce(Quorum.NONE)
            .unreachable("pg-1")
            .unreachable("pg-2");

    assertThat(alone.step()).isNotInstanceOfAny(WriteQuorum.class, Synchronise.class);
  }

  @Test
  void withMoreThanOneTheSmallerNumberStandsOnTheLease() {
    var more = primary(2).onTheLease(THREE, 1).inForce(new Quorum(THREE, 1));
    assertThat(more.step()).isEqualTo(new Synchronise(new Quorum(THREE, 2)));
    assertThat(more.inForce(new Quorum(THREE, 2)).step())
        .isEqualTo(new WriteQuorum(new Quorum(THREE, 2)));

    var fewer = primary(1).onTheLease(THREE, 2).inForce(new Quorum(THREE, 2));
    assertThat(fewer.step()).isEqualTo(new WriteQuorum(new Quorum(THREE, 1)));
  }

  @Test
  void moreStandbysCountOnceTheyHaveWhatFewerHaveConfirmed() {
    assertThat(
            primary(2)
                .onTheLease(THREE, 1)
                .inForce(new Quorum(THREE, 2))
                .peer("pg-2", replica("pg-2", at(1, 399), "pg-0"))
                .step())
        .isNotInstanceOf(WriteQuorum.class);
  }

  @Test
  void aNewMemberConfirmsNothingBeforeItIsOnTheLease() {
    var grown = primary(1).onTheLease(TWO, 1).inForce(new Quorum(TWO, 1));

    assertThat(grown.step()).isEqualTo(new WriteQuorum(new Quorum(THREE, 1)));
    assertThat(grown.onTheLease(THREE, 1).step()).isEqualTo(new Synchronise(new Quorum(THREE, 1)));
  }

  @Test
  void settingsThatMayBeOlderThanTheLeaseRelaxNothing() {
    var newHolder =
        primary(0)
            .onTheLease(THREE, 1)
            .inForce(new Quorum(THREE, 1))
            .leaseSaysSo(Duration.ofSeconds(90));

    assertThat(newHolder.step()).isNotInstanceOfAny(WriteQuorum.class, Synchronise.class);
    assertThat(newHolder.leaseSaysSo(Duration.ofMinutes(3)).step()).isInstanceOf(Synchronise.class);
  }

  @Test
  void aReplicaIsPromotedOnlyWithTheLeasesConfirmation() {
    var handed =
        instance("pg-1")
            .standby(at(1, 500), "pg-0", false)
            .holding()
            .onTheLease(THREE, 1)
            .inForce(Quorum.NONE);

    assertThat(handed.step()).isEqualTo(new Synchronise(new Quorum(THREE, 1)));
    assertThat(handed.inForce(new Quorum(THREE, 1)).step()).isEqualTo(new Promote());
  }
}
