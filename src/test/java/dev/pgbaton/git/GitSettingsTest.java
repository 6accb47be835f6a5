package dev.pgbaton.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GitSettingsTest {
  @TempDir Path directory;

  @Test
  void everyErrorIsListedAtOnce() throws IOException {
    var noCertificate = Files.writeString(directory.resolve("ca.pem"), "none");
    var settings =
        new GitSettings(
            "https://me:s3cret@git.example.com/team/clusters.git?token=s3cret",
            "refs/heads/main",
            "../outside",
            "me",
            Optional.of(directory.resolve("no-token")),
            Optional.of(directory),
            Optional.of(directory.resolve("no-hosts")),
            Optional.of(noCertificate),
            Optional.of(URI.create("socks5://proxy")),
            Duration.ofMinutes(-1),
            directory);

    assertThat(settings.problems())
        .noneSatisfy(problem -> assertThat(problem).contains("s3cret"))
        .extracting(problem -> problem.split("[: ]", 2)[0])
        .containsExactly(
            "PGBATON_GIT_URL",
            "PGBATON_GIT_URL",
            "PGBATON_GIT_BRANCH",
            "PGBATON_GIT_PATH",
            "PGBATON_GIT_TOKEN_FILE",
            "PGBATON_GIT_SSH_KEY_FILE",
            "PGBATON_GIT_KNOWN_HOSTS_FILE",
            "PGBATON_GIT_CA_FILE",
            "PGBATON_GIT_PROXY",
            "PGBATON_GIT_TIMEOUT");
    assertThatThrownBy(() -> new JGitSpecSource(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PGBATON_GIT_PROXY")
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void sshNeedsAKeyAndKnownHosts() {
    assertThat(of("git@git.example.com:team/clusters.git").settings().problems())
        .satisfiesExactly(
            key -> assertThat(key).startsWith("PGBATON_GIT_SSH_KEY_FILE is not set"),
            hosts -> assertThat(hosts).startsWith("PGBATON_GIT_KNOWN_HOSTS_FILE is not set"));
  }

  @Test
  void aPasswordInAnSshUrlIsRefused() throws IOException {
    var file = Files.writeString(directory.resolve("file"), "x");

    assertThat(of("ssh://git:s3cret@host/x.git").ssh(file, file).settings().problems())
        .singleElement()
        .asString()
        .contains("a password in the URL is refused")
        .doesNotContain("s3cret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://git.example.com/team/clusters.git",
        "http://10.0.0.1:3000/team/clusters",
        "file:///srv/clusters.git"
      })
  void goodUrlsAreTaken(String url) {
    assertThat(of(url).settings().problems()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "/srv/clusters.git", "ftp://x/y", "git://x/y", "https://", "x"})
  void otherUrlsAreRefused(String url) {
    assertThat(of(url).settings().problems())
        .singleElement()
        .asString()
        .startsWith("PGBATON_GIT_URL");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "./", "clusters", "./clusters/", "clusters/prod"})
  void directoriesOfTheRepositoryAreTaken(String path) {
    assertThat(of("file:///x").path(path).settings().problems()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/clusters", "a/../b", "..", "a//b", "a/./b"})
  void otherPathsAreRefused(String path) {
    assertThat(of("file:///x").path(path).settings().problems()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a..b", "refs/heads/main", "a~1"})
  void namesThatNoBranchCanHaveAreRefused(String branch) {
    assertThat(of("file:///x").branch(branch).settings().problems()).hasSize(1);
  }

  @Test
  void anSshUrlWithoutAUserMeansGit() {
    assertThat(of("ssh://git.example.com/x.git").settings().remote().orElseThrow().getUser())
        .isEqualTo("git");
  }

  private SettingsFixture of(String url) {
    return SettingsFixture.of(url, directory.resolve("cache"));
  }
}
