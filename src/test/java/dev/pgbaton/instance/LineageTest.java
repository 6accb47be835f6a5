package dev.pgbaton.instance;

import static dev.pgbaton.instance.InstanceFixture.at;
import static dev.pgbaton.instance.InstanceFixture.crashedPrimary;
import static dev.pgbaton.instance.InstanceFixture.formerPrimary;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.WalPosition;
import dev.pgbaton.instance.Lineage.Continues;
import dev.pgbaton.instance.Lineage.Diverged;
import dev.pgbaton.instance.Lineage.SameNumberApart;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LineageTest {
  private static TimelineHistory history(int epoch, WalPosition... switches) {
    return new TimelineHistory(List.of(switches), epoch);
  }

  @Test
  void aStandbyThatIsBehindContinues() {
    assertThat(
            Lineage.of(
                at(1, 500), TimelineHistory.NONE, at(3, 900), history(5, at(1, 500), at(2, 700))))
        .isEqualTo(new Continues());
    assertThat(
            Lineage.of(
                at(2, 700), history(4, at(1, 500)), at(3, 900), history(5, at(1, 500), at(2, 700))))
        .isEqualTo(new Continues());
  }

  @Test
  void whatIsBeyondTheSwitchDiverged() {
    assertThat(Lineage.of(at(1, 501), TimelineHistory.NONE, at(2, 900), history(5, at(1, 500))))
        .isEqualTo(new Diverged(at(1, 500)));
  }

  @Test
  void aTimelineThatTheOtherNeverHadBeganAtTheFork() {
    assertThat(Lineage.of(at(2, 900), history(4, at(1, 500)), at(1, 700), TimelineHistory.NONE))
        .isEqualTo(new Diverged(at(1, 500)));
    assertThat(
            Lineage.of(
                at(3, 900),
                history(4, at(1, 500), at(2, 600)),
                at(4, 700),
                history(6, at(1, 500), at(2, 550))))
        .isEqualTo(new Diverged(at(2, 550)));
  }

  @Test
  void twoTimelinesOfOneNumberThatBeganElsewhereAreApart() {
    assertThat(Lineage.of(at(2, 600), history(0, at(1, 450)), at(2, 700), history(0, at(1, 500))))
        .isEqualTo(new SameNumberApart(at(1, 450)));
  }

  @Test
  void twoTimelinesOfOneNumberThatBeganInTheSamePlaceAreToldApartByTheirEpochs() {
    assertThat(Lineage.of(at(2, 600), history(3, at(1, 500)), at(2, 700), history(4, at(1, 500))))
        .isEqualTo(new SameNumberApart(at(1, 500)));
  }

  /** pg_rewind would take the second timeline for the one that both have in common. */
  @Test
  void aFormerTimelineOfTheSameNumberIsToldApartToo() {
    var theirs = new TimelineHistory(List.of(at(1, 500), at(2, 800)), 6, Map.of(2, 4));

    assertThat(Lineage.of(at(2, 600), history(3, at(1, 500)), at(3, 900), theirs))
        .isEqualTo(new SameNumberApart(at(1, 500)));
    assertThat(Lineage.of(at(2, 600), history(4, at(1, 500)), at(3, 900), theirs))
        .isEqualTo(new Continues());
  }

  @Test
  void aTimelineThatAPersonBeganByHandIsNotThePrimarysOfThatNumber() {
    var promotedByHand =
        new DataDirectory(InstanceFixture.SYSTEM, at(2, 600), false, true, history(0, at(1, 500)));

    assertThat(Lineage.of(promotedByHand, at(2, 700), history(4, at(1, 500))))
        .isEqualTo(new SameNumberApart(at(1, 500)));
  }

  @Test
  void aShutdownCheckpointIsARecordMore() {
    assertThat(Lineage.of(formerPrimary(at(1, 400)), at(2, 600), history(3, at(1, 500))))
        .isEqualTo(new Continues());
    assertThat(Lineage.of(formerPrimary(at(1, 500)), at(2, 600), history(3, at(1, 500))))
        .isEqualTo(new Diverged(at(1, 500)));
  }

  @Test
  void howFarACrashedPrimaryWentIsNotKnown() {
    assertThat(Lineage.of(crashedPrimary(at(1, 100)), at(2, 600), history(3, at(1, 500))))
        .isEqualTo(new Diverged(at(1, 500)));
  }
}
