package dev.pgbaton.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerCertificateTest {
  private static final Path FILES = Path.of("src/test/resources/dev/pgbaton/tls");

  @TempDir Path directory;
  private ServerCertificate certificate;

  @BeforeEach
  void aPodThatIsMadeForOne() throws IOException {
    Files.createDirectories(directory.resolve("mounts/tls"));
    Files.createDirectories(directory.resolve("run"));
    certificate =
        new ServerCertificate(
            new InstancePaths(
                directory,
                directory.resolve("pgdata"),
                directory.resolve("run"),
                directory.resolve("mounts/restart"),
                directory.resolve("mounts/reload")));
  }

  @Test
  void whatCanNotBeUsedIsNotTakenAndTold() throws IOException {
    assertThat(certificate.take()).isFalse();
    assertThat(certificate.isThere()).isFalse();
    assertThat(certificate.trouble()).get().asString().contains("no tls.crt and tls.key");

    mount("ec.crt", "ec1.key");
    assertThat(certificate.pending()).isNotEmpty();
    assertThat(certificate.take()).isTrue();
    assertThat(certificate.take()).isFalse();
    assertThat(certificate.isThere()).isTrue();
    assertThat(certificate.trouble()).isEmpty();
    var good = settings();

    mount("rsa.crt", "ec1.key");
    assertThat(certificate.take()).isFalse();
    assertThat(certificate.pending()).isEmpty();
    assertThat(certificate.trouble()).get().asString().contains("tls.key is not the key");
    assertThat(settings()).isEqualTo(good);
  }

  @Test
  void whatPostgresqlDoesNotLoadGivesWayToTheOneBeforeAndThenToNone() throws IOException {
    mount("ec.crt", "ec1.key");
    certificate.take();
    var good = settings();
    mount("rsa.crt", "rsa1.key");
    assertThat(certificate.take()).isTrue();
    assertThat(settings()).isNotEqualTo(good);

    certificate.doesNotLoad("key too small");

    assertThat(certificate.take()).isFalse();
    assertThat(settings()).isEqualTo(good);
    assertThat(good.lines().filter(l -> l.contains("file = '/")).map(ServerCertificateTest::file))
        .hasSize(2)
        .allMatch(Files::exists);
    assertThat(certificate.pending()).isEmpty();
    assertThat(certificate.trouble()).contains("no certificate is taken: key too small");

    mount("rsa.crt", "rsa1.key");
    var another = directory.resolve("mounts/tls/ca.crt");
    Files.copy(FILES.resolve("ec.crt"), another);
    assertThat(certificate.take()).isTrue();
    Files.deleteIfExists(directory.resolve("run/tls.former.conf"));
    certificate.doesNotLoad("nor this one");
    assertThat(certificate.isThere()).isFalse();
  }

  private static Path file(String line) {
    return Path.of(line.substring(line.indexOf('\'') + 1, line.lastIndexOf('\'')));
  }

  private String settings() throws IOException {
    return Files.readString(directory.resolve("run/tls.conf"));
  }

  private void mount(String crt, String key) throws IOException {
    Files.writeString(
        directory.resolve("mounts/tls/tls.crt"), Files.readString(FILES.resolve(crt)));
    Files.writeString(
        directory.resolve("mounts/tls/tls.key"), Files.readString(FILES.resolve(key)));
  }
}
