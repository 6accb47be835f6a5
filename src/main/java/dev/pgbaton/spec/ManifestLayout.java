package dev.pgbaton.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where, below the path that is read, clusters in plain manifests are looked for.
 *
 * @param namespace for objects that name none
 */
public record ManifestLayout(Where where, Optional<String> namespace) {
  public static final ManifestLayout IGNORED = new ManifestLayout(Where.IGNORED, Optional.empty());

  /** The words of the settings, in lower case with dashes. */
  public enum Where {
    /** Only specs are read. */
    IGNORED,
    /** All that lies below the path is one cluster. */
    ONE_CLUSTER,
    /** Each directory right below the path is one, if PostgreSQL is in it and no spec. */
    DIRECTORIES,
    /** As {@link #ONE_CLUSTER} if PostgreSQL is below the path and no spec. */
    IF_ANY
  }

  /**
   * @param path that is read; empty for the whole repository
   */
  public List<ManifestDirectory> directories(
      String path, List<SpecFile> files, List<Problem> problems) {
    return switch (where) {
      case IGNORED -> List.of();
      case ONE_CLUSTER, IF_ANY ->
          List.of(
              new ManifestDirectory(
                  path.isEmpty() ? "./" : path + "/",
                  files,
                  problems,
                  where == Where.ONE_CLUSTER,
                  namespace));
      case DIRECTORIES -> below(path.isEmpty() ? "" : path + "/", files, problems);
    };
  }

  private List<ManifestDirectory> below(String path, List<SpecFile> files, List<Problem> problems) {
    record Content(List<SpecFile> files, List<Problem> problems) {}
    var contents = new TreeMap<String, Content>();
    for (var file : files)
      directory(path, file.path())
          .ifPresent(
              d ->
                  contents
                      .computeIfAbsent(d, _ -> new Content(new ArrayList<>(), new ArrayList<>()))
                      .files()
                      .add(file));
    for (var problem : problems)
      directory(path, problem.source().file())
          .map(contents::get)
          .ifPresent(content -> content.problems().add(problem));
    return contents.entrySet().stream()
        .map(
            e ->
                new ManifestDirectory(
                    e.getKey(), e.getValue().files(), e.getValue().problems(), false, namespace))
        .toList();
  }

  private static Optional<String> directory(String path, String file) {
    var slash = file.startsWith(path) ? file.indexOf('/', path.length()) : -1;
    return slash < 0 ? Optional.empty() : Optional.of(file.substring(0, slash + 1));
  }
}
