package dev.pgbaton.instance;

import static dev.pgbaton.instance.InstanceFixture.SYSTEM;
import static dev.pgbaton.instance.InstanceFixture.aPrimary;
import static dev.pgbaton.instance.InstanceFixture.at;
import static dev.pgbaton.instance.InstanceFixture.crashedPrimary;
import static dev.pgbaton.instance.InstanceFixture.emptyInstance;
import static dev.pgbaton.instance.InstanceFixture.formerPrimary;
import static dev.pgbaton.instance.InstanceFixture.formerStandby;
import static dev.pgbaton.instance.InstanceFixture.instance;
import static dev.pgbaton.instance.InstanceFixture.replica;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.instance.InstanceStep.AskPromises;
import dev.pgbaton.instance.InstanceStep.Checkpoint;
import dev.pgbaton.instance.InstanceStep.Clone;
import dev.pgbaton.instance.InstanceStep.Exit;
import dev.pgbaton.instance.InstanceStep.Follow;
import dev.pgbaton.instance.InstanceStep.Initialise;
import dev.pgbaton.instance.InstanceStep.Inspect;
import dev.pgbaton.instance.InstanceStep.NoteTimeline;
import dev.pgbaton.instance.InstanceStep.Promote;
import dev.pgbaton.instance.InstanceStep.Publish;
import dev.pgbaton.instance.InstanceStep.ReleaseLease;
import dev.pgbaton.instance.InstanceStep.RenewLease;
import dev.pgbaton.instance.InstanceStep.RestartServer;
import dev.pgbaton.instance.InstanceStep.Rewind;
import dev.pgbaton.instance.InstanceStep.SetAside;
import dev.pgbaton.instance.InstanceStep.StartPrimary;
import dev.pgbaton.instance.InstanceStep.StartStandby;
import dev.pgbaton.instance.InstanceStep.Stop;
import dev.pgbaton.instance.InstanceStep.TakeLease;
import dev.pgbaton.instance.InstanceStep.Wait;
import dev.pgbaton.instance.ServerState.Failure;
import dev.pgbaton.instance.ServerState.Standby;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InstancePlannerTest {
  private static final TimelineHistory LEFT_AT_500 = new TimelineHistory(List.of(at(1, 500)), 3);

  @Test
  void aPrimaryWhoseLeaseIsAnothersStopsAtOnce() {
    assertThat(instance("pg-0").primary().leaseOf("pg-1").step()).isEqualTo(Stop.immediate());
  }

  @Test
  void aPrimaryThatCouldNotRenewForEightSecondsStopsAtOnce() {
    assertThat(instance("pg-0").primary().holding(Duration.ofSeconds(8)).step())
        .isEqualTo(Stop.immediate());
  }

  @Test
  void aPrimaryThatIsStillStartingStopsWithoutTheLease() {
    assertThat(instance("pg-0").starting(true).leaseOf("pg-1").step()).isEqualTo(Stop.immediate());
  }

  @Test
  void aPromotionUnderWayStopsWithoutTheLease() {
    var promoting =
        new Standby(
            at(1, 500),
            at(1, 500).lsn(),
            TimelineHistory.NONE,
            SYSTEM,
            Optional.empty(),
            Optional.empty(),
            true,
            false);

    assertThat(instance("pg-1").server(promoting).leaseOf("pg-0").step())
        .isEqualTo(Stop.immediate());
  }

  @Test
  void whatTheLeaseSaysOfAFormerPodOfThisNameDoesNotCount() {
    assertThat(
            instance("pg-0")
                .stopped(formerPrimary(at(1, 500)))
                .leaseOfAFormerPodOfThisName()
                .step())
        .isInstanceOf(Wait.class);
  }

  @Test
  void aRestartedHolderRenewsBeforeItStarts() {
    assertThat(instance("pg-0").stopped(crashedPrimary(at(1, 500))).leaseOf("pg-0").step())
        .isEqualTo(new RenewLease());
    assertThat(instance("pg-0").stopped(crashedPrimary(at(1, 500))).holding().step())
        .isEqualTo(new StartPrimary());
  }

  @Test
  void theHolderRestartsInPlaceWhenAskedTo() {
    var asked =
        instance("pg-0")
            .primary()
            .holding()
            .settled(new RouteTargets("10.0.0.0", List.of("10.0.0.0")))
            .askedToRestart();

    assertThat(asked.step()).isEqualTo(new Checkpoint());
    assertThat(asked.checkpoint(Duration.ofSeconds(20), true).step()).isEqualTo(new Wait(true));
    assertThat(asked.checkpoint(Duration.ofSeconds(20), false).step())
        .isEqualTo(new RestartServer());
    assertThat(asked.checkpoint(Duration.ofSeconds(41), true).step())
        .isEqualTo(new RestartServer());
    assertThat(asked.checkpoint(Duration.ofMinutes(5), false).step()).isEqualTo(new Checkpoint());
  }

  @Test
  void aPrimaryStaysReadyWhereItsRouteCannotBeWrittenAnew() {
    var primary =
        instance("pg-0")
            .primary()
            .holding()
            .settled(new RouteTargets("10.0.0.0", List.of("10.0.0.1")));

    assertThat(isReady(primary)).isTrue();
    assertThat(isReady(primary.routeFailed(Duration.ofMillis(100)))).isTrue();
    assertThat(isReady(primary.routeUnknown(Duration.ofMillis(100)))).isFalse();
  }

  private static boolean isReady(InstanceFixture instance) {
    return Statuses.of(instance.view(), new Moment(InstanceFixture.NOW.toNanos(), 0)).ready();
  }

  @Test
  void theHolderRenewsEveryTwoSeconds() {
    assertThat(instance("pg-0").primary().holding(Duration.ofSeconds(2)).step())
        .isEqualTo(new RenewLease());
  }

  @Test
  void aHolderWithAStandbysDataNeverWritesOnItsTimeline() {
    assertThat(instance("pg-1").stopped(formerStandby(at(1, 500))).holding().step())
        .isEqualTo(new StartStandby(Optional.empty()));
    assertThat(instance("pg-1").standby(at(1, 500), "pg-0", false).holding().step())
        .isEqualTo(new Promote());
  }

  @Test
  void whoWasHandedTheLeaseRenewsItBeforeItPromotesItself() {
    assertThat(
            instance("pg-1")
                .standby(at(1, 500), "pg-0", true)
                .leaseHandedTo("pg-1", "pg-0", at(1, 400))
                .step())
        .isEqualTo(new RenewLease());
  }

  @Test
  void theFirstInstanceOfANewClusterInitialisesOnceAllSayThatTheyHaveNoData() {
    var first = instance("pg-0").peer("pg-1", emptyInstance("pg-1"));

    assertThat(first.step()).isInstanceOf(Wait.class);
    assertThat(first.peer("pg-2", emptyInstance("pg-2")).step()).isEqualTo(new TakeLease());
  }

  @Test
  void aSilentInstanceMayHaveTheDataThatALostLeaseDoesNotTellOf() {
    assertThat(
            instance("pg-0")
                .started(Duration.ofHours(1))
                .peer("pg-1", emptyInstance("pg-1"))
                .unreachable("pg-2")
                .step())
        .isInstanceOf(Wait.class);
  }

  @Test
  void aHolderThatCannotRenewAsksTheOthersToLeaveItTheLease() {
    var cutFromTheApi = instance("pg-0").primary().holding(Duration.ofSeconds(3)).synchronous(1);

    assertThat(cutFromTheApi.renewalFailed(Duration.ofMillis(100)).step())
        .isEqualTo(new AskPromises());
    assertThat(
            cutFromTheApi
                .holding(Duration.ofSeconds(8))
                .synchronous(1)
                .renewalFailed(Duration.ofMillis(100))
                .step())
        .isEqualTo(Stop.immediate());
  }

  @Test
  void theLeaseIsKeptWhileASlowStopSendsTheStandbysTheRest() {
    assertThat(instance("pg-0").stopping().holding(Duration.ofSeconds(3)).step())
        .isEqualTo(new RenewLease());
    assertThat(instance("pg-0").stopping().holding(Duration.ofSeconds(1)).step())
        .isInstanceOf(Wait.class);
  }

  @Test
  void aServerThatHasStoppedAnsweringIsStopped() {
    var primary = instance("pg-0").primary().holding();

    assertThat(primary.silentFor(Duration.ofSeconds(10)).step()).isEqualTo(Stop.immediate());
    assertThat(instance("pg-0").starting(true).holding().step()).isInstanceOf(Wait.class);
  }

  @Test
  void nobodyInitialisesWhileAnotherInstanceHasData() {
    assertThat(
            instance("pg-0")
                .peer("pg-1", replica("pg-1", at(1, 500), null))
                .peer("pg-2", emptyInstance("pg-2"))
                .step())
        .isInstanceOf(Wait.class);
  }

  @Test
  void onlyTheFirstInstanceInitialises() {
    assertThat(
            instance("pg-1")
                .peer("pg-0", emptyInstance("pg-0"))
                .peer("pg-2", emptyInstance("pg-2"))
                .step())
        .isInstanceOf(Wait.class);
  }

  @Test
  void aHolderWithoutDataInitialisesOnlyIfTheClusterNeverHadAny() {
    assertThat(instance("pg-0").holding().step()).isInstanceOf(ReleaseLease.class);
  }

  @Test
  void anEmptyInstanceClonesFromTheRunningPrimaryOnly() {
    var empty = instance("pg-1").leaseOf("pg-0");

    assertThat(empty.step()).isInstanceOf(Wait.class);
    assertThat(empty.peer("pg-0", aPrimary("pg-0", at(1, 500), TimelineHistory.NONE)).step())
        .isEqualTo(new Clone("pg-0"));
  }

  @Test
  void aFormerPrimaryThatHandedOverContinuesAsAStandbyEvenBeforeThePromotion() {
    assertThat(
            instance("pg-0")
                .stopped(formerPrimary(at(1, 400)))
                .stoppedFor(Duration.ofSeconds(2))
                .leaseOf("pg-1")
                .peer("pg-1", replica("pg-1", at(1, 500), null))
                .step())
        .isEqualTo(new StartStandby(Optional.of("pg-1")));
  }

  @Test
  void aFormerPrimaryLeavesTheProcessorToThePromotion() {
    var former =
        instance("pg-0")
            .stopped(formerPrimary(at(1, 400)))
            .stoppedFor(Duration.ofMillis(100))
            .leaseOf("pg-1")
            .peer("pg-1", replica("pg-1", at(1, 500), null));

    assertThat(former.step()).isEqualTo(new Wait(false));
    assertThat(former.synchronous(2).step())
        .as("clients wait for its confirmation")
        .isEqualTo(new StartStandby(Optional.of("pg-1")));
  }

  @Test
  void dataThatLeftThePrimarysHistoryIsLookedIntoFirst() {
    assertThat(returning(formerPrimary(at(1, 500))).step()).isEqualTo(new Inspect(at(1, 500)));
    assertThat(returning(crashedPrimary(at(1, 100))).step()).isEqualTo(new Inspect(at(1, 500)));
  }

  @Test
  void dataInWhichNothingWasCommittedSinceIsRewound() {
    assertThat(returning(diverged(0, true)).step()).isEqualTo(new Rewind("pg-1", Optional.empty()));
  }

  @Test
  void dataWithCommitsThatThePrimaryDoesNotHaveIsSetAsideWithTheirNumber() {
    assertThat(returning(diverged(7, true)).step())
        .isEqualTo(
            new SetAside(
                "left the primary's history at 1:0/1F4, with 7 commits in 900 bytes of log after"
                    + " that"));
    assertThat(returning(diverged(-1, true)).step()).isInstanceOf(SetAside.class);
  }

  @Test
  void withoutRoomForACopyItsLogIsKeptBeforeItIsRewound() {
    assertThat(returning(diverged(7, false)).step())
        .isEqualTo(new Rewind("pg-1", diverged(7, false).divergence()));
  }

  @Test
  void whatWasFoundBeyondAnotherForkIsOutOfDate() {
    var elsewhere = new Divergence(at(1, 300), 900, 0, true);

    assertThat(returning(crashedPrimary(at(1, 100)).with(Optional.of(elsewhere))).step())
        .isEqualTo(new Inspect(at(1, 500)));
  }

  private static DataDirectory diverged(long commits, boolean room) {
    return crashedPrimary(at(1, 100))
        .with(Optional.of(new Divergence(at(1, 500), 900, commits, room)));
  }

  private static InstanceFixture returning(DataDirectory data) {
    return instance("pg-0")
        .stopped(data)
        .leaseOf("pg-1")
        .peer("pg-1", aPrimary("pg-1", at(2, 600), LEFT_AT_500));
  }

  @Test
  void aCrashedPrimaryWaitsUntilTheNewOneIsPromoted() {
    assertThat(
            instance("pg-0")
                .stopped(crashedPrimary(at(1, 100)))
                .leaseOf("pg-1")
                .peer("pg-1", replica("pg-1", at(1, 600), null))
                .step())
        .isInstanceOf(Wait.class);
  }

  @Test
  void halfRewoundDataIsNeverStarted() {
    var broken = crashedPrimary(at(1, 100));
    var standby = formerStandby(at(1, 100));

    assertThat(
            instance("pg-0")
                .failed(broken, Failure.What.REWIND, 1)
                .leaseOf("pg-1")
                .leaseUnchangedFor(Duration.ofHours(1))
                .unreachable("pg-1")
                .step())
        .isInstanceOf(Wait.class);
    assertThat(
            instance("pg-0").failed(broken, Failure.What.REWIND, 1).leaseFree("pg-0", null).step())
        .isInstanceOf(Wait.class);
    assertThat(
            instance("pg-0")
                .failed(standby, Failure.What.REWIND, 1)
                .leaseOf("pg-1")
                .unreachable("pg-1")
                .step())
        .isInstanceOf(Wait.class);
    assertThat(instance("pg-0").failed(standby, Failure.What.REWIND, 1).leaseUnknown().step())
        .isInstanceOf(Wait.class);
    assertThat(instance("pg-0").failed(broken, Failure.What.REWIND, 1).holding().step())
        .isEqualTo(new ReleaseLease(Optional.empty(), true));
  }

  @Test
  void dataThatWillNotStartIsSetAsideOnceAndNotItsFreshCopyToo() {
    var fails =
        instance("pg-1")
            .failed(formerStandby(at(1, 100)), Failure.What.START, 5)
            .leaseOf("pg-0")
            .peer("pg-0", aPrimary("pg-0", at(1, 600), TimelineHistory.NONE));

    assertThat(fails.step()).isInstanceOf(SetAside.class);
    assertThat(fails.cloned().step()).isNotInstanceOf(SetAside.class);
  }

  @Test
  void dataThatCanNotBeRewoundIsReplaced() {
    var halfRewound =
        instance("pg-0")
            .failed(crashedPrimary(at(1, 100)), Failure.What.REWIND, 2)
            .rested()
            .leaseOf("pg-1")
            .peer("pg-1", aPrimary("pg-1", at(2, 600), LEFT_AT_500));

    assertThat(halfRewound.step()).isEqualTo(new Clone("pg-1"));
  }

  @Test
  void aRewindThatWasInterruptedIsDoneAgain() {
    assertThat(
            instance("pg-0")
                .failed(crashedPrimary(at(1, 100)), Failure.What.REWIND, 1)
                .rested()
                .leaseOf("pg-1")
                .peer("pg-1", aPrimary("pg-1", at(2, 600), LEFT_AT_500))
                .step())
        .isEqualTo(new Rewind("pg-1", Optional.empty()));
  }

  @Test
  void aReplicaWhoseLogIsGoneFromThePrimaryIsReplacedByACopy() {
    var behind = at(1, 400);
    var primary = aPrimary("pg-0", at(1, 900), TimelineHistory.NONE);

    assertThat(
            instance("pg-2")
                .server(
                    new ServerState.Standby(
                        behind,
                        behind.lsn(),
                        TimelineHistory.NONE,
                        InstanceFixture.SYSTEM,
                        Optional.of("pg-0"),
                        Optional.empty(),
                        false,
                        true))
                .leaseOf("pg-0")
                .peer("pg-0", primary)
                .step())
        .isEqualTo(
            new Stop(
                StopMode.FAST,
                Optional.of(new Remedy.Replacing("its log is gone from the primary"))));
    assertThat(
            instance("pg-2")
                .stopped(formerStandby(behind))
                .needs(new Remedy.Replacing("its log is gone from the primary"))
                .leaseOf("pg-0")
                .peer("pg-0", primary)
                .step())
        .isEqualTo(new Clone("pg-0"));
  }

  @Test
  void dataOnAFullVolumeIsNeverGivenUp() {
    var full =
        new Failure(Failure.What.START, 9, "FATAL: could not write: No space left on device");

    assertThat(
            instance("pg-2")
                .server(
                    new ServerState.Stopped(
                        Optional.of(formerStandby(at(1, 400))), Optional.of(full)))
                .rested()
                .leaseOf("pg-0")
                .peer("pg-0", aPrimary("pg-0", at(1, 900), TimelineHistory.NONE))
                .step())
        .isEqualTo(new StartStandby(Optional.of("pg-0")));
  }

  @Test
  void twoTimelinesOfOneNumberAreToldApartByTheirEpochs() {
    var mine =
        new DataDirectory(
            SYSTEM, at(2, 600), false, true, new TimelineHistory(List.of(at(1, 500)), 2));

    assertThat(
            instance("pg-0")
                .stopped(mine)
                .leaseOf("pg-1")
                .peer("pg-1", aPrimary("pg-1", at(2, 700), LEFT_AT_500))
                .step())
        .isInstanceOf(SetAside.class);
  }

  @Test
  void aStandbyFollowsTheHolder() {
    assertThat(instance("pg-2").standby(at(1, 500), "pg-0", false).leaseOf("pg-1").step())
        .isEqualTo(new Follow("pg-1"));
  }

  @Test
  void aStandbyThatIsBeyondTheSwitchToTheNewTimelineStopsToBeRewound() {
    assertThat(
            instance("pg-2")
                .standby(at(1, 501), "pg-1", false)
                .leaseOf("pg-1")
                .peer("pg-1", aPrimary("pg-1", at(2, 600), LEFT_AT_500))
                .step())
        .isEqualTo(new Stop(StopMode.FAST, Optional.of(new Remedy.Rewinding())));
    assertThat(
            instance("pg-2")
                .stopped(formerStandby(at(1, 400)))
                .needs(new Remedy.Rewinding())
                .leaseOf("pg-1")
                .peer("pg-1", aPrimary("pg-1", at(2, 600), LEFT_AT_500))
                .step())
        .isEqualTo(new Inspect(at(1, 500)));
  }

  private static TimelineHistory leftAt500(int epoch) {
    return new TimelineHistory(List.of(at(1, 500)), epoch);
  }

  @Test
  void aStandbyKeepsWhoBeganTheTimelineThatItStreams() {
    assertThat(
            instance("pg-2")
                .standby(at(2, 550), "pg-1", true, leftAt500(0))
                .leaseOf("pg-1")
                .peer("pg-1", aPrimary("pg-1", at(2, 600), leftAt500(3)))
                .step())
        .isEqualTo(new NoteTimeline(2, leftAt500(3)));
  }

  @Test
  void aStandbyOfAnotherTimelineOfTheSameNumberStopsEvenIfItStreams() {
    assertThat(
            instance("pg-2")
                .standby(at(2, 550), "pg-1", true, leftAt500(2))
                .leaseOf("pg-1")
                .peer("pg-1", aPrimary("pg-1", at(2, 600), leftAt500(3)))
                .step())
        .isEqualTo(Stop.fast());
  }

  @Test
  void aStandbyDoesNotTurnToAPrimaryWithAnotherTimelineOfTheSameNumber() {
    assertThat(
            instance("pg-2")
                .standby(at(2, 550), "pg-0", false, leftAt500(2))
                .leaseOf("pg-1")
                .peer("pg-1", aPrimary("pg-1", at(2, 600), leftAt500(3)))
                .step())
        .isEqualTo(Stop.fast());
  }

  @Test
  void aStandbyDoesNotTurnToAHolderThatMayYetBeginATimelineOfTheSameNumber() {
    assertThat(
            instance("pg-2")
                .standby(at(2, 550), "pg-0", false, leftAt500(2))
                .leaseOf("pg-1")
                .peer("pg-1", replica("pg-1", at(1, 500), null))
                .step())
        .isInstanceOf(Wait.class);
  }

  @Test
  void aStandbyThatIsSomeTimelinesBehindKeepsWhoBeganItsOwn() {
    assertThat(
            instance("pg-2")
                .standby(at(2, 550), "pg-1", true, leftAt500(0))
                .leaseOf("pg-1")
                .peer(
                    "pg-1",
                    aPrimary(
                        "pg-1",
                        at(3, 700),
                        new TimelineHistory(List.of(at(1, 500), at(2, 600)), 7, Map.of(2, 4))))
                .step())
        .isEqualTo(new NoteTimeline(2, leftAt500(4)));
  }

  @Test
  void aNewPrimaryPublishesItselfFirst() {
    assertThat(
            instance("pg-0")
                .primary()
                .holding()
                .peer("pg-1", replica("pg-1", at(1, 500), "pg-0"))
                .step())
        .isEqualTo(new Publish(RouteTargets.onlyPrimary("10.0.0.0")));
  }

  @Test
  void theReplicasArePublishedOnceTheyHaveSettled() {
    assertThat(
            instance("pg-0")
                .primary()
                .holding()
                .settled(RouteTargets.onlyPrimary("10.0.0.0"))
                .peer("pg-1", replica("pg-1", at(1, 500), "pg-0"))
                .step())
        .isEqualTo(new Publish(new RouteTargets("10.0.0.0", List.of("10.0.0.1"))));
  }

  @Test
  void theReplicasServiceFallsBackToThePrimary() {
    assertThat(
            instance("pg-0")
                .primary()
                .holding()
                .settled(RouteTargets.onlyPrimary("10.0.0.0"))
                .step())
        .isEqualTo(new Publish(new RouteTargets("10.0.0.0", List.of("10.0.0.0"))));
  }

  @Test
  void aStandbyMayGoOnAsOneBeforeTheLeaseCouldBeRead() {
    assertThat(instance("pg-1").stopped(formerStandby(at(1, 500))).leaseUnknown().step())
        .isEqualTo(new StartStandby(Optional.empty()));
    assertThat(instance("pg-0").stopped(formerPrimary(at(1, 500))).leaseUnknown().step())
        .isInstanceOf(Wait.class);
  }

  @Test
  void aTerminatedReplicaStopsFastAndEnds() {
    assertThat(
            instance("pg-1").standby(at(1, 500), "pg-0", true).leaseOf("pg-0").terminating().step())
        .isEqualTo(Stop.fast());
    assertThat(
            instance("pg-1")
                .stopped(formerStandby(at(1, 500)))
                .leaseOf("pg-0")
                .terminating()
                .step())
        .isEqualTo(new Exit());
  }

  @Test
  void theLastInstanceLeavesItsPositionOnTheLease() {
    assertThat(instance("pg-0").stopped(formerPrimary(at(1, 500))).holding().terminating().step())
        .isEqualTo(new ReleaseLease(Optional.of(at(1, 500)), false));
  }

  @Test
  void aTerminatingHolderThatWasNotPromotedYetLetsSomebodyElseTry() {
    assertThat(
            instance("pg-1")
                .standby(at(1, 500), "pg-0", false)
                .leaseHandedTo("pg-1", "pg-0", at(1, 400))
                .terminating()
                .step())
        .isEqualTo(new ReleaseLease(Optional.of(at(1, 500)), false));
  }

  @Test
  void aHolderWhosePostgresWillNotStartGivesItsPlaceUp() {
    assertThat(
            instance("pg-0")
                .failed(crashedPrimary(at(1, 500)), Failure.What.START, 3)
                .holding()
                .step())
        .isEqualTo(new ReleaseLease(Optional.empty(), true));
  }

  @Test
  void aHolderThatNobodyFollowedAfterItGaveUpTriesToStartAgain() {
    assertThat(
            instance("pg-0")
                .failed(crashedPrimary(at(1, 500)), Failure.What.START, 3)
                .gaveUp(Duration.ofSeconds(100))
                .holding()
                .step())
        .isEqualTo(new StartPrimary());
  }

  @Test
  void aNewHolderWithoutDataInANewClusterRunsInitdb() {
    var view = instance("pg-0").view();
    var lease = LeaseState.fresh("1").taken(view.self(), view.settings());
    var held =
        new InstanceView(
            view.self(),
            view.settings(),
            view.server(),
            view.reload(),
            LeaseView.unknown()
                .seen(lease, InstanceFixture.NOW)
                .confirmed(InstanceFixture.NOW, InstanceFixture.NOW.plusSeconds(8)),
            view.peers(),
            view.intents(),
            view.memory(),
            view.agreement());

    assertThat(InstancePlanner.decide(held, InstanceFixture.NOW).step())
        .isEqualTo(new Initialise());
  }

  @Test
  void whoWasHandedTheLeaseWithoutHavingEverythingGivesItBack() {
    assertThat(
            instance("pg-1")
                .standby(at(1, 300), "pg-0", true)
                .leaseHandedTo("pg-1", "pg-0", at(1, 400))
                .step())
        .isEqualTo(new ReleaseLease(Optional.of(at(1, 400)), false));
    assertThat(instance("pg-1").leaseHandedTo("pg-1", "pg-0", at(1, 400)).step())
        .isEqualTo(new ReleaseLease(Optional.of(at(1, 400)), false));
  }

  @Test
  void whoWasHandedTheLeaseAndRestartedLooksHowFarItsLogReaches() {
    assertThat(
            instance("pg-1")
                .stopped(formerStandby(at(1, 300)))
                .leaseHandedTo("pg-1", "pg-0", at(1, 400))
                .step())
        .isEqualTo(new StartStandby(Optional.of("pg-0")));
  }

  @Test
  void twoTimelinesOfOneNumberAreToldApartByWhereTheyBegan() {
    var mine =
        new DataDirectory(
            SYSTEM, at(2, 600), true, true, new TimelineHistory(List.of(at(1, 450)), 0));

    assertThat(
            instance("pg-2")
                .stopped(mine)
                .leaseOf("pg-1")
                .peer("pg-1", aPrimary("pg-1", at(2, 700), LEFT_AT_500))
                .step())
        .isInstanceOf(SetAside.class);
  }
}
