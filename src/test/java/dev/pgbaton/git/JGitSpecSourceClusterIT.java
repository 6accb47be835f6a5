package dev.pgbaton.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.forge.GiteaRepository;
import dev.pgbaton.spec.SpecFile;
import dev.pgbaton.spec.SpecSource;
import dev.pgbaton.spec.SpecSource.Fetched.Head;
import dev.pgbaton.spec.SpecSource.Fetched.Unreachable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** A private repository of a real Gitea. */
@EnabledIfEnvironmentVariable(named = "GITEA_URL", matches = ".+")
class JGitSpecSourceClusterIT {
  @TempDir Path directory;

  private GiteaRepository repository;
  private Path token;

  @BeforeEach
  void create() throws IOException {
    repository = new GiteaRepository();
    token = Files.writeString(directory.resolve("token"), GiteaRepository.token());
  }

  @AfterEach
  void delete() throws IOException {
    repository.close();
  }

  @Test
  void pushesAreReadOverHttpWithAToken() throws IOException {
    assertPushesAreRead(settings(repository.url()).token(token).source());
  }

  @Test
  void aWrongTokenIsTold() throws IOException {
    Files.writeString(token, "0000000000000000000000000000000000000000");

    assertThat(settings(repository.url()).token(token).source().fetch())
        .isInstanceOfSatisfying(
            Unreachable.class,
            it -> assertThat(it.reason()).contains("refuses the token in " + token));
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "GITEA_SSH_HOSTKEY", matches = ".+")
  void pushesAreReadOverSshWithADeployKey() throws IOException, InterruptedException {
    var key = newEd25519Key();
    repository.addDeployKey(Files.readString(Path.of(key + ".pub")));
    var server = URI.create(repository.sshUrl());
    var knownHosts =
        Files.writeString(
            directory.resolve("known_hosts"),
            "[%s]:%d %s%n"
                .formatted(server.getHost(), server.getPort(), System.getenv("GITEA_SSH_HOSTKEY")));

    assertPushesAreRead(settings(repository.sshUrl()).ssh(key, knownHosts).source());
  }

  /** What people have; Java alone can't write one down. */
  private Path newEd25519Key() throws IOException, InterruptedException {
    var key = directory.resolve("id_ed25519");
    var keygen =
        new ProcessBuilder(
                "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key.toString())
            .inheritIO()
            .start();
    assertThat(keygen.waitFor()).isZero();
    return key;
  }

  private void assertPushesAreRead(SpecSource source) throws IOException {
    var first = repository.add("clusters/orders.yaml", "orders");
    assertHead(source, first, "orders");
    var second = repository.add("clusters/payments.yaml", "payments");
    assertHead(source, second, "orders", "payments");
  }

  private static void assertHead(SpecSource source, String commit, String... contents) {
    assertThat(source.fetch())
        .isInstanceOfSatisfying(
            Head.class,
            head -> {
              assertThat(head.revision().commit()).isEqualTo(commit);
              assertThat(head.files()).extracting(SpecFile::text).containsExactly(contents);
              assertThat(head.rewritten()).isFalse();
            });
  }

  private SettingsFixture settings(String url) {
    return SettingsFixture.of(url, directory.resolve("cache")).path("clusters");
  }
}
