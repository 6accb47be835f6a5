package dev.pgbaton.cli;

import dev.pgbaton.kustomize.Kustomize;
import dev.pgbaton.spec.ManifestDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/** Kustomizations on this machine's disk, as if they were read from Git. */
final class WorkTree {
  private static final long LARGEST_FILE = 1 << 20;

  private WorkTree() {}

  static ManifestDirectory rendered(ManifestDirectory directory) throws IOException {
    var here = Path.of(directory.path()).toRealPath();
    var root = root(here);
    var relative = root.relativize(here).toString();
    var inTree =
        new ManifestDirectory(
            relative.isEmpty() ? "./" : relative + "/",
            directory.files(),
            directory.problems(),
            directory.meant(),
            directory.namespace());
    var kustomize = new Kustomize(System.getenv().getOrDefault("PATH", ""));
    var rendered = kustomize.rendered(inTree, path -> file(root, path));
    return rendered == inTree ? directory : rendered;
  }

  /** A file that another one names, as it would be read from Git. */
  static Optional<byte[]> beside(String file, String named) throws IOException {
    var directory = Path.of(file).toAbsolutePath().normalize().getParent();
    if (directory == null || !Files.isDirectory(directory)) return Optional.empty();
    var here = directory.toRealPath();
    var root = root(here);
    var path = here.resolve(named).normalize();
    // Git follows no link on the way to it either.
    return path.startsWith(root) && Files.exists(path) && path.equals(path.toRealPath())
        ? file(root, root.relativize(path).toString())
        : Optional.empty();
  }

  /** The repository's, or the directory itself where it is in none. */
  private static Path root(Path directory) {
    for (var at = directory; at != null; at = at.getParent())
      if (Files.exists(at.resolve(".git"))) return at;
    return directory;
  }

  private static Optional<byte[]> file(Path root, String path) throws IOException {
    var file = root.resolve(path).normalize();
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
            && file.toRealPath().startsWith(root)
            && Files.size(file) <= LARGEST_FILE
        ? Optional.of(Files.readAllBytes(file))
        : Optional.empty();
  }
}
