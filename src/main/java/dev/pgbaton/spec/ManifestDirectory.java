package dev.pgbaton.spec;

import java.util.List;
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
}
