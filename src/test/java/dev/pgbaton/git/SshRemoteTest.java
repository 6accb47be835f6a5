package dev.pgbaton.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.spec.SpecFile;
import dev.pgbaton.spec.SpecSource.Fetched;
import dev.pgbaton.spec.SpecSource.Fetched.Head;
import dev.pgbaton.spec.SpecSource.Fetched.Unreachable;
import dev.pgbaton.tls.TunnelProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SshRemoteTest {
  @TempDir static Path shared;

  @TempDir Path directory;

  private static TeamRepository team;
  private static GitSshServer server;

  @BeforeAll
  static void start() throws IOException, GeneralSecurityException {
    team = new TeamRepository(shared.resolve("team.git"));
    team.with("a.yaml", "a").push("One");
    server = GitSshServer.of(team.repository);
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
    team.close();
  }

  @Test
  void theKeyOpensTheRepositoryOfAKnownHost() throws IOException, GeneralSecurityException {
    var fetched =
        settings().ssh(server.clientKey(directory), server.knownHosts(directory)).source().fetch();

    assertThat(fetched)
        .isInstanceOfSatisfying(
            Head.class,
            head -> assertThat(head.files()).extracting(SpecFile::text).containsExactly("a"));
  }

  @Test
  void anUnchangedHeadIsAnsweredFromMemory() throws IOException, GeneralSecurityException {
    var source = settings().ssh(server.clientKey(directory), server.knownHosts(directory)).source();

    assertThat(source.fetch()).isInstanceOf(Head.class).isSameAs(source.fetch());
  }

  @Test
  void anUnknownHostIsRefused() throws IOException, GeneralSecurityException {
    var nobody = Files.createFile(directory.resolve("nobody"));

    assertThat(reason(settings().ssh(server.clientKey(directory), nobody).source().fetch()))
        .contains("127.0.0.1 has a host key that is not in " + nobody);
    assertThat(nobody).isEmptyFile();
  }

  @Test
  void anotherHostKeyIsRefused() throws IOException, GeneralSecurityException {
    var other = server.knownHosts(directory, GitSshServer.newKey());

    assertThat(reason(settings().ssh(server.clientKey(directory), other).source().fetch()))
        .contains("127.0.0.1 shows another host key than the one in " + other);
  }

  @Test
  void aKeyThatTheServerDoesNotKnowIsTold() throws IOException, GeneralSecurityException {
    var key = GitSshServer.privateKey(directory, GitSshServer.newKey());

    assertThat(reason(settings().ssh(key, server.knownHosts(directory)).source().fetch()))
        .contains("127.0.0.1 refuses the key in " + key);
  }

  @Test
  void aFileThatIsNoKeyIsTold() throws IOException, GeneralSecurityException {
    var key = Files.writeString(directory.resolve("key"), "no key");

    assertThat(reason(settings().ssh(key, server.knownHosts(directory)).source().fetch()))
        .contains(key + " is no private key that can be used");
  }

  @Test
  void aSilentServerIsGivenUp() throws IOException, GeneralSecurityException {
    try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var source =
          SettingsFixture.of(
                  "ssh://git@127.0.0.1:" + silent.getLocalPort() + "/team/clusters.git",
                  directory.resolve("cache"))
              .ssh(server.clientKey(directory), server.knownHosts(directory))
              .timeout(Duration.ofSeconds(1))
              .source();

      assertThat(reason(source.fetch()))
          .contains("did not answer in time (PGBATON_GIT_TIMEOUT is 1 s)");
    }
  }

  @Test
  void aServerThatFallsSilentIsGivenUp() throws IOException, GeneralSecurityException {
    try (var stalling = GitSshServer.of(team.repository).stalls()) {
      var source =
          SettingsFixture.of(stalling.url(), directory.resolve("cache"))
              .ssh(stalling.clientKey(directory), stalling.knownHosts(directory))
              .timeout(Duration.ofSeconds(1))
              .source();

      assertThat(reason(source.fetch())).contains("did not answer in time");
    }
  }

  @Test
  void theProxyIsUsed() throws IOException, GeneralSecurityException {
    try (var proxy = new TunnelProxy()) {
      var fetched =
          settings()
              .ssh(server.clientKey(directory), server.knownHosts(directory))
              .proxy(proxy.url())
              .source()
              .fetch();

      assertThat(fetched).isInstanceOf(Head.class);
      assertThat(proxy.asked()).isNotEmpty().allMatch(it -> it.startsWith("CONNECT 127.0.0.1:"));
    }
  }

  @Test
  void aMissingRepositoryIsTold() throws IOException, GeneralSecurityException {
    var url = server.url().replace("clusters", "nowhere");

    assertThat(
            reason(
                SettingsFixture.of(url, directory.resolve("cache"))
                    .ssh(server.clientKey(directory), server.knownHosts(directory))
                    .source()
                    .fetch()))
        .contains("there is no such repository");
  }

  private SettingsFixture settings() {
    return SettingsFixture.of(server.url(), directory.resolve("cache"));
  }

  private static String reason(Fetched fetched) {
    assertThat(fetched).isInstanceOf(Unreachable.class);
    return ((Unreachable) fetched).reason();
  }
}
