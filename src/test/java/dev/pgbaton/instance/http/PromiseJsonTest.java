package dev.pgbaton.instance.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgbaton.instance.Promise;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromiseJsonTest {
  @Test
  void aPromiseIsReadAsItWasWritten() {
    var asked = new Promise("orders-0", "3f0c-77", 4, Duration.ofSeconds(25));

    assertThat(PromiseJson.read(PromiseJson.write(asked))).isEqualTo(asked);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{\"holder\": \"orders-0\"}",
        "{\"holder\": \"orders-0\", \"life\": \"x\", \"epoch\": 1, \"forMillis\": 3600000}"
      })
  void whatIsNoRequestOrAsksForTooLongIsRefused(String text) {
    assertThatThrownBy(() -> PromiseJson.read(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
