package dev.pgbaton.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WritableSpansTest {
  private final List<Look> looks = new ArrayList<>();

  @Test
  void oneAfterTheOtherIsAsItShallBe() {
    writable("a", 0, 1000);
    writable("b", 1150, 3000);

    assertThat(WritableSpans.together(looks)).isEmpty();
  }

  @Test
  void twoAtATimeAreSeen() {
    writable("a", 0, 1000);
    writable("b", 800, 3000);

    assertThat(WritableSpans.together(looks)).isNotEmpty();
  }

  @Test
  void oneAnswerOfAResumedPrimaryIsEnough() {
    writable("a", 0, 1000);
    writable("b", 11_000, 30_000);
    look("a", 20_010, 20_013);

    assertThat(WritableSpans.together(looks)).hasSize(1);
  }

  @Test
  void anAnswerThatWasHeldUpMayBeFromBefore() {
    writable("a", 0, 1000);
    look("a", 1100, 20_000);
    writable("b", 11_000, 30_000);

    assertThat(WritableSpans.together(looks)).isEmpty();
  }

  @Test
  void nothingIsKnownOfThePauseBetweenTwoLooks() {
    writable("a", 0, 1000);
    writable("a", 9000, 10_000);
    writable("b", 1500, 8500);

    assertThat(WritableSpans.together(looks)).isEmpty();
  }

  private void writable(String address, int from, int to) {
    for (var at = from; at < to; at += 100) look(address, at, at + 2);
  }

  private void look(String address, int begun, int answered) {
    looks.add(new Look(address, begun * 1_000_000L, answered * 1_000_000L));
  }
}
