package dev.pgbaton.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HostRulesTest {
  private static final String RULES =
      """
      hostssl shop app all scram-sha-256
      hostssl shop machine all cert
      """;

  @Test
  void inAPodThatIsMadeForACertificateRulesAreTakenAsTheyAre() {
    assertThat(HostRules.file(Optional.of(RULES), true, false, false)).endsWith(RULES);
  }

  /** PostgreSQL does not start with a client's certificate asked for on a plain connection. */
  @Test
  void beforeTheRolloutThatBringsItOnlyWhoComesByACertificateOfItsOwnIsKeptOut() {
    assertThat(HostRules.file(Optional.of(RULES), false, false, false))
        .endsWith("host shop app all scram-sha-256\nhostssl shop machine all cert\n");
  }

  /** A cluster whose certificate is missing is to heal, though no client gets in. */
  @Test
  void noLineOfPgbatonsOwnAsksForTls() {
    assertThat(HostRules.file(Optional.of(RULES), true, false, false).replace(RULES, ""))
        .doesNotContain("hostssl")
        .contains(
            "host  replication     repmgr,repmgr_2    all      scram-sha-256",
            "host  postgres        pgbaton,pgbaton_2  all      scram-sha-256");
  }

  /** The daemon and the instances have the lines that they have before rules. */
  @Test
  void aSuperuserThatStaysLocalIsTurnedAwayBeforeEverybodyIsLetIn() {
    for (var byCertificate : List.of(false, true))
      assertThat(HostRules.file(Optional.empty(), true, byCertificate, true))
          .isEqualTo(
              HostRules.file(
                  Optional.of("host all all all scram-sha-256\n"), true, byCertificate, false))
          .containsSubsequence(
              "postgres           samehost scram-sha-256",
              "postgres,repmgr,repmgr_2,pgbaton,pgbaton_2 all reject",
              "host all all all scram-sha-256");
    assertThat(HostRules.file(Optional.of(RULES), true, false, true))
        .isEqualTo(HostRules.file(Optional.of(RULES), true, false, false));
  }

  /** The first line that fits counts: what is not a certificate's comes after a reject. */
  @Test
  void byCertificateARepmgrWithoutOneIsTurnedAwayBeforeAnyRule() {
    for (var rules : List.of(Optional.<String>empty(), Optional.of(RULES))) {
      var file = HostRules.file(rules, true, true, false);
      assertThat(file.lines().filter(l -> l.contains("repmgr") && l.startsWith("host")))
          .isNotEmpty()
          .allMatch(l -> l.matches("hostssl .* cert map=replication") || l.endsWith(" reject"));
      assertThat(file.indexOf("reject")).isLessThan(file.lastIndexOf("scram-sha-256"));
    }
    assertThat(HostRules.file(Optional.of(RULES), true, false, false))
        .doesNotContain("map=replication");
  }
}
