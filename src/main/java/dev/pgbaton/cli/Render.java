package dev.pgbaton.cli;

import dev.pgbaton.desired.DesiredClusters;
import dev.pgbaton.desired.Manifests;
import dev.pgbaton.spec.SpecParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "render",
    description = "Prints the Kubernetes objects of every cluster in the given specs.",
    mixinStandardHelpOptions = true)
class Render implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "SPEC", description = "Files, or directories of them.")
  List<Path> paths;

  @Spec CommandSpec command;

  @Override
  public Integer call() throws IOException {
    var parsed = SpecParser.parse(SpecFiles.read(command, paths));
    var problems = parsed.allProblems();
    problems.forEach(command.commandLine().getErr()::println);
    if (!problems.isEmpty()) return 1;
    var out = command.commandLine().getOut();
    parsed.valid().forEach(cluster -> out.print(Manifests.yaml(DesiredClusters.of(cluster))));
    out.flush();
    return 0;
  }
}
