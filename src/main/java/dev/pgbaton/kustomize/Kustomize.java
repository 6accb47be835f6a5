package dev.pgbaton.kustomize;

import dev.pgbaton.cluster.SourceRef;
import dev.pgbaton.spec.ManifestDirectory;
import dev.pgbaton.spec.Problem;
import dev.pgbaton.spec.SpecFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Renders kustomizations with the real kustomize, or the one in kubectl: in a directory that has
 * only what the kustomization may read, without a network to reach, within bounds.
 */
public final class Kustomize {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int MOST_OUTPUT = 1 << 20;
  private static final int MOST_WORDS = 500;

  /** The daemon's container has half a gigabyte for both: above that, both would end. */
  private static final long MOST_MEMORY = 160L << 20;

  private static final long PAGE = 4096;

  private final Optional<List<String>> program;

  /**
   * @param path directories to look for a program in, as the environment's {@code PATH}
   */
  public Kustomize(String path) {
    this.program =
        find(path, "kustomize")
            .map(p -> List.of(p, "build"))
            .or(() -> find(path, "kubectl").map(p -> List.of(p, "kustomize")));
  }

  /** The directory as it is, or with what its kustomization makes of it. */
  public ManifestDirectory rendered(ManifestDirectory directory, FileTree tree) throws IOException {
    var path = directory.path().replaceFirst("^\\./", "").replaceFirst("/$", "");
    var kustomization = Reach.kustomizationIn(path, tree);
    if (kustomization.isEmpty() || !directory.meant() && directory.hasSpecs()) return directory;
    var reach = Reach.of(kustomization.get(), tree);
    // Other applications' may reach for what they like: they are no clusters, and none of ours.
    if (!directory.meant() && !looksLikeOne(directory, reach)) return directory;
    if (program.isEmpty())
      return refused(
          directory,
          kustomization.get(),
          "needs kustomize or kubectl, and neither is installed here. Commit what kustomize makes of it in its place.");
    if (!reach.problems().isEmpty()) return with(directory, List.of(), reach.problems());
    return render(directory, path, kustomization.get(), reach.files());
  }

  private static boolean looksLikeOne(ManifestDirectory directory, Reach.Found reach) {
    return Stream.concat(
            directory.files().stream().map(SpecFile::content), reach.files().values().stream())
        .anyMatch(ManifestDirectory::looksLikeOne);
  }

  private ManifestDirectory render(
      ManifestDirectory directory,
      String path,
      String kustomization,
      SortedMap<String, byte[]> files)
      throws IOException {
    var place = Files.createTempDirectory("pgbaton-kustomize");
    try {
      var root = Files.createDirectory(place.resolve("tree"));
      for (var file : files.entrySet()) write(root, file);
      var out = place.resolve("out");
      var err = place.resolve("err");
      var trouble = run(root.resolve(path), place, out, err);
      if (trouble.isPresent()) return refused(directory, kustomization, trouble.get());
      var content = Files.readAllBytes(out);
      return with(
          directory,
          List.of(new SpecFile(kustomization + " (rendered)", "", content)),
          directory.problems());
    } finally {
      discard(place);
    }
  }

  private static void write(Path root, Map.Entry<String, byte[]> file) throws IOException {
    var target = root.resolve(file.getKey()).normalize();
    if (!target.startsWith(root)) throw new IOException(file.getKey() + " leads elsewhere");
    Files.createDirectories(target.getParent());
    Files.write(target, file.getValue());
  }

  /** Why there is no output; empty if there is. */
  private Optional<String> run(Path directory, Path place, Path out, Path err) throws IOException {
    var command = new ArrayList<>(program.orElseThrow());
    command.add(directory.toString());
    var builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    var environment = builder.environment();
    environment.clear();
    // No git to fetch with, and nobody who would pass a request on.
    environment.put("PATH", place.toString());
    environment.put("HOME", place.toString());
    environment.put("TMPDIR", place.toString());
    environment.put("HTTP_PROXY", "http://127.0.0.1:1");
    environment.put("HTTPS_PROXY", "http://127.0.0.1:1");
    environment.put("GOMEMLIMIT", "100MiB");
    var process = builder.start();
    try {
      var until = System.nanoTime() + PATIENCE.toNanos();
      while (!process.waitFor(20, TimeUnit.MILLISECONDS)) {
        if (System.nanoTime() > until)
          return Optional.of("was not rendered within %d s.".formatted(PATIENCE.toSeconds()));
        if (tooLarge(out) || tooLarge(err)) break;
        if (resident(process) > MOST_MEMORY)
          return Optional.of("takes more than %,d bytes of memory.".formatted(MOST_MEMORY));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("was not rendered: interrupted.");
    } finally {
      process.destroyForcibly();
    }
    if (tooLarge(out) || tooLarge(err))
      return Optional.of("makes more than %,d bytes of it.".formatted(MOST_OUTPUT));
    return process.exitValue() == 0 ? Optional.empty() : Optional.of(words(err, directory));
  }

  /** What it has of the memory that the daemon and it share; 0 where that can't be told. */
  private static long resident(Process process) {
    try {
      var pages = Files.readString(Path.of("/proc", Long.toString(process.pid()), "statm"));
      return Long.parseLong(pages.split(" ")[1]) * PAGE;
    } catch (IOException | RuntimeException e) {
      // It has just ended.
      return 0;
    }
  }

  private static boolean tooLarge(Path file) throws IOException {
    return Files.exists(file) && Files.size(file) > MOST_OUTPUT;
  }

  private static String words(Path err, Path directory) throws IOException {
    var text = new String(Files.readAllBytes(err), StandardCharsets.UTF_8);
    // What it quotes may be a patch with a password in it.
    var line =
        text.replace(directory.toString(), ".")
            .replaceAll("(?s)`.*`", "…")
            .replaceAll("\\p{Cntrl}+", " ")
            .strip();
    return "can't be rendered: "
        + (line.length() <= MOST_WORDS ? line : line.substring(0, MOST_WORDS) + "…");
  }

  private static ManifestDirectory refused(
      ManifestDirectory directory, String kustomization, String message) {
    return with(
        directory, List.of(), List.of(new Problem(SourceRef.file(kustomization), "", message)));
  }

  private static ManifestDirectory with(
      ManifestDirectory directory, List<SpecFile> files, List<Problem> problems) {
    return new ManifestDirectory(
        directory.path(), files, problems, directory.meant(), directory.namespace());
  }

  private static Optional<String> find(String path, String name) {
    return Stream.of(path.split(":"))
        .filter(directory -> !directory.isEmpty())
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }

  private static void discard(Path place) throws IOException {
    try (var all = Files.walk(place)) {
      for (var path : all.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(path);
    }
  }
}
