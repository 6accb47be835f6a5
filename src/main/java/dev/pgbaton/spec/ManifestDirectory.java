package dev.pgbaton.spec;

import dev.pgbaton.cluster.Names;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A directory that may be one cluster in plain manifests.
 *
 * @param path with a slash at its end; {@code ./} for the repository's root
 * @param files every YAML file in it, or what was rendered from them
 * @param problems what stands there and can't be read as a file
 * @param meant whether somebody said that it is one: then it is a problem if it is not
 * @param namespace for objects that name none, as kubectl's {@code -n}
 */
public record ManifestDirectory(
    String path,
    List<SpecFile> files,
    List<Problem> problems,
    boolean meant,
    Optional<String> namespace) {
  private static final List<String> SIGNS = List.of("repmgr", "postgresql-ha", Names.ROLE_LABEL);

  public ManifestDirectory {
    files = List.copyOf(files);
    problems = List.copyOf(problems);
  }

  public boolean hasSpecs() {
    return files.stream()
        .map(YamlDocuments::of)
        .flatMap(
            yaml ->
                switch (yaml) {
                  case YamlDocuments.Read(var documents) -> documents.stream();
                  case YamlDocuments.Broken(var readable, _) -> readable.stream();
                })
        .anyMatch(document -> Envelope.of(document).isPresent());
  }

  /** Whether the text speaks of a StatefulSet with repmgr, also where it can't be read. */
  public static boolean looksLikeOne(byte[] content) {
    var text = new String(content, StandardCharsets.UTF_8).toLowerCase(Locale.ROOT);
    return SIGNS.stream().anyMatch(text::contains);
  }

  boolean looksLikeOne() {
    return files.stream().map(SpecFile::content).anyMatch(ManifestDirectory::looksLikeOne);
  }
}
