package dev.pgbaton.instance;

import static dev.pgbaton.instance.InstanceFixture.at;
import static dev.pgbaton.instance.InstanceFixture.emptyInstance;
import static dev.pgbaton.instance.InstanceFixture.endingReplica;
import static dev.pgbaton.instance.InstanceFixture.formerPrimary;
import static dev.pgbaton.instance.InstanceFixture.formerStandby;
import static dev.pgbaton.instance.InstanceFixture.instance;
import static dev.pgbaton.instance.InstanceFixture.promised;
import static dev.pgbaton.instance.InstanceFixture.replica;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.instance.InstanceStep.CutOff;
import dev.pgbaton.instance.InstanceStep.StartStandby;
import dev.pgbaton.instance.InstanceStep.TakeLease;
import dev.pgbaton.instance.InstanceStep.Wait;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SuccessionTest {
  private static final Duration TEN_SECONDS = Duration.ofSeconds(10);

  private static InstanceFixture survivor() {
    return instance("pg-1")
        .standby(at(1, 500), "pg-0", false)
        .leaseOf("pg-0")
        .leaseUnchangedFor(TEN_SECONDS)
        .streamedUntil("pg-0", Duration.ofSeconds(9))
        .unreachable("pg-0")
        .peer("pg-2", replica("pg-2", at(1, 500), null));
  }

  @Test
  void aReplicaThatStreamedUntilTheEndTakesALapsedLease() {
    assertThat(survivor().step()).isEqualTo(new TakeLease());
  }

  @Test
  void nobodyTakesALeaseThatChangedLessThanTenSecondsAgo() {
    assertThat(survivor().leaseUnchangedFor(Duration.ofMillis(9_999)).step())
        .isNotEqualTo(new TakeLease());
  }

  @Test
  void theReplicaWithTheMostGoesFirst() {
    assertThat(survivor().peer("pg-2", replica("pg-2", at(1, 501), null)).step())
        .isInstanceOf(Wait.class);
  }

  @Test
  void whoStillReceivesFromTheLastHolderWaitsForTheRest() {
    var receiving =
        survivor().standby(at(1, 500), "pg-0", true).peer("pg-0", emptyInstance("pg-0"));

    assertThat(receiving.step()).isInstanceOf(Wait.class);
  }

  @Test
  void betweenEqualsTheLowerOrdinalGoesFirst() {
    var equal =
        instance("pg-2")
            .standby(at(1, 500), "pg-0", false)
            .leaseOf("pg-0")
            .leaseUnchangedFor(TEN_SECONDS)
            .streamedUntil("pg-0", Duration.ofSeconds(9))
            .unreachable("pg-0")
            .peer("pg-1", replica("pg-1", at(1, 500), null));

    assertThat(equal.step()).isInstanceOf(Wait.class);
  }

  @Test
  void aReplicaThatLostThePrimaryEarlierWaitsForIt() {
    assertThat(survivor().streamedUntil("pg-0", Duration.ofSeconds(30)).step())
        .isInstanceOf(Wait.class);
  }

  @Test
  void itsPatienceEndsAfterAMinuteIfThePrimaryIsThereAndDoesNotRun() {
    var waiting =
        survivor()
            .leaseUnchangedFor(Duration.ofSeconds(70))
            .streamedUntil("pg-0", Duration.ofSeconds(90));

    assertThat(waiting.step()).isInstanceOf(Wait.class);
    assertThat(waiting.peer("pg-0", emptyInstance("pg-0")).step()).isEqualTo(new TakeLease());
  }

  @Test
  void anInstanceThatOnlyStartedAfterwardsCountsItsPatienceFromItsStart() {
    assertThat(
            survivor()
                .started(Duration.ofSeconds(59))
                .leaseUnchangedFor(Duration.ofMinutes(30))
                .step())
        .isInstanceOf(Wait.class);
  }

  @Test
  void aFreeLeaseWithAFloorGoesToWhoeverReachesIt() {
    var replica =
        instance("pg-1")
            .started(Duration.ofSeconds(1))
            .standby(at(1, 500), "pg-0", false)
            .unreachable("pg-0")
            .unreachable("pg-2");

    assertThat(replica.leaseFree("pg-0", at(1, 500)).step()).isEqualTo(new TakeLease());
    assertThat(replica.leaseFree("pg-0", at(1, 501)).leaseUnchangedFor(Duration.ofHours(1)).step())
        .isInstanceOf(Wait.class);
  }

  @Test
  void theLastHolderTakesAFreeLeaseAtOnce() {
    assertThat(
            instance("pg-0")
                .stopped(formerPrimary(at(1, 500)))
                .leaseFree("pg-0", at(1, 500))
                .step())
        .isEqualTo(new TakeLease());
  }

  @Test
  void aStoppedReplicaStartsSoThatItsPositionIsKnown() {
    assertThat(
            instance("pg-1")
                .stopped(formerStandby(at(1, 400)))
                .leaseFree("pg-0", at(1, 500))
                .step())
        .isEqualTo(new StartStandby(Optional.of("pg-0")));
  }

  @Test
  void thePeersAreAskedAgainAfterTheLeaseCameFree() {
    assertThat(instance("pg-1").standby(at(1, 500), "pg-0", false).leaseFree("pg-0", null).step())
        .isEqualTo(new Wait(true));
  }

  private static InstanceFixture cutOffSurvivor() {
    return survivor().cutOff(at(1, 500)).synchronous(1);
  }

  @Test
  void withASynchronousStandbyItFirstCutsItselfOff() {
    assertThat(survivor().synchronous(1).step()).isEqualTo(new CutOff());
  }

  @Test
  void whoDoesNotReachTheApiServerConfirmsWhatItsPrimaryWritesOn() {
    var alone =
        survivor()
            .synchronous(1)
            .leaseReadBefore(TEN_SECONDS)
            .peer("pg-2", replica("pg-2", at(1, 500), "pg-0"));

    assertThat(alone.step()).isInstanceOf(Wait.class);
    assertThat(alone.peer("pg-2", replica("pg-2", at(1, 500), null)).step())
        .as("it helps whoever knows")
        .isEqualTo(new CutOff());
  }

  @Test
  void whoStillReceivesWhatTheLastHolderHasWrittenWaitsForTheRest() {
    assertThat(survivor().standby(at(1, 500), "pg-0", true).step()).isInstanceOf(Wait.class);
  }

  @Test
  void aLeaseThatWasMadeAnewGoesToWhoeverHasTheMost() {
    var anew =
        instance("pg-1")
            .standby(at(1, 500), "pg-0", false)
            .leaseMadeAnew()
            .peer("pg-0", replica("pg-0", at(1, 500), null))
            .peer("pg-2", replica("pg-2", at(1, 400), null));

    assertThat(anew.step()).isInstanceOf(Wait.class);
    assertThat(anew.peer("pg-0", replica("pg-0", at(1, 499), null)).step())
        .isEqualTo(new TakeLease());
    assertThat(anew.unreachable("pg-2").step()).isInstanceOf(Wait.class);
  }

  @Test
  void withASynchronousStandbyTwoOfThreeAreNeeded() {
    assertThat(cutOffSurvivor().step()).isEqualTo(new TakeLease());
    assertThat(cutOffSurvivor().unreachable("pg-2").step()).isInstanceOf(Wait.class);
  }

  @Test
  void aReplicaThatMayStillConfirmWhatTheOldPrimaryWritesDoesNotCount() {
    assertThat(cutOffSurvivor().peer("pg-2", replica("pg-2", at(1, 500), "pg-0")).step())
        .isEqualTo(new Wait(true));
  }

  @Test
  void oneThatIsAboutToEndCutsItselfOffAndCountsIfItHasNoMore() {
    assertThat(survivor().synchronous(1).hookAsks().step()).isEqualTo(new CutOff());
    assertThat(cutOffSurvivor().peer("pg-2", endingReplica("pg-2", at(1, 500), null)).step())
        .isEqualTo(new TakeLease());
    assertThat(cutOffSurvivor().peer("pg-2", endingReplica("pg-2", at(1, 501), null)).step())
        .isInstanceOf(Wait.class);
  }

  @Test
  void anInstanceWhoseLogNobodyReadsDoesNotCount() {
    assertThat(cutOffSurvivor().peer("pg-2", emptyInstance("pg-2")).step())
        .isInstanceOf(Wait.class);
  }

  @Test
  void withTheQuorumNobodyIsWaitedFor() {
    assertThat(cutOffSurvivor().streamedUntil("pg-0", Duration.ofMinutes(3)).step())
        .isEqualTo(new TakeLease());
  }

  @Test
  void theLeaseSaysHowManyAreNeededNotTheInstancesOwnSettings() {
    assertThat(
            survivor()
                .cutOff(at(1, 500))
                .onTheLease(List.of("pg-0", "pg-1", "pg-2"), 1)
                .unreachable("pg-2")
                .step())
        .isInstanceOf(Wait.class);
  }

  @Test
  void whoIsNotOnTheLeaseMayNotTakeIt() {
    assertThat(survivor().onTheLease(List.of("pg-0", "pg-2"), 0).step()).isInstanceOf(Wait.class);
  }

  @Test
  void whoHasPromisedLeavesTheLeaseToItsHolder() {
    assertThat(survivor().hasPromised(Duration.ofMillis(1)).step()).isNotEqualTo(new TakeLease());
    assertThat(survivor().hasPromised(Duration.ZERO).step()).isEqualTo(new TakeLease());
  }

  @Test
  void whatAnotherHasPromisedIsNotTakenFromItsHolderEither() {
    assertThat(survivor().peer("pg-2", promised(replica("pg-2", at(1, 400), null))).step())
        .isInstanceOf(Wait.class);
  }

  @Test
  void aHolderThatCountsOnALongerTimeGetsIt() {
    assertThat(survivor().leaseLapsesAfter(Duration.ofSeconds(25)).step())
        .isNotEqualTo(new TakeLease());
  }

  @Test
  void whoGaveItsPlaceUpStaysAwayForLongerThanTheOthersArePatient() {
    var gaveUp =
        instance("pg-0")
            .failed(formerPrimary(at(1, 500)), ServerState.Failure.What.START, 3)
            .leaseFree("pg-0", null);

    assertThat(gaveUp.gaveUp(Duration.ofSeconds(70)).step()).isInstanceOf(Wait.class);
    assertThat(gaveUp.gaveUp(Duration.ofSeconds(91)).step()).isEqualTo(new TakeLease());
  }

  @Test
  void whatTheFormerHolderWasAskedForIsNotAskedOfTheNext() {
    var view = instance("pg-1").leaseOf("pg-0", "pg-2").view();

    assertThat(view.leaseState().orElseThrow().taken(view.self(), view.settings()).handOffTo())
        .isEmpty();
  }

  @Test
  void notEvenTheLastHolderTakesItWithLessThanTheFloor() {
    assertThat(
            instance("pg-0")
                .stopped(formerPrimary(at(1, 400)))
                .leaseFree("pg-0", at(1, 500))
                .step())
        .isInstanceOf(Wait.class);
  }

  private static InstanceFixture stale() {
    return instance("pg-0")
        .standby(at(1, 500), "pg-1", false)
        .leaseFree("pg-1", null)
        .leaseUnchangedFor(Duration.ofHours(1))
        .started(Duration.ofHours(1))
        .unreachable("pg-1")
        .unreachable("pg-2");
  }

  @Test
  void whoDidNotSeeTheLastPrimarysEndNeverTakesItsPlaceByItself() {
    assertThat(stale().step()).isInstanceOf(Wait.class);
    assertThat(stale().decision().reason()).contains("pgbaton-ask take-over pg-1");
  }

  @Test
  void unlessAPersonGivesUpWhatTheLastPrimaryMayHave() {
    assertThat(stale().givesUp("pg-1").step()).isEqualTo(new TakeLease());
    assertThat(stale().givesUp("pg-2").step()).isInstanceOf(Wait.class);
    assertThat(stale().leaseFree("pg-1", at(1, 900)).givesUp("pg-1").step())
        .isEqualTo(new TakeLease());
  }

  @Test
  void whoWasHandedTheLeaseAndDiedBeforeItsPromotionReadsWhatItHasAndGoesOn() {
    var back =
        instance("pg-1")
            .leaseHandedToAFormerPod(at(1, 500))
            .leaseUnchangedFor(TEN_SECONDS)
            .unreachable("pg-0")
            .peer("pg-2", replica("pg-2", at(1, 500), null));

    assertThat(back.stopped(formerStandby(at(1, 400))).step())
        .isEqualTo(new StartStandby(Optional.empty()));
    assertThat(back.cutOff(at(1, 400)).step()).isInstanceOf(Wait.class);
    assertThat(back.cutOff(at(1, 500)).step()).isEqualTo(new TakeLease());
  }
}
