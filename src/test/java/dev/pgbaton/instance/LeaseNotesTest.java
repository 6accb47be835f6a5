package dev.pgbaton.instance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.WalPosition;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LeaseNotesTest {
  private static final List<String> NAMES = List.of("pg-0", "pg-1", "pg-2");
  private static final Identity OLD = new Identity("pg-0", "uid-0", NAMES, "10.0.0.1");
  private static final Identity NEXT = new Identity("pg-1", "uid-1", NAMES, "10.0.0.2");
  private static final WalPosition END = WalPosition.parse("1:0/3000148");
  private static final Answer ANSWER =
      new Answer(NEXT.life(), Duration.ofSeconds(3), new Moment(7, 8));

  private final InstanceSettings settings = InstanceSettings.fast(0);
  private final LeaseState held = LeaseState.fresh("1").taken(OLD, settings);

  private static LeaseState read(LeaseState written, Map<String, String> notes) {
    return LeaseNotes.read(
        written.version(), written.holder(), written.epoch(), written.lapsesAfter(), notes);
  }

  private LeaseState onItsAnswer() {
    return held.handedTo("pg-1", "pg-0", END, Optional.of(ANSWER));
  }

  @Test
  void whatIsWrittenIsRead() {
    for (var state :
        List.of(
            held,
            held.agreed(new Quorum(NAMES, 1)),
            held.refused("pg-1: too far behind"),
            held.released(Optional.of(END)),
            held.handedTo("pg-1", "pg-0", END, Optional.empty()),
            onItsAnswer()))
      assertThat(read(state, LeaseNotes.write(Map.of("theirs", "stays"), state))).isEqualTo(state);
  }

  @Test
  void aProgramThatKnowsNoAnswersSeesNoEndThatItCouldGoBy() {
    assertThat(LeaseNotes.write(Map.of(), onItsAnswer()))
        .doesNotContainKey(Names.FLOOR)
        .containsEntry(Names.HANDED_FLOOR, END.toString());
  }

  @Test
  void whatSuchAProgramLeavesBehindCountsForNobodyElse() {
    // It takes the Lease and lets it go, and keeps what it doesn't know.
    var left = new HashMap<>(LeaseNotes.write(Map.of(), onItsAnswer()));
    left.put("pgbaton.dev/holder-uid", "uid-2");
    left.put(Names.LAST_HOLDER, "pg-2");
    var taken = read(onItsAnswer(), left);
    assertThat(taken.handedOn()).isEmpty();
    assertThat(taken.floor()).isEmpty();

    left.remove("pgbaton.dev/holder-uid");
    left.put(Names.FLOOR, "2:0/4000000");
    var released = read(onItsAnswer(), left);
    assertThat(released.end()).contains(WalPosition.parse("2:0/4000000"));
    assertThat(LeaseNotes.write(left, released)).doesNotContainKey(Names.HANDED_FLOOR);
  }

  @Test
  void theFloorIsKeptUntilThePromotion() {
    var before = onItsAnswer().renewed(NEXT, Optional.empty(), settings, false);
    assertThat(before.floor()).contains(END);
    assertThat(before.end()).isEmpty();

    var after = before.renewed(NEXT, Optional.empty(), settings, true);
    assertThat(after.floor()).isEmpty();
    assertThat(after.handedOn()).isEmpty();
  }
}
