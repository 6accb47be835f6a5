package dev.pgbaton.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PasswordUtil;

class ScramSecretTest {
  @Test
  void aPasswordFitsItsSecretAndNoOther() throws SQLException {
    var secret = PasswordUtil.encodeScramSha256("monitor-example".toCharArray());

    assertThat(ScramSecret.fits(secret, "monitor-example")).isTrue();
    assertThat(ScramSecret.fits(secret, "monitor-exampl")).isFalse();
  }

  /** Made by PostgreSQL 15. */
  @Test
  void whatTheServerMadeIsUnderstood() {
    var secret =
        "SCRAM-SHA-256$4096:TmOQuMiqYPaNfhRShQAEOA==$RLKGTrWxItMOoZiQIteeUlFs8lY0fjDrPALtGip7Zwc=:A9U7exd7wfTcMsVlSSU53JLA/l4AW9161Wc12PQvhhU=";

    assertThat(ScramSecret.fits(secret, "monitor-example")).isTrue();
  }

  @Test
  void otherSecretsFitNothing() {
    assertThat(ScramSecret.fits("", "")).isFalse();
    assertThat(ScramSecret.fits("md5aa", "a")).isFalse();
    assertThat(ScramSecret.fits("SCRAM-SHA-256$4096:?$?:?", "a")).isFalse();
  }
}
