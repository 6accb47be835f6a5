package dev.pgbaton.spec;

import dev.pgbaton.cluster.ClusterId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** A cluster of plain manifests as people have it: three directories, no namespace in any file. */
final class PlainDirectory {
  static final ClusterId ID = new ClusterId("database", "postgres-sts");

  private static final Path FILES = Path.of("src/test/resources/dev/pgbaton/spec/plain");

  private final TreeMap<String, byte[]> files = new TreeMap<>();

  static PlainDirectory of() {
    var directory = new PlainDirectory();
    try (var all = Files.walk(FILES)) {
      for (var file : all.filter(Files::isRegularFile).toList())
        directory.files.put(FILES.relativize(file).toString(), Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return directory;
  }

  PlainDirectory with(String path, String content) {
    return with(path, content.getBytes(StandardCharsets.UTF_8));
  }

  PlainDirectory with(String path, byte[] content) {
    files.put(path, content);
    return this;
  }

  PlainDirectory without(String path) {
    files.remove(path);
    return this;
  }

  PlainDirectory replacing(String path, String text, String by) {
    var before = new String(files.get(path), StandardCharsets.UTF_8);
    if (!before.contains(text)) throw new IllegalArgumentException(text);
    return with(path, before.replace(text, by));
  }

  List<SpecFile> files(String prefix) {
    var list = new ArrayList<SpecFile>();
    files.forEach((path, content) -> list.add(new SpecFile(prefix + path, "", content)));
    return list;
  }

  ParsedSpecs parsed() {
    return parsed(ManifestLayout.Where.ONE_CLUSTER);
  }

  ParsedSpecs parsed(ManifestLayout.Where where) {
    return parse(where, files(""));
  }

  static ParsedSpecs parse(ManifestLayout.Where where, List<SpecFile> files) {
    var layout = new ManifestLayout(where, Optional.of("database"));
    return SpecParser.parse(files, layout.directories("", files, List.of()));
  }

  /** The problems, as a person reads them. */
  List<String> problems() {
    return parsed().allProblems().stream().map(Problem::toString).toList();
  }
}
