package dev.pgbaton.git;

import dev.pgbaton.cluster.SourceRef;
import dev.pgbaton.spec.Problem;
import dev.pgbaton.spec.SpecFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.revwalk.RevTree;
import org.eclipse.jgit.treewalk.TreeWalk;

/**
 * The YAML files below one path of a commit, and what stands there but can't be read as one. Hidden
 * files and directories are passed over.
 */
final class SpecTree {
  static final int LARGEST_FILE = 1024 * 1024;

  /** All of it is held in memory: 5,000 specs are a quarter of it. */
  static final int LARGEST_TOTAL = 24 * LARGEST_FILE;

  static final int MOST_FILES = 20_000;
  static final int MOST_FOUND = 100_000;

  /** Nobody reads more. */
  static final int MOST_PROBLEMS = 1_000;

  private static final byte[] LFS_POINTER =
      "version https://git-lfs.github.com/spec/".getBytes(StandardCharsets.US_ASCII);

  private final ObjectReader objects;
  private final List<Found> found = new ArrayList<>();
  private final List<SpecFile> files = new ArrayList<>();
  private final List<Problem> problems = new ArrayList<>();
  private boolean tooMuch;

  private record Found(String path, ObjectId id, long size) {}

  private SpecTree(ObjectReader objects) {
    this.objects = objects;
  }

  /**
   * Whether there is more than is looked at. What then is passed over might have been a cluster's,
   * and would look like one that was removed.
   */
  boolean isTooMuch() {
    return tooMuch;
  }

  List<SpecFile> files() {
    return List.copyOf(files);
  }

  List<Problem> problems() {
    return problems.stream().sorted(Comparator.comparing(p -> p.source().file())).toList();
  }

  /** Empty when the path is no directory of this commit. */
  static Optional<SpecTree> read(ObjectReader objects, RevTree root, String path)
      throws IOException {
    var tree = new SpecTree(objects);
    if (path.isEmpty()) {
      try (var walk = new TreeWalk(objects)) {
        walk.addTree(root);
        tree.collect(walk, "");
      }
      tree.load();
      return Optional.of(tree);
    }
    try (var directory = TreeWalk.forPath(objects, path, root)) {
      if (directory == null || !directory.isSubtree()) {
        return Optional.empty();
      }
      try (var walk = new TreeWalk(objects)) {
        walk.addTree(directory.getObjectId(0));
        tree.collect(walk, path + "/");
      }
      tree.load();
      return Optional.of(tree);
    }
  }

  /** One regular file of the commit. */
  static Optional<byte[]> file(ObjectReader objects, RevTree root, String path) throws IOException {
    if (path.isEmpty()) return Optional.empty();
    try (var walk = TreeWalk.forPath(objects, path, root)) {
      if (walk == null
          || !(walk.getFileMode() == FileMode.REGULAR_FILE
              || walk.getFileMode() == FileMode.EXECUTABLE_FILE)) return Optional.empty();
      var id = walk.getObjectId(0);
      return objects.getObjectSize(id, Constants.OBJ_BLOB) > LARGEST_FILE
          ? Optional.empty()
          : Optional.of(objects.open(id, Constants.OBJ_BLOB).getCachedBytes(LARGEST_FILE));
    }
  }

  private void collect(TreeWalk walk, String prefix) throws IOException {
    walk.setRecursive(false);
    while (walk.next()) {
      if (walk.getNameString().startsWith(".")) {
        continue;
      }
      if (walk.isSubtree()) {
        walk.enterSubtree();
      } else {
        collectEntry(walk, prefix + walk.getPathString());
      }
    }
  }

  private void collectEntry(TreeWalk walk, String path) throws IOException {
    var mode = walk.getFileMode();
    if (mode == FileMode.SYMLINK) {
      refuse(path, "is a symbolic link, which is not followed: put the file itself here");
    } else if (mode == FileMode.GITLINK) {
      refuse(path, "is a submodule, which is not fetched: put its files into this repository");
    } else if (isYaml(path)) {
      collectFile(walk, path);
    }
  }

  private void collectFile(TreeWalk walk, String path) throws IOException {
    var id = walk.getObjectId(0);
    var size = objects.getObjectSize(id, Constants.OBJ_BLOB);
    if (size > LARGEST_FILE) {
      refuse(path, "has %,d bytes; a spec has at most %,d".formatted(size, LARGEST_FILE));
    } else if (found.size() < MOST_FOUND) {
      found.add(new Found(path, id, size));
    } else tooMuch = true;
  }

  /** The largest are left out where there is too much: one directory must not cost the others. */
  private void load() throws IOException {
    var small = new HashSet<Found>();
    long total = 0;
    for (var one : found.stream().sorted(Comparator.comparing(Found::size)).toList()) {
      total += one.size();
      if (total <= LARGEST_TOTAL && small.size() < MOST_FILES) small.add(one);
    }
    for (var one : found) {
      if (small.contains(one)) load(one.path(), one.id());
      else
        refuse(
            one.path(),
            "is one of the largest files, and more than %,d bytes or %,d files are below the path: put fewer there"
                .formatted(LARGEST_TOTAL, MOST_FILES));
    }
  }

  private void load(String path, ObjectId id) throws IOException {
    var content = objects.open(id, Constants.OBJ_BLOB).getCachedBytes(LARGEST_FILE);
    if (isLfsPointer(content)) {
      refuse(
          path,
          "is kept in Git LFS, which is not fetched: take *.yaml and *.yml out of .gitattributes and commit"
              + " the file itself");
      return;
    }
    var file = new SpecFile(path, id.name(), content);
    file.firstNoText()
        .ifPresentOrElse(
            place -> refuse(place, "is not valid UTF-8: save it as UTF-8"), () -> files.add(file));
  }

  private void refuse(String path, String message) {
    refuse(SourceRef.file(path), message);
  }

  private void refuse(SourceRef place, String message) {
    if (problems.size() < MOST_PROBLEMS) problems.add(new Problem(place, "", message));
    else tooMuch = true;
  }

  private static boolean isYaml(String path) {
    var name = path.toLowerCase(Locale.ROOT);
    return name.endsWith(".yaml") || name.endsWith(".yml");
  }

  private static boolean isLfsPointer(byte[] content) {
    return Arrays.equals(
        content,
        0,
        Math.min(content.length, LFS_POINTER.length),
        LFS_POINTER,
        0,
        LFS_POINTER.length);
  }
}
