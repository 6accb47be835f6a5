package dev.pgbaton.cli;

import dev.pgbaton.desired.Manifests;
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
    name = "render",
    description = "Prints the Kubernetes objects of every cluster in the given specs.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:printed",
      "1:a spec is invalid: nothing is printed",
      "64:the command line is wrong"
    })
class Render implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "SPEC", description = "Files, or directories of them.")
  List<Path> paths;

  @Mixin ManifestOptions manifests;

  @Spec CommandSpec command;

  @Override
  public Integer call() throws IOException {
    var files = SpecFiles.read(command, paths);
    var parsed =
        SpecParser.parse(
            files, manifests.directories(paths, files), EncryptedFiles.of(files, WorkTree::beside));
    var intended = Intended.of(parsed);
    intended.problems().forEach(command.commandLine().getErr()::println);
    if (!intended.problems().isEmpty()) return 1;
    var out = command.commandLine().getOut();
    intended.clusters().forEach(cluster -> out.print(Manifests.yaml(cluster)));
    out.flush();
    return 0;
  }
}
