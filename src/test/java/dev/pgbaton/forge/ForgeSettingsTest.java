package dev.pgbaton.forge;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForgeSettingsTest {
  @TempDir Path directory;

  @Test
  void everyErrorIsListedAtOnce() throws Exception {
    var noCertificate = Files.writeString(directory.resolve("ca.pem"), "none");
    var settings =
        new ForgeSettings(
            ForgeKind.GITEA,
            "file:///srv/clusters.git",
            Optional.empty(),
            Optional.empty(),
            Optional.of(directory.resolve("missing")),
            Optional.of(noCertificate),
            Optional.of(URI.create("http://me:secret@proxy:3128")),
            Duration.ZERO);

    assertThat(settings.problems())
        .satisfiesExactly(
            token -> assertThat(token).startsWith("PGBATON_FORGE_TOKEN_FILE: "),
            address -> assertThat(address).startsWith("PGBATON_FORGE_API and PGBATON_FORGE_REPO"),
            ca -> assertThat(ca).startsWith("PGBATON_FORGE_CA_FILE: "),
            proxy -> assertThat(proxy).startsWith("PGBATON_FORGE_PROXY: ").doesNotContain("secret"),
            timeout -> assertThat(timeout).startsWith("PGBATON_FORGE_TIMEOUT: "));
  }

  @Test
  void whatIsSetGoesBeforeWhatIsDerived() throws Exception {
    var token = Files.writeString(directory.resolve("token"), "x");
    var settings =
        new ForgeSettings(
            ForgeKind.GITEA,
            "ssh://git@git.example.com:2222/mirrors/copy.git",
            Optional.of(URI.create("http://forge.internal:3000/api/v1")),
            Optional.of("team/clusters"),
            Optional.of(token),
            Optional.empty(),
            Optional.empty(),
            Duration.ofSeconds(10));

    assertThat(settings.problems()).isEmpty();
    assertThat(settings.address())
        .contains(
            new ForgeAddress(URI.create("http://forge.internal:3000/api/v1"), "team/clusters"));
  }

  @Test
  void withoutAForgeNothingIsChecked() {
    assertThat(ForgeSettings.none().problems()).isEmpty();
  }

  @Test
  void theKindIsReadByName() {
    assertThat(ForgeKind.of("Forgejo ")).contains(ForgeKind.GITEA);
    assertThat(ForgeKind.of("github")).contains(ForgeKind.GITHUB);
    assertThat(ForgeKind.of("")).contains(ForgeKind.NONE);
    assertThat(ForgeKind.of("sourcehut")).isEmpty();
  }
}
