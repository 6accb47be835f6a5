package dev.pgbaton.git;

import dev.pgbaton.cluster.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.util.FileUtils;

/**
 * The bare clone on disk. It spares fetching everything anew, and may vanish or be damaged at any
 * time.
 */
final class CloneCache {
  /**
   * Each fetch adds a pack and nothing repacks them: a new clone is cheaper than a garbage
   * collection of our own.
   */
  static final int MOST_PACKS = 64;

  private final Path directory;
  private final String ref;

  CloneCache(GitSettings settings) {
    // By URL and branch: after a change of the settings an old clone can't be taken for the new
    // one.
    this.directory =
        settings
            .cacheDir()
            .resolve(Sha256.hex(settings.url() + "\n" + settings.branch(), 16) + ".git");
    this.ref = settings.ref();
  }

  boolean exists() {
    return Files.exists(directory.resolve("HEAD"));
  }

  /**
   * A repository to fetch into: what is there, or an empty one where that is missing, unfinished or
   * full of packs.
   */
  Repository open() throws IOException {
    if (exists() && packs() <= MOST_PACKS) {
      var repository = at(directory);
      if (repository.exactRef(ref) != null) {
        return repository;
      }
      repository.close();
    }
    discard();
    var repository = at(directory);
    repository.create(true);
    withoutGarbageCollection(repository);
    return repository;
  }

  /** What is there, to read only. It may be discarded meanwhile. */
  Optional<Repository> toRead() throws IOException {
    return exists() ? Optional.of(at(directory)) : Optional.empty();
  }

  /** JGit's own would run in the background, also while the clone is being discarded. */
  private static void withoutGarbageCollection(Repository repository) throws IOException {
    var config = repository.getConfig();
    config.setInt("gc", null, "auto", 0);
    config.setInt("gc", null, "autopacklimit", 0);
    config.setBoolean("gc", null, "autodetach", false);
    config.save();
  }

  void discard() throws IOException {
    try {
      FileUtils.delete(
          directory.toFile(), FileUtils.RECURSIVE | FileUtils.SKIP_MISSING | FileUtils.RETRY);
    } catch (NoSuchFileException alreadyGone) {
      // Somebody else is clearing the directory, too.
    }
  }

  private long packs() throws IOException {
    var packs = directory.resolve("objects/pack");
    if (!Files.isDirectory(packs)) {
      return 0;
    }
    try (var files = Files.list(packs)) {
      return files.filter(file -> file.toString().endsWith(".pack")).count();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static Repository at(Path directory) throws IOException {
    return new FileRepositoryBuilder().setGitDir(directory.toFile()).setBare().build();
  }
}
