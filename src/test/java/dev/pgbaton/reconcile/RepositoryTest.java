package dev.pgbaton.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.spec.EncryptedFiles;
import dev.pgbaton.spec.ManifestLayout;
import dev.pgbaton.spec.ManifestLayout.Where;
import dev.pgbaton.spec.SpecFile;
import dev.pgbaton.spec.SpecRevision;
import dev.pgbaton.spec.SpecSource.Fetched.Head;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RepositoryTest {
  private static final SpecRevision REVISION = new SpecRevision("abc", Instant.EPOCH, "One");

  /** Its name can't be read then, but the journal knows the directory that it was in. */
  @Test
  void aBrokenFileOfManifestsStopsTheClusterThatItsDirectoryHeld() {
    var file = new SpecFile("db/postgres/set.yaml", "", "a: [".getBytes(StandardCharsets.UTF_8));
    var layout = new ManifestLayout(Where.DIRECTORIES, Optional.empty());
    var head =
        new Head(
            REVISION,
            List.of(file),
            List.of(),
            layout.directories("", List.of(file), List.of()),
            EncryptedFiles.NONE,
            false);

    var repository = Repository.of(head);

    assertThat(repository.clusters()).isEmpty();
    assertThat(repository.brokenFile("db/")).isPresent();
    assertThat(repository.brokenFile("./")).isPresent();
    assertThat(repository.brokenFile("d/")).isEmpty();
    assertThat(repository.brokenFile("db")).isEmpty();
    assertThat(repository.brokenFile("db/postgres/set.yaml")).isPresent();
  }
}
