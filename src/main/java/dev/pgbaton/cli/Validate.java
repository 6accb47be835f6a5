package dev.pgbaton.cli;

import dev.pgbaton.spec.EncryptedFiles;
import dev.pgbaton.spec.SpecParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "validate",
    description = "Checks specs offline and prints every problem.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:everything is valid", "1:something is not", "64:the command line is wrong"})
class Validate implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "PATH", description = "Files, or directories of them.")
  List<Path> paths;

  @Mixin ManifestOptions manifests;

  @Spec CommandSpec command;

  @Override
  public Integer call() throws IOException {
    var files = SpecFiles.read(command, paths);
    var parsed =
        SpecParser.parse(
            files, manifests.directories(paths, files), EncryptedFiles.of(files, WorkTree::beside));
    var out = command.commandLine().getOut();
    var intended = Intended.of(parsed);
    intended.problems().forEach(out::println);
    intended.warnings().forEach(out::println);
    if (intended.problems().isEmpty()) {
      out.printf(
          "%s in %s %s valid.%n",
          count(parsed.clusters().size(), "cluster"),
          count(files.size(), "file"),
          parsed.clusters().size() == 1 ? "is" : "are");
    }
    return intended.problems().isEmpty() ? 0 : 1;
  }

  private static String count(int number, String what) {
    return number == 1 ? "1 " + what : number + " " + what + "s";
  }
}
