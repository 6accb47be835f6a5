package dev.pgbaton.cli;

import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.desired.Conversion;
import dev.pgbaton.desired.Conversion.Converted;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredClusters;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.desired.Manifests;
import dev.pgbaton.plan.Drift;
import dev.pgbaton.spec.ParsedSpec;
import dev.pgbaton.spec.Problem;
import dev.pgbaton.spec.SpecFile;
import dev.pgbaton.spec.SpecParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.eclipse.jgit.diff.DiffFormatter;
import org.eclipse.jgit.diff.HistogramDiff;
import org.eclipse.jgit.diff.RawText;
import org.eclipse.jgit.diff.RawTextComparator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "convert",
    description =
        "Prints the PostgresCluster spec that makes the same cluster as a directory of plain manifests: same volumes, passwords, names and node ports. What it could not carry over, and what would change, goes to standard error.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:printed",
      "1:it can't be converted: nothing is printed",
      "64:the command line is wrong"
    })
class Convert implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "The directory with the manifests of one cluster.")
  Path directory;

  @Mixin ManifestOptions manifests;

  @Spec CommandSpec command;

  @Override
  public Integer call() throws IOException {
    var paths = List.of(directory);
    var files = SpecFiles.read(command, paths);
    var parsed = SpecParser.parse(files, manifests.directories(paths, files));
    var out = command.commandLine().getErr();
    if (!parsed.allProblems().isEmpty()) return refused(parsed.allProblems(), out);
    if (parsed.manifests().size() != 1) {
      out.printf(
          "%s has %d clusters in plain manifests; convert takes one at a time.%n",
          directory, parsed.manifests().size());
      return 1;
    }
    var converted = Conversion.of(parsed.manifests().getFirst());
    if (!converted.problems().isEmpty()) return refused(converted.problems(), out);
    var spec = read(converted);
    if (!(spec instanceof ParsedSpec.Valid valid))
      return refused(((ParsedSpec.Invalid) spec).problems(), out);
    report(converted, DesiredClusters.of(valid), out);
    command.commandLine().getOut().print(converted.spec());
    command.commandLine().getOut().flush();
    return 0;
  }

  private static int refused(List<Problem> problems, PrintWriter out) {
    problems.forEach(out::println);
    return 1;
  }

  /** As the daemon will: what it would refuse is not printed. */
  private static ParsedSpec read(Converted converted) {
    var file =
        new SpecFile("converted.yaml", "", converted.spec().getBytes(StandardCharsets.UTF_8));
    return SpecParser.parse(List.of(file)).clusters().firstEntry().getValue();
  }

  private static void report(Converted converted, DesiredCluster then, PrintWriter out)
      throws IOException {
    if (!converted.notCarriedOver().isEmpty()) out.println("# Not carried over:");
    converted.notCarriedOver().forEach(line -> out.println("#  - " + line));
    Map<ObjectKey, DesiredObject> now =
        converted.now().orElseThrow().objects().stream()
            .collect(Collectors.toMap(DesiredObject::key, Function.identity()));
    out.println("# What would change:");
    for (var object : then.objects()) {
      var before = now.get(object.key());
      if (before == null) out.printf("new %s%n", object.key());
      else if (Drift.difference(object.object(), before.object()).isPresent()) {
        out.printf("--- %s%n+++ %s%n", object.key(), object.key());
        out.print(
            difference(
                Manifests.yaml(Conversion.shown(before.object())),
                Manifests.yaml(Conversion.shown(object.object()))));
      }
    }
    out.flush();
  }

  private static String difference(String before, String after) throws IOException {
    var old = new RawText(before.getBytes(StandardCharsets.UTF_8));
    var fresh = new RawText(after.getBytes(StandardCharsets.UTF_8));
    var edits = new HistogramDiff().diff(RawTextComparator.DEFAULT, old, fresh);
    var text = new ByteArrayOutputStream();
    try (var formatter = new DiffFormatter(text)) {
      formatter.format(edits, old, fresh);
    }
    return text.toString(StandardCharsets.UTF_8);
  }
}
