package dev.pgbaton.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.HmacKey;
import org.junit.jupiter.api.Test;

class OidcSignInTest {
  private static final String TOKEN =
      "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.CkiUY7Me2_bAaYRxMEPsJmZJ92wUrY6FDcXvKLZQWHA";

  @Test
  void aTokenThatIsNotTakenIsNotToldInTheLog() {
    var consumer = new JwtConsumerBuilder().setVerificationKey(new HmacKey(new byte[32])).build();
    try {
      consumer.processToClaims(TOKEN);
    } catch (InvalidJwtException e) {
      assertThat(e.getMessage()).contains("eyJ");
      assertThat(OidcSignIn.why(new IllegalStateException(e)))
          .isEqualTo("its ID token is not taken, for its signature is not the issuer's");
      return;
    }
    throw new AssertionError("it was taken");
  }

  @Test
  void whatElseWentWrongIsOneLine() {
    assertThat(
            OidcSignIn.why(
                new IllegalStateException(
                    "no", new ConnectException("Connection refused:\n127.0.0.1"))))
        .isEqualTo("Connection refused: 127.0.0.1");
    assertThat(OidcSignIn.why(new IllegalStateException("got " + TOKEN + ", sorry")))
        .isEqualTo("got ***, sorry");
    assertThat(OidcSignIn.why(new IllegalStateException("x".repeat(2000)))).hasSize(301);
    assertThat(OidcSignIn.why(new IllegalStateException()))
        .isEqualTo("java.lang.IllegalStateException");
  }
}
