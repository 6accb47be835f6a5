package dev.pgbaton.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PublishedLateTest {
  @Test
  void aNameThatIsPublishedIsUsed() {
    var addresses =
        new PublishedLate(
            _ -> URI.create("http://localhost:8008/status"),
            _ -> {
              throw new AssertionError("nobody is asked");
            });

    assertThat(addresses.apply("pg-1")).hasToString("http://localhost:8008/status");
  }

  @Test
  void elseThePodsAddressIs() {
    assertThat(unpublished(Optional.of("10.1.2.3"))).hasToString("http://10.1.2.3:8008/status");
    assertThat(unpublished(Optional.of("fd00::7"))).hasToString("http://[fd00::7]:8008/status");
  }

  @Test
  void aPodThatIsNotThereIsAskedByItsName() {
    assertThat(unpublished(Optional.empty())).hasToString("http://pg-1.pg.invalid:8008/status");
  }

  private static URI unpublished(Optional<String> address) {
    return new PublishedLate(
            name -> URI.create("http://%s.pg.invalid:8008/status".formatted(name)), _ -> address)
        .apply("pg-1");
  }
}
