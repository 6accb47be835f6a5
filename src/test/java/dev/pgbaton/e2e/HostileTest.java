package dev.pgbaton.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.git.GitSettings;
import dev.pgbaton.git.JGitSpecSource;
import dev.pgbaton.reconcile.Repository;
import dev.pgbaton.reconcile.Repository.Entry;
import dev.pgbaton.spec.ManifestLayout;
import dev.pgbaton.spec.SpecSource.Fetched;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of them on their way through Git, with a good cluster beside them. */
class HostileTest {
  private static final String NAMESPACE = "database";

  @TempDir Path directory;

  @Test
  void tenHostileDirectoriesAreRefusedWithTheirPlacesAndHarmNobody() throws Exception {
    var clusters = Files.createDirectories(directory.resolve("team/clusters"));
    Hostile.write(clusters);
    var good =
        PlainManifests.of(Path.of("src/test/resources/dev/pgbaton/desired/tutorial")).files();
    for (var file : good.entrySet()) {
      var target = clusters.resolve("good").resolve(file.getKey());
      Files.createDirectories(target.getParent());
      Files.writeString(target, file.getValue());
    }

    var repository = Repository.of(fetched());

    for (var hostile : Hostile.PLACES.entrySet()) {
      var entry = repository.get(new ClusterId(NAMESPACE, hostile.getKey())).orElseThrow();
      assertThat(entry).isInstanceOf(Entry.Refused.class);
      assertThat(((Entry.Refused) entry).problems().getFirst().toString())
          .startsWith(Hostile.path("clusters", hostile.getKey(), hostile.getValue()));
    }
    assertThat(repository.mostUnheardOfFirst().getFirst().toString())
        .startsWith("clusters/traversal/kustomization.yaml ")
        .contains("passwd");
    assertThat(repository.get(new ClusterId(NAMESPACE, "postgres-sts")).orElseThrow())
        .isInstanceOf(Entry.Wanted.class);
  }

  private Fetched.Head fetched() throws Exception {
    var team = directory.resolve("team");
    try (var git = Git.init().setDirectory(team.toFile()).setInitialBranch("main").call()) {
      git.add().addFilepattern(".").call();
      git.commit()
          .setSign(false)
          .setMessage("Ten directories")
          .setAuthor("Dana", "dana@example.com")
          .setCommitter("Dana", "dana@example.com")
          .call();
    }
    var settings =
        new GitSettings(
            team.toUri().toString(),
            "main",
            "clusters",
            GitSettings.DEFAULT_USERNAME,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Duration.ofSeconds(30),
            directory.resolve("cache"));
    var layout = new ManifestLayout(ManifestLayout.Where.DIRECTORIES, Optional.of(NAMESPACE));
    return (Fetched.Head) new JGitSpecSource(settings, layout).fetch();
  }
}
