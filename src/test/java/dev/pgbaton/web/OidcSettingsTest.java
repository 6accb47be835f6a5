package dev.pgbaton.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OidcSettingsTest {
  @TempDir Path directory;

  @Test
  void anIssuerAClientAndItsSecretAreEnough() throws IOException {
    var secret = Files.writeString(directory.resolve("secret"), "s3cret\n");

    assertThat(settings("https://git.example.com/realms/dba", "pgbaton", secret).problems())
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://git.example.com",
        "git.example.com",
        "https:///path",
        "https://user:secret@git.example.com",
        "https://git.example.com?x=1",
        "https://git.example.com#x",
        "https://a b"
      })
  void nobodyElseIsAskedWhoEverybodyIs(String issuer) {
    assertThat(settings(issuer, "pgbaton", null).problems())
        .singleElement()
        .asString()
        .startsWith("PGBATON_OIDC_ISSUER_URL: expected an https:// URL");
  }

  @Test
  void everythingThatIsWrongIsSaidAtOnce() throws IOException {
    var empty = Files.writeString(directory.resolve("empty"), "\n");

    assertThat(settings("x", "", empty).problems())
        .hasSize(3)
        .anyMatch(p -> p.startsWith("PGBATON_OIDC_CLIENT_ID"))
        .anyMatch(p -> p.startsWith("PGBATON_OIDC_CLIENT_SECRET_FILE: " + empty));
    assertThat(settings("https://x", "x", directory.resolve("nowhere")).problems())
        .singleElement()
        .asString()
        .contains("can't be read");
  }

  private static OidcSettings settings(String issuer, String client, Path secret) {
    return new OidcSettings(
        issuer,
        client,
        Optional.ofNullable(secret),
        OidcClaims.of(issuer, "sub", Optional.empty(), Optional.empty(), Optional.empty()),
        List.of("profile"),
        Optional.empty());
  }
}
