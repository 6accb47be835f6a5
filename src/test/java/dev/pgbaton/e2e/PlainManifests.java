package dev.pgbaton.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Somebody's own manifests in their own layout, with the few words changed that a test has to. */
final class PlainManifests {
  private final TreeMap<String, String> files = new TreeMap<>();

  private PlainManifests() {}

  static PlainManifests of(Path directory) {
    var manifests = new PlainManifests();
    try (var all = Files.walk(directory)) {
      for (var file : all.filter(Files::isRegularFile).toList())
        manifests.files.put(directory.relativize(file).toString(), Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return manifests;
  }

  /** In every file that has it; one must. */
  PlainManifests with(String text, String instead) {
    if (files.values().stream().noneMatch(content -> content.contains(text)))
      throw new IllegalArgumentException(text);
    files.replaceAll((_, content) -> content.replace(text, instead));
    return this;
  }

  PlainManifests and(String path, String content) {
    files.put(path, content);
    return this;
  }

  PlainManifests without(String path) {
    files.remove(path);
    return this;
  }

  Map<String, String> files() {
    return files;
  }

  void write(Forge forge, String directory) {
    files.forEach((path, content) -> forge.write(directory + "/" + path, content));
  }

  /** All as one, for {@code kubectl apply}. */
  String yaml() {
    return files.entrySet().stream()
        .filter(file -> file.getKey().endsWith(".yaml"))
        .map(Map.Entry::getValue)
        .collect(Collectors.joining("\n---\n"));
  }
}
