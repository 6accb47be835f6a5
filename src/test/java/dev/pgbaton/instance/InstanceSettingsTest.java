package dev.pgbaton.instance;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class InstanceSettingsTest {
  private static InstanceSettings times(int renewEvery, int fenceAfter, int takeAfter) {
    return new InstanceSettings(
        Duration.ofSeconds(renewEvery),
        Duration.ofSeconds(fenceAfter),
        Duration.ofSeconds(takeAfter),
        Duration.ofSeconds(60),
        Duration.ofSeconds(10),
        Duration.ofSeconds(3),
        Duration.ofSeconds(10),
        Duration.ofSeconds(5),
        0);
  }

  @ParameterizedTest
  @EnumSource
  void theTimesThatCanBeChosenFitTogether(InstanceSettings.Failover failover) {
    assertThatCode(() -> InstanceSettings.of(failover, Duration.ofSeconds(60), 0))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({"2, 10, 10", "2, 12, 10", "5, 24, 25"})
  void aHolderHasToStopAMarginBeforeOthersMayTakeItsLease(int renew, int fence, int take) {
    assertThatThrownBy(() -> times(renew, fence, take)).hasMessageContaining("a holder must stop");
  }

  @Test
  void aRenewalThatFailsOnceHasToBeRepeatedBeforeTheFence() {
    assertThatThrownBy(() -> times(4, 8, 10)).hasMessageContaining("must be repeated");
  }
}
