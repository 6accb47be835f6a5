package dev.pgbaton.instance;

import static dev.pgbaton.instance.InstanceFixture.at;
import static dev.pgbaton.instance.InstanceFixture.endingReplica;
import static dev.pgbaton.instance.InstanceFixture.formerPrimary;
import static dev.pgbaton.instance.InstanceFixture.instance;
import static dev.pgbaton.instance.InstanceFixture.replica;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.instance.InstanceStep.AbandonHandOff;
import dev.pgbaton.instance.InstanceStep.BeginHandOff;
import dev.pgbaton.instance.InstanceStep.Checkpoint;
import dev.pgbaton.instance.InstanceStep.HandOver;
import dev.pgbaton.instance.InstanceStep.LeadAhead;
import dev.pgbaton.instance.InstanceStep.Publish;
import dev.pgbaton.instance.InstanceStep.RenewLease;
import dev.pgbaton.instance.InstanceStep.Stop;
import dev.pgbaton.instance.InstanceStep.Wait;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HandOffTest {
  private static final RouteTargets BOTH =
      new RouteTargets("10.0.0.0", List.of("10.0.0.1", "10.0.0.2"));

  private static InstanceFixture primary() {
    return instance("pg-0")
        .primary()
        .holding()
        .settled(BOTH)
        .peer("pg-1", replica("pg-1", at(1, 490), "pg-0"))
        .peer("pg-2", replica("pg-2", at(1, 500), "pg-0"));
  }

  @Test
  void theDaemonNamesTheCandidate() {
    assertThat(primary().askedToHandOverTo("pg-1").step())
        .isEqualTo(new BeginHandOff("pg-1", true));
  }

  @Test
  void aCandidateThatDoesNotStreamIsRefused() {
    assertThat(
            primary()
                .peer("pg-1", replica("pg-1", at(1, 490), null))
                .settled(new RouteTargets("10.0.0.0", List.of("10.0.0.2")))
                .askedToHandOverTo("pg-1")
                .step())
        .isEqualTo(new AbandonHandOff("pg-1", true, "it does not stream from pg-0"));
  }

  @Test
  void oneThatDidNotStreamWhenItWasAskedLastIsAskedOnceMore() {
    assertThat(
            primary()
                .peer("pg-1", replica("pg-1", at(1, 490), null))
                .settled(new RouteTargets("10.0.0.0", List.of("10.0.0.2")))
                .askedToHandOverTo("pg-1")
                .askedBefore("pg-1", Duration.ofHours(1))
                .step())
        .isEqualTo(new Wait(false));
  }

  @Test
  void theHookTakesTheReplicaWithTheMost() {
    assertThat(primary().hookAsks().step()).isEqualTo(new BeginHandOff("pg-2", false));
  }

  @Test
  void whereItIsNotKnownWhetherClientsWereLedAheadTheyAreLedBack() {
    assertThat(
            primary().handingOverTo("pg-2").routeUnknown(Duration.ofMillis(600)).abandoned().step())
        .isEqualTo(new Publish(RouteTargets.onlyPrimary("10.0.0.0")));
  }

  @Test
  void theHookAsksOnceMoreWhetherTheOthersEndToo() {
    var asked = primary().hookAsks();

    assertThat(asked.askedBefore("pg-2", Duration.ofMillis(900)).step()).isEqualTo(new Wait(false));
  }

  @Test
  void whereAllEndNobodyIsHandedTheLease() {
    var alone =
        primary()
            .peer("pg-1", endingReplica("pg-1", at(1, 500), "pg-0"))
            .peer("pg-2", endingReplica("pg-2", at(1, 500), "pg-0"))
            .settled(new RouteTargets("10.0.0.0", List.of("10.0.0.0")))
            .hookAsks();

    assertThat(alone.step()).isEqualTo(new Checkpoint());
    assertThat(alone.checkpoint(Duration.ofSeconds(1), false).step())
        .isEqualTo(new AbandonHandOff("", false, "no replica can take over"));
  }

  @Test
  void aCheckpointBeforeALoneStopIsNotBegunAnewWhereTheServerDoesNotAnswerForAMoment() {
    var memory =
        Memory.begin(Duration.ZERO)
            .checkpointing(Duration.ofSeconds(1))
            .observed(
                new ServerState.Starting(true),
                Intents.NONE,
                Optional.empty(),
                Duration.ofSeconds(2));

    assertThat(memory.checkpointBegun()).contains(Duration.ofSeconds(1));
  }

  @Test
  void theHookDoesNotTakeAReplicaThatEndsToo() {
    assertThat(
            primary()
                .peer("pg-2", endingReplica("pg-2", at(1, 500), "pg-0"))
                .settled(new RouteTargets("10.0.0.0", List.of("10.0.0.1")))
                .hookAsks()
                .step())
        .isEqualTo(new BeginHandOff("pg-1", false));
  }

  @Test
  void clientsAreLedToTheCandidateOnceTheCheckpointIsDone() {
    assertThat(primary().holding(Duration.ofMillis(100)).handingOverTo("pg-2").step())
        .isEqualTo(new LeadAhead("pg-2", "10.0.0.2"));
  }

  @Test
  void theLeaseIsRenewedBeforeClientsAreCutOff() {
    assertThat(primary().holding(Duration.ofMillis(900)).handingOverTo("pg-2").step())
        .isEqualTo(new RenewLease());
  }

  @Test
  void theLeaseIsHandedOverWhileTheFormerPrimaryStillEnds() {
    var ending =
        primary()
            .stopping(Optional.of(at(1, 500)))
            .ledAheadTo("pg-2")
            .peer("pg-2", replica("pg-2", at(1, 620), "pg-0"));

    assertThat(ending.step()).isEqualTo(new HandOver("pg-2", at(1, 500)));
  }

  @Test
  void theLeaseIsRenewedWhileTheServerStops() {
    var ending = primary().stopping(Optional.of(at(1, 500))).holding(Duration.ofSeconds(5));

    assertThat(ending.step()).isEqualTo(new RenewLease());
    assertThat(ending.ledAheadTo("pg-2").step()).isEqualTo(new RenewLease());
  }

  @Test
  void aCandidateThatDoesNotGetThereWhileTheServerEndsIsGivenUp() {
    var ending =
        primary()
            .stopping(Optional.of(at(1, 500)))
            .stoppedFor(Duration.ofSeconds(4))
            .ledAheadTo("pg-2");

    assertThat(ending.step()).isInstanceOf(AbandonHandOff.class);
  }

  @Test
  void aReplicaThatIsFarBehindIsNoCandidate() {
    assertThat(primary().primaryAt(at(1, 500 + (17 << 20))).askedToHandOverTo("pg-1").step())
        .isEqualTo(new AbandonHandOff("pg-1", true, "it is more than 16 MB behind"));
  }

  @Test
  void aServerThatMayStillWriteIsWaitedFor() {
    var ending =
        primary()
            .stopping(Optional.empty())
            .ledAheadTo("pg-2")
            .peer("pg-2", replica("pg-2", at(1, 620), "pg-0"));

    assertThat(ending.step()).isEqualTo(new Wait(true));
  }

  @Test
  void theServerStopsOnceClientsAreLedElsewhere() {
    assertThat(primary().ledAheadTo("pg-2").step()).isEqualTo(Stop.fast());
  }

  @Test
  void aHandoffThatIsAbandonedLeadsClientsBack() {
    var late = primary().ledAheadTo("pg-2").peer("pg-2", endingReplica("pg-2", at(1, 500), "pg-0"));

    assertThat(late.step()).isEqualTo(new AbandonHandOff("pg-2", true, "its pod is about to end"));
    assertThat(late.abandoned().step())
        .isEqualTo(new Publish(RouteTargets.onlyPrimary("10.0.0.0")));
  }

  @Test
  void theLeaseIsHandedOverOnceTheCandidateHasTheShutdownCheckpoint() {
    var stopped = primary().stopped(formerPrimary(at(1, 500))).handingOverTo("pg-2");

    assertThat(stopped.step()).isEqualTo(new Wait(true));
    assertThat(stopped.peer("pg-2", replica("pg-2", at(1, 620), null)).step())
        .isEqualTo(new HandOver("pg-2", at(1, 500)));
  }
}
