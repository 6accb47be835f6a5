package dev.pgbaton.cli;

import dev.pgbaton.spec.SpecFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Specs from a directory, as they would be read from Git. */
final class SpecFiles {
  private SpecFiles() {}

  static List<SpecFile> read(CommandSpec command, List<Path> paths) throws IOException {
    var found = new TreeSet<Path>();
    for (var path : paths) {
      if (!Files.isReadable(path)) {
        throw new ParameterException(
            command.commandLine(), path + " is not there, or can't be read.");
      }
      if (!Files.isDirectory(path)) {
        found.add(path);
        continue;
      }
      try (Stream<Path> below = Files.walk(path)) {
        below
            .filter(Files::isRegularFile)
            .filter(SpecFiles::isYaml)
            .filter(file -> !isHidden(path.relativize(file)))
            .forEach(found::add);
      }
    }
    var files = new ArrayList<SpecFile>();
    for (var path : found) files.add(new SpecFile(path.toString(), "", Files.readAllBytes(path)));
    return List.copyOf(files);
  }

  private static boolean isHidden(Path below) {
    for (var part : below) if (part.toString().startsWith(".")) return true;
    return false;
  }

  private static boolean isYaml(Path path) {
    var name = path.getFileName().toString();
    return name.endsWith(".yaml") || name.endsWith(".yml");
  }
}
