package dev.pgbaton.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgbaton.cluster.WalPosition;
import org.junit.jupiter.api.Test;

class ControlDataTest {
  private static String output(String state, String recoveredTo, int recoveredTimeline) {
    return """
        pg_control version number:            1700
        Database system identifier:           7710584129022943288
        Database cluster state:               %s
        Latest checkpoint location:           0/50BC680
        Latest checkpoint's TimeLineID:       2
        Minimum recovery ending location:     %s
        Min recovery ending loc's timeline:   %d
        """
        .formatted(state, recoveredTo, recoveredTimeline);
  }

  @Test
  void aStoppedPrimaryStandsAtItsShutdownCheckpoint() {
    assertThat(ControlData.parse(output("shut down", "0/0", 0)))
        .isEqualTo(new ControlData("7710584129022943288", WalPosition.parse("2:0/50BC680"), true));
  }

  @Test
  void aStoppedStandbyStandsWhereItHasRecoveredTo() {
    assertThat(ControlData.parse(output("shut down in recovery", "0/6000000", 3)))
        .isEqualTo(new ControlData("7710584129022943288", WalPosition.parse("3:0/6000000"), true));
  }

  @Test
  void aCrashedPrimaryWasNotShutDown() {
    assertThat(ControlData.parse(output("in production", "0/0", 0)).shutDown()).isFalse();
  }

  @Test
  void somethingElseIsNoControlData() {
    assertThatThrownBy(() -> ControlData.parse("pg_controldata: error"))
        .hasMessageContaining("Database cluster state");
  }
}
