package dev.pgbaton.cli;

import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredClusters;
import dev.pgbaton.desired.Manifests;
import dev.pgbaton.desired.OwnersClusters;
import dev.pgbaton.desired.OwnersClusters.Result;
import dev.pgbaton.spec.ParsedSpec;
import dev.pgbaton.spec.SpecParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
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
    mixinStandardHelpOptions = true)
class Render implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "SPEC", description = "Files, or directories of them.")
  List<Path> paths;

  @Mixin ManifestOptions manifests;

  @Spec CommandSpec command;

  @Override
  public Integer call() throws IOException {
    var files = SpecFiles.read(command, paths);
    var parsed = SpecParser.parse(files, manifests.directories(paths, files));
    var problems = new ArrayList<>(parsed.allProblems());
    var wanted = new ArrayList<DesiredCluster>();
    for (var cluster : parsed.clusters().values()) {
      switch (cluster) {
        case ParsedSpec.Valid valid -> wanted.add(DesiredClusters.of(valid));
        case ParsedSpec.Manifests directory -> {
          switch (OwnersClusters.of(directory)) {
            case Result.Refused(var reasons) -> problems.addAll(reasons);
            case Result.Made(var made, _) -> wanted.add(made);
          }
        }
        case ParsedSpec.Invalid _ -> {}
      }
    }
    problems.forEach(command.commandLine().getErr()::println);
    if (!problems.isEmpty()) return 1;
    var out = command.commandLine().getOut();
    wanted.forEach(cluster -> out.print(Manifests.yaml(cluster)));
    out.flush();
    return 0;
  }
}
