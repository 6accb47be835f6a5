package dev.pgbaton.instance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.WalPosition;
import dev.pgbaton.instance.InstanceStep.Promote;
import dev.pgbaton.instance.InstanceStep.RenewLease;
import dev.pgbaton.instance.ServerState.Standby;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The candidate of a handoff writes at once where its own answer proves that it may. */
class TakenOverTest {
  private static final Duration START = Duration.ofHours(1);
  private static final WalPosition END = WalPosition.parse("1:0/3000100");
  private static final Identity SELF =
      new Identity("pg-1", "pg-1-uid", List.of("pg-0", "pg-1"), "10.0.0.1");

  private final InstanceSettings settings = InstanceSettings.fast(0);
  private final AllowedUntil fence = new AllowedUntil();
  private final Handed lease = new Handed();
  private final InstanceLoop loop = loop();

  /** A standby that has received everything; what it is told to do it does not do. */
  private static Postgres postgres() {
    var standby =
        new Standby(
            WalPosition.parse("1:0/3000180"),
            END.lsn(),
            TimelineHistory.NONE,
            "7710",
            Optional.of("pg-0"),
            Optional.empty(),
            false,
            false);
    return (Postgres)
        Proxy.newProxyInstance(
            Postgres.class.getClassLoader(),
            new Class<?>[] {Postgres.class},
            (_, method, _) ->
                switch (method.getName()) {
                  case "state" -> standby;
                  case "reloadState" -> ReloadState.NONE;
                  case "quorum" -> Optional.empty();
                  default -> null;
                });
  }

  private InstanceLoop loop() {
    return new InstanceLoop(
        SELF, settings, postgres(), lease, new Alone(), (_, _) -> true, fence, START);
  }

  @Test
  void itPromotesWithoutARenewalAndCountsFromItsAnswer() {
    handedOn(answeredAt(START.plusSeconds(5)));

    var pass = loop.pass(START.plusSeconds(6), Intents.NONE);

    assertThat(pass.decision().step()).isEqualTo(new Promote());
    assertThat(fence.deadline).isEqualTo(START.plusSeconds(5).plus(settings.fenceAfter()));
  }

  @Test
  void theAnswerOfAnOlderProgramOfItsPodProvesNothing() {
    var older = new Answer(SELF.life(), START.minusSeconds(30), moment(START.plusSeconds(5)));

    handedOn(Optional.of(older));

    assertThat(step(START.plusSeconds(6))).isEqualTo(new RenewLease());
    assertThat(fence.deadline).isZero();
  }

  @Test
  void aMachineThatHasSleptSinceItsAnswerRenewsFirst() {
    handedOn(answeredAt(START.plusSeconds(5)));
    fence.slept = Duration.ofSeconds(30);

    assertThat(step(START.plusSeconds(6))).isEqualTo(new RenewLease());
  }

  /** PostgreSQL had to be asked first, and took its time. */
  @Test
  void aLeaseIsUnchangedSinceItWasHeardOfAndNotSinceThePassBegan() {
    handedOn(Optional.empty());
    fence.at = START.plusSeconds(4);

    var pass = loop.pass(START.plusSeconds(1), Intents.NONE);

    assertThat(pass.view().lease().unchangedSince()).isEqualTo(START.plusSeconds(4));
  }

  @Test
  void anAnswerOfLongAgoIsNoRight() {
    handedOn(answeredAt(START.plusSeconds(1)));

    assertThat(step(START.plusSeconds(30))).isEqualTo(new RenewLease());
  }

  @Test
  void othersWhoWouldWaitLessThanThisOneCountsOnMakeItRenew() {
    handedOn(answeredAt(START.plusSeconds(5)));
    lease.state = lease.state.with(draft -> draft.lapsesAfter = Duration.ofSeconds(9));

    assertThat(step(START.plusSeconds(6))).isEqualTo(new RenewLease());
  }

  @Test
  void afterAnAttemptToLetGoOnlyARenewalCounts() {
    handedOn(answeredAt(START.plusSeconds(5)));
    loop.pass(START.plusSeconds(6), Intents.NONE);
    var leaving = new Intents(true, false);
    loop.pass(START.plusSeconds(7), leaving);

    assertThat(fence.deadline).isZero();
    loop.pass(START.plusSeconds(8), leaving);
    assertThat(fence.deadline).isZero();
  }

  @Test
  void whoMayHaveWrittenIsTheLastHolderWhateverTheFloorSays() {
    handedOn(answeredAt(START.plusSeconds(5)));

    assertThat(lease.state.lastHolder()).contains("pg-1");
    assertThat(lease.state.floor()).contains(END);
    assertThat(lease.state.end()).isEmpty();
  }

  @Test
  void withoutAnAnswerTheOneBeforeIsAndTheFloorIsTheEnd() {
    handedOn(Optional.empty());

    assertThat(lease.state.lastHolder()).contains("pg-0");
    assertThat(lease.state.end()).contains(END);
    assertThat(step(START.plusSeconds(6))).isEqualTo(new RenewLease());
  }

  private InstanceStep step(Duration now) {
    return loop.pass(now, Intents.NONE).decision().step();
  }

  private void handedOn(Optional<Answer> answer) {
    var former = new Identity("pg-0", "pg-0-uid", SELF.instances(), "10.0.0.0");
    var held = LeaseState.fresh("1").taken(former, settings);
    lease.state = held.handedTo("pg-1", "pg-0", END, answer).with(draft -> draft.version = "2");
  }

  private Optional<Answer> answeredAt(Duration moment) {
    return Optional.of(new Answer(SELF.life(), START, moment(moment)));
  }

  private static Moment moment(Duration at) {
    return new Moment(at.toNanos(), at.toNanos());
  }

  private static final class AllowedUntil implements Fence {
    private Duration deadline = Duration.ZERO;
    private Duration slept = Duration.ZERO;
    private Duration at = START;

    @Override
    public Moment now() {
      return new Moment(at.toNanos(), at.plus(slept).toNanos());
    }

    @Override
    public boolean allows() {
      return deadline.minus(slept).compareTo(START) > 0;
    }

    @Override
    public void allow(Moment since, Duration span) {
      deadline = Duration.ofNanos(since.plus(span).nanos());
    }

    @Override
    public void forbid() {
      deadline = Duration.ZERO;
    }
  }

  /** The Lease as it was set; what is written meets an API server that loses every answer. */
  private static final class Handed implements PrimaryLease {
    private LeaseState state;

    @Override
    public Optional<LeaseState> latest() {
      return Optional.of(state);
    }

    @Override
    public Optional<Duration> readAt() {
      return Optional.empty();
    }

    @Override
    public PrimaryLease.Written write(LeaseState next) {
      return new PrimaryLease.Written.Unknown("the answer is lost");
    }
  }

  private static final class Alone implements Peers {
    @Override
    public List<Peer> latest() {
      return List.of();
    }

    @Override
    public void among(List<String> names) {}

    @Override
    public boolean promise(List<String> names, Promise asked) {
      return false;
    }

    @Override
    public void askClosely(Set<String> instances) {}
  }
}
