package dev.pgbaton.git;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.spec.FieldChange;
import dev.pgbaton.spec.SpecDifference;
import dev.pgbaton.spec.SpecFile;
import dev.pgbaton.spec.SpecHistory.SpecChange;
import dev.pgbaton.spec.SpecRevision;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;

/** The last commits that changed one path, with what they changed of one cluster. */
final class History {
  static final int MOST_COMMITS = 5;
  static final int MOST_FIELDS = 40;

  /** A cluster that nobody has touched for so long shows nothing. */
  private static final int MOST_LOOKED_AT = 1_000;

  /** Each reads all that is there, twice: of a file with many clusters, or a large directory. */
  private static final int MOST_COMPARED = 50;

  private History() {}

  static List<SpecChange> of(Repository repository, ClusterId id, String path, String head)
      throws IOException {
    try (var walk = new RevWalk(repository)) {
      walk.markStart(walk.parseCommit(ObjectId.fromString(head)));
      var changes = new ArrayList<SpecChange>();
      var left = MOST_LOOKED_AT;
      var compared = 0;
      for (var commit : walk) {
        if (left-- == 0 || compared == MOST_COMPARED || changes.size() == MOST_COMMITS) break;
        if (!touches(walk, commit, path)) continue;
        compared++;
        change(walk, commit, id, path).ifPresent(changes::add);
      }
      return List.copyOf(changes);
    }
  }

  /** A merge that has it as one of its parents has it changed nothing. */
  private static boolean touches(RevWalk walk, RevCommit commit, String path) throws IOException {
    var own = object(walk, commit, path);
    for (var parent : commit.getParents())
      if (object(walk, walk.parseCommit(parent), path).equals(own)) return false;
    return commit.getParentCount() > 0 || !own.equals(ObjectId.zeroId());
  }

  private static ObjectId object(RevWalk walk, RevCommit commit, String path) throws IOException {
    if (withoutSlash(path).isEmpty()) return commit.getTree();
    try (var found =
        TreeWalk.forPath(walk.getObjectReader(), withoutSlash(path), commit.getTree())) {
      return found == null ? ObjectId.zeroId() : found.getObjectId(0);
    }
  }

  private static String withoutSlash(String path) {
    return path.equals("./") ? "" : path.replaceAll("/$", "");
  }

  /** Empty where it changed others in the same file, or nothing but words. */
  private static Optional<SpecChange> change(
      RevWalk walk, RevCommit commit, ClusterId id, String path) throws IOException {
    var parent =
        commit.getParentCount() == 0
            ? Optional.<RevCommit>empty()
            : Optional.of(walk.parseCommit(commit.getParent(0)));
    var fields =
        path.endsWith("/")
            ? SpecDifference.ofManifests(
                parent.isEmpty() ? List.of() : files(walk, parent.get(), path),
                files(walk, commit, path))
            : SpecDifference.ofSpec(
                id,
                parent.isEmpty() ? Optional.empty() : file(walk, parent.get(), path),
                file(walk, commit, path));
    return fields.isEmpty() ? Optional.empty() : Optional.of(bounded(commit, fields));
  }

  private static SpecChange bounded(RevCommit commit, List<FieldChange> fields) {
    var shown = fields.subList(0, Math.min(MOST_FIELDS, fields.size()));
    return new SpecChange(
        new SpecRevision(
            commit.name(), commit.getCommitterIdent().getWhenAsInstant(), commit.getShortMessage()),
        List.copyOf(shown),
        fields.size() - shown.size());
  }

  private static Optional<SpecFile> file(RevWalk walk, RevCommit commit, String path)
      throws IOException {
    return SpecTree.file(walk.getObjectReader(), commit.getTree(), path)
        .map(content -> new SpecFile(path, "", content));
  }

  private static List<SpecFile> files(RevWalk walk, RevCommit commit, String path)
      throws IOException {
    return SpecTree.read(walk.getObjectReader(), commit.getTree(), withoutSlash(path))
        .filter(tree -> !tree.isTooMuch())
        .map(SpecTree::files)
        .orElse(List.of());
  }
}
