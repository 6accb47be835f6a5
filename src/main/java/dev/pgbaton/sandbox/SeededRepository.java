package dev.pgbaton.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.PersonIdent;

/** A Git repository with a work tree, that a person can edit and commit in. */
final class SeededRepository {
  private static final PersonIdent SOMEBODY =
      new PersonIdent("pgbaton sandbox", "sandbox@localhost");

  private static final String MINIMAL =
      """
      apiVersion: pgbaton.dev/v1alpha1
      kind: PostgresCluster
      metadata: {name: orders, namespace: shop}
      spec:
        instances: 3
        image: registry.example.com/pgbaton/postgres:17
        storage: {size: 10Gi}
      """;

  private SeededRepository() {}

  /** Leaves one that is there already as it is. */
  static void make(Path repository, Path seed) {
    if (Files.exists(repository.resolve(".git"))) return;
    try {
      Files.createDirectories(repository);
      copy(seed, repository);
      try (var git = Git.init().setDirectory(repository.toFile()).setInitialBranch("main").call()) {
        // Whoever commits here by hand shall need no settings of their own.
        var config = git.getRepository().getConfig();
        config.setString("user", null, "name", SOMEBODY.getName());
        config.setString("user", null, "email", SOMEBODY.getEmailAddress());
        config.save();
        git.add().addFilepattern(".").call();
        git.commit()
            .setMessage("Two clusters")
            .setAuthor(SOMEBODY)
            .setCommitter(SOMEBODY)
            .setSign(false)
            .call();
      }
    } catch (GitAPIException e) {
      throw new IllegalStateException("the sandbox's repository can't be made at " + repository, e);
    } catch (IOException e) {
      throw new UncheckedIOException("the sandbox's repository can't be made at " + repository, e);
    }
  }

  private static void copy(Path seed, Path repository) throws IOException {
    if (!Files.isDirectory(seed)) {
      Files.createDirectories(repository.resolve("clusters"));
      Files.write(
          repository.resolve("clusters/orders.yaml"), MINIMAL.getBytes(StandardCharsets.UTF_8));
      return;
    }
    try (var files = Files.walk(seed)) {
      for (var file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        var target = repository.resolve(seed.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
  }
}
