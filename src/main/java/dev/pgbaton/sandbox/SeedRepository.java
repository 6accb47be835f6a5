package dev.pgbaton.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;

/** A repository of one's own to commit to. */
public final class SeedRepository {
  /** A class path can't be listed in a native binary. */
  static final List<String> FILES = List.of("clusters/minimal.yaml", "clusters/orders.yaml");

  private SeedRepository() {}

  /**
   * Makes a Git repository with one commit, unless there is one already: what was committed to it
   * is kept.
   *
   * <p>It holds the example clusters of {@code gitops-example/}, which the program contains.
   */
  public static void make(Path repository) {
    if (Files.exists(repository.resolve(".git"))) return;
    try {
      for (var file : FILES) copy(file, repository);
      try (var git = Git.init().setDirectory(repository.toFile()).setInitialBranch("main").call()) {
        var config = git.getRepository().getConfig();
        config.setString("user", null, "name", "pgbaton sandbox");
        config.setString("user", null, "email", "sandbox@pgbaton.dev");
        config.setBoolean("commit", null, "gpgsign", false);
        config.save();
        git.add().addFilepattern(".").call();
        git.commit().setMessage("The example clusters").setSign(false).call();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("%s can't be made".formatted(repository), e);
    } catch (GitAPIException e) {
      throw new IllegalStateException("%s can't be made".formatted(repository), e);
    }
  }

  private static void copy(String file, Path to) throws IOException {
    var copy = to.resolve(file);
    Files.createDirectories(copy.getParent());
    try (var content = SeedRepository.class.getResourceAsStream("/gitops-example/" + file)) {
      Files.copy(Objects.requireNonNull(content, file), copy);
    }
  }
}
