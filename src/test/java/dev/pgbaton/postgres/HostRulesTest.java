package dev.pgbaton.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class HostRulesTest {
  private static final String RULES =
      """
      hostssl shop app all scram-sha-256
      hostssl shop machine all cert
      """;

  @Test
  void withACertificateRulesAreTakenAsTheyAre() {
    assertThat(HostRules.file(Optional.of(RULES), true)).endsWith(RULES);
  }

  /** PostgreSQL does not start with a client's certificate asked for on a plain connection. */
  @Test
  void withoutOneOnlyWhoComesByACertificateOfItsOwnIsKeptOut() {
    assertThat(HostRules.file(Optional.of(RULES), false))
        .endsWith("host shop app all scram-sha-256\nhostssl shop machine all cert\n");
  }
}
