package dev.pgbaton.git;

import dev.pgbaton.cluster.SourceRef;
import dev.pgbaton.spec.Problem;
import dev.pgbaton.spec.SpecFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.revwalk.RevTree;
import org.eclipse.jgit.treewalk.TreeWalk;

/**
 * The YAML files below one path of a commit, and what stands there but can't be read as one. Hidden
 * files and directories are passed over.
 */
record SpecTree(List<SpecFile> files, List<Problem> problems) {
  static final int LARGEST_FILE = 1024 * 1024;

  private static final byte[] LFS_POINTER =
      "version https://git-lfs.github.com/spec/".getBytes(StandardCharsets.US_ASCII);

  /** Empty when the path is no directory of this commit. */
  static Optional<SpecTree> read(ObjectReader objects, RevTree root, String path)
      throws IOException {
    var tree = new SpecTree(new ArrayList<>(), new ArrayList<>());
    if (path.isEmpty()) {
      try (var walk = new TreeWalk(objects)) {
        walk.addTree(root);
        tree.collect(walk, "");
      }
      return Optional.of(tree.immutable());
    }
    try (var directory = TreeWalk.forPath(objects, path, root)) {
      if (directory == null || !directory.isSubtree()) {
        return Optional.empty();
      }
      try (var walk = new TreeWalk(objects)) {
        walk.addTree(directory.getObjectId(0));
        tree.collect(walk, path + "/");
      }
      return Optional.of(tree.immutable());
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
    var objects = walk.getObjectReader();
    var size = objects.getObjectSize(id, Constants.OBJ_BLOB);
    if (size > LARGEST_FILE) {
      refuse(path, "has %,d bytes; a spec has at most %,d".formatted(size, LARGEST_FILE));
      return;
    }
    var content = objects.open(id, Constants.OBJ_BLOB).getCachedBytes(LARGEST_FILE);
    if (isLfsPointer(content)) {
      refuse(
          path,
          "is kept in Git LFS, which is not fetched: take *.yaml and *.yml out of .gitattributes and commit"
              + " the file itself");
    } else if (!isUtf8(content)) {
      refuse(path, "is not valid UTF-8: save it as UTF-8");
    } else {
      files.add(new SpecFile(path, id.name(), content));
    }
  }

  private void refuse(String path, String message) {
    problems.add(new Problem(SourceRef.file(path), "", message));
  }

  private SpecTree immutable() {
    return new SpecTree(List.copyOf(files), List.copyOf(problems));
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

  private static boolean isUtf8(byte[] content) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
