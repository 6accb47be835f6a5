package dev.pgbaton.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WriteGapsTest {
  private final WriteGaps gaps = new WriteGaps(0);

  @Test
  void nothingIsKnownBeforeTheFirstWrite() {
    assertThat(gaps.longest(ms(5_000))).isEmpty();
  }

  @Test
  void theFirstConnectionIsNoOutage() {
    gaps.acknowledged(ms(300));
    gaps.acknowledged(ms(320));

    assertThat(gaps.longest(ms(330))).contains(Duration.ofMillis(20));
  }

  @Test
  void aLateFirstWriteIsOne() {
    gaps.acknowledged(ms(2_500));

    assertThat(gaps.longest(ms(2_510))).contains(Duration.ofMillis(2_500));
  }

  @Test
  void anOpenGapCounts() {
    gaps.acknowledged(ms(20));
    gaps.acknowledged(ms(140));

    assertThat(gaps.longest(ms(150))).contains(Duration.ofMillis(120));
    assertThat(gaps.longest(ms(400))).contains(Duration.ofMillis(260));
  }

  private static long ms(long milliseconds) {
    return Duration.ofMillis(milliseconds).toNanos();
  }
}
