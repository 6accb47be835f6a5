package dev.pgbaton.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.revwalk.filter.RevFilter;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.treewalk.TreeWalk;

/** The files of another commit of the same repository, as they would lie in a clone. */
final class Revision implements AutoCloseable {
  private final Path tree;
  private final Path root;
  private final String commit;

  /** It can't be had; for a person. */
  static final class NotThere extends IOException {
    NotThere(String message) {
      super(message);
    }
  }

  private Revision(Path tree, Path root, String commit) {
    this.tree = tree;
    this.root = root;
    this.commit = commit;
  }

  /**
   * Where HEAD has left {@code name}: what was pushed to a branch since is none of HEAD's changes.
   *
   * @param inside of the repository
   */
  static Revision of(Path inside, String name) throws IOException {
    var start = inside.toRealPath();
    var builder =
        new FileRepositoryBuilder()
            .findGitDir((Files.isDirectory(start) ? start : start.getParent()).toFile());
    if (builder.getGitDir() == null)
      throw new NotThere(
          "%s is no directory, and %s is in no Git repository.".formatted(name, inside));
    try (var repository = builder.build();
        var walk = new RevWalk(repository)) {
      var head = repository.resolve(Constants.HEAD);
      // Before a repository's first commit, as a hook asks.
      var commit =
          head == null && name.equals(Constants.HEAD)
              ? Optional.<RevCommit>empty()
              : Optional.of(base(walk, head, walk.parseCommit(resolved(repository, name))));
      var tree = Files.createTempDirectory("pgbaton-plan-").toRealPath();
      var revision =
          new Revision(
              tree,
              repository.getWorkTree().toPath().toRealPath(),
              commit.map(RevCommit::name).orElse("nothing"));
      try {
        // Where a kustomization may reach to.
        Files.createDirectory(tree.resolve(".git"));
        if (commit.isPresent()) write(repository, commit.get(), tree);
        return revision;
      } catch (IOException | RuntimeException e) {
        revision.close();
        throw e;
      }
    }
  }

  private static ObjectId resolved(Repository repository, String name) throws IOException {
    return Optional.ofNullable(repository.resolve(name + "^{commit}"))
        .orElseThrow(
            () ->
                new NotThere(
                    "%s is neither a directory nor a commit of %s. A clone without history (--depth) has only its head."
                        .formatted(name, repository.getWorkTree())));
  }

  private static RevCommit base(RevWalk walk, ObjectId head, RevCommit other) throws IOException {
    if (head == null) return other;
    walk.setRevFilter(RevFilter.MERGE_BASE);
    walk.markStart(List.of(walk.parseCommit(head), other));
    var base = walk.next();
    return base == null ? other : base;
  }

  private static void write(Repository repository, RevCommit commit, Path tree) throws IOException {
    try (var reader = repository.newObjectReader();
        var walk = new TreeWalk(reader);
        var commits = new RevWalk(reader)) {
      walk.addTree(commits.parseCommit(commit).getTree());
      walk.setRecursive(true);
      while (walk.next()) {
        if (!FileMode.REGULAR_FILE.equals(walk.getRawMode(0))
            && !FileMode.EXECUTABLE_FILE.equals(walk.getRawMode(0))) continue;
        var file = tree.resolve(walk.getPathString()).normalize();
        if (!file.startsWith(tree) || file.startsWith(tree.resolve(".git"))) continue;
        Files.createDirectories(file.getParent());
        Files.write(file, reader.open(walk.getObjectId(0)).getBytes());
      }
    }
  }

  /** Its hash; "nothing" before the first one. */
  String commit() {
    return commit;
  }

  /** Where a path of the work tree is in this commit; empty if it was not there. */
  Optional<Path> at(Path path) throws IOException {
    var then = tree.resolve(root.relativize(path.toRealPath()).toString()).normalize();
    return Files.exists(then) ? Optional.of(then) : Optional.empty();
  }

  @Override
  public void close() throws IOException {
    try (var all = Files.walk(tree)) {
      for (var path : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
    }
  }
}
