package dev.pgbaton.forge;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForgeAddressTest {
  @ParameterizedTest
  @CsvSource({
    "GITHUB, https://github.com/team/clusters.git, https://api.github.com",
    "GITHUB, https://github.com/team/clusters/, https://api.github.com",
    "GITHUB, git@github.com:team/clusters.git, https://api.github.com",
    "GITHUB, ssh://git@ssh.github.com:443/team/clusters.git, https://api.github.com",
    "GITHUB, https://github.example.com/team/clusters, https://github.example.com/api/v3",
    "GITHUB, https://acme.ghe.com/team/clusters, https://api.acme.ghe.com",
    "GITEA, https://git.example.com/team/clusters.git, https://git.example.com/api/v1",
    "GITEA, http://10.0.0.1:3000/team/clusters, http://10.0.0.1:3000/api/v1",
    "GITEA, https://example.com/git/team/clusters.git, https://example.com/git/api/v1",
    "GITEA, ssh://git@git.example.com:2222/team/clusters.git, https://git.example.com/api/v1",
    "GITEA, git@git.example.com:team/clusters.git, https://git.example.com/api/v1",
  })
  void theApiAndTheRepositoryAreDerivedFromTheGitUrl(ForgeKind kind, String git, String api) {
    assertThat(ForgeAddress.derive(kind, git))
        .contains(new ForgeAddress(URI.create(api), "team/clusters"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "file:///srv/team/clusters.git", "https://git.example.com/clusters", "/x/y"})
  void whatNamesNoRepositoryOfAForgeIsNotGuessed(String git) {
    assertThat(ForgeAddress.derive(ForgeKind.GITEA, git)).isEmpty();
  }

  @Test
  void aSlashAtTheEndOfTheApiIsNoMatter() {
    assertThat(new ForgeAddress(URI.create("https://x/api/v1/"), "a/b").statuses("c0ffee"))
        .hasToString("https://x/api/v1/repos/a/b/statuses/c0ffee");
  }
}
