package dev.pgbaton.cli;

import dev.pgbaton.spec.ManifestDirectory;
import dev.pgbaton.spec.ManifestLayout;
import dev.pgbaton.spec.SpecFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which directories are clusters in plain manifests. */
final class ManifestOptions {
  enum Manifests {
    one_cluster(ManifestLayout.Where.ONE_CLUSTER),
    directories(ManifestLayout.Where.DIRECTORIES),
    ignored(ManifestLayout.Where.IGNORED);

    final ManifestLayout.Where where;

    Manifests(ManifestLayout.Where where) {
      this.where = where;
    }

    @Override
    public String toString() {
      return name().replace('_', '-');
    }
  }

  @Option(
      names = "--manifests",
      paramLabel = "WHERE",
      converter = Words.class,
      description =
          "Plain manifests: one-cluster (all of a directory is one), directories (each below it is one) or ignored, as PGBATON_GIT_MANIFESTS. Where it isn't given, a directory with PostgreSQL's StatefulSet and without specs is one.")
  Optional<Manifests> manifests = Optional.empty();

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAMESPACE",
      description = "For plain manifests that name none, as PGBATON_GIT_MANIFESTS_NAMESPACE.")
  Optional<String> namespace = Optional.empty();

  List<ManifestDirectory> directories(List<Path> paths, List<SpecFile> files) throws IOException {
    var where = manifests.map(m -> m.where).orElse(ManifestLayout.Where.IF_ANY);
    var layout = new ManifestLayout(where, namespace);
    var directories = new ArrayList<ManifestDirectory>();
    for (var path : paths) {
      if (!Files.isDirectory(path)) continue;
      var below = files.stream().filter(file -> Path.of(file.path()).startsWith(path)).toList();
      for (var directory : layout.directories(path.toString(), below, List.of()))
        directories.add(WorkTree.rendered(directory));
    }
    return directories;
  }

  static final class Words implements picocli.CommandLine.ITypeConverter<Manifests> {
    @Override
    public Manifests convert(String word) {
      for (var one : Manifests.values()) if (one.toString().equals(word)) return one;
      throw new picocli.CommandLine.TypeConversionException(
          "expected one-cluster, directories or ignored, found " + word);
    }
  }
}
