package dev.pgbaton.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.plan.Forecast;
import dev.pgbaton.plan.Forecast.Verdict;
import dev.pgbaton.plan.Refusal;
import dev.pgbaton.reconcile.Repository;
import dev.pgbaton.spec.EncryptedFiles;
import dev.pgbaton.spec.ParsedSpec;
import dev.pgbaton.spec.SpecRevision;
import dev.pgbaton.spec.SpecSource.Fetched;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "plan",
    description =
        "Shows what the daemon would do with these specs, on the cluster of the current kubeconfig or, with --against, by the repository alone. Nothing is written.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:nothing to do, or everything can proceed",
      "1:a spec is invalid, or Kubernetes can't be read",
      "2:a change is refused; its code is in docs/reasons.md",
      "3:it could not be told, because PostgreSQL could not be asked from here",
      "64:the command line is wrong"
    })
class PlanCommand implements Callable<Integer> {
  private static final int INVALID = 1;
  private static final int REFUSED = 2;
  private static final int NOT_KNOWN = 3;

  @Parameters(arity = "1..*", paramLabel = "SPEC", description = "Files, or directories of them.")
  List<Path> paths;

  @Option(
      names = "--against",
      paramLabel = "WHERE",
      description =
          "Without a cluster: the difference from a directory, or from where HEAD left a Git revision (origin/main); as if that were carried out, and every instance well.")
  Optional<String> against = Optional.empty();

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "20",
      description = "How long to wait for Kubernetes (20).")
  int timeout;

  @Mixin ManifestOptions manifests;
  @Mixin Connection connection;
  @Mixin Answers answers;

  @Spec CommandSpec command;

  @Override
  public Integer call() throws IOException {
    var after = repository(paths);
    var err = command.commandLine().getErr();
    after.problems().forEach(err::println);
    after.notices().forEach(err::println);
    var invalid = !after.problems().isEmpty();
    var wanted = new TreeMap<ClusterId, Repository.Entry.Wanted>();
    for (var cluster : after.clusters().entrySet()) {
      switch (cluster.getValue()) {
        case Repository.Entry.Wanted w -> {
          wanted.put(cluster.getKey(), w);
          if (w.spec() instanceof ParsedSpec.Valid valid)
            for (var problem : valid.withoutPassword()) {
              invalid = true;
              err.println(problem);
            }
        }
        case Repository.Entry.Refused(var problems, _, _) -> {
          invalid = true;
          problems.forEach(err::println);
        }
      }
    }
    SortedMap<ClusterId, Forecast> forecasts;
    try {
      forecasts = against.isPresent() ? offline(after, wanted) : live(wanted);
    } catch (KubernetesClientException | LiveClusters.NotReadable | Revision.NotThere e) {
      err.println(e.getMessage());
      return INVALID;
    }
    answers.print(() -> text(forecasts), () -> json(forecasts));
    return invalid ? INVALID : exitCode(forecasts);
  }

  private Repository repository(List<Path> paths) throws IOException {
    var files = SpecFiles.read(command, paths);
    return Repository.of(
        new Fetched.Head(
            new SpecRevision("", Instant.now(), ""),
            files,
            List.of(),
            manifests.directories(paths, files),
            EncryptedFiles.of(files, WorkTree::beside),
            false));
  }

  private SortedMap<ClusterId, Forecast> live(
      SortedMap<ClusterId, Repository.Entry.Wanted> wanted) {
    if (wanted.isEmpty()) return new TreeMap<>();
    try (var live = new LiveClusters(connection, wanted.keySet(), Duration.ofSeconds(timeout))) {
      return live.forecast(wanted);
    }
  }

  private SortedMap<ClusterId, Forecast> offline(
      Repository after, SortedMap<ClusterId, Repository.Entry.Wanted> wanted) throws IOException {
    var directory = Path.of(against.get());
    if (Files.isDirectory(directory)) {
      say("as if %s were carried out".formatted(directory));
      return Difference.between(repository(List.of(directory)), after, wanted);
    }
    try (var revision = Revision.of(paths.getFirst(), against.get())) {
      say("as if %.12s were carried out".formatted(revision.commit()));
      var then = new ArrayList<Path>();
      for (var path : paths) revision.at(path).ifPresent(then::add);
      return Difference.between(repository(then), after, wanted);
    }
  }

  private void say(String supposed) {
    if (answers.areForAPerson())
      command
          .commandLine()
          .getOut()
          .printf("Without a cluster, %s and every instance were well:%n", supposed);
  }

  private static int exitCode(SortedMap<ClusterId, Forecast> forecasts) {
    var verdicts = forecasts.values().stream().map(Forecast::verdict).toList();
    if (verdicts.contains(Verdict.REFUSED)) return REFUSED;
    return verdicts.contains(Verdict.NOT_KNOWN) ? NOT_KNOWN : 0;
  }

  private static String text(SortedMap<ClusterId, Forecast> forecasts) {
    var lines = new ArrayList<String>();
    forecasts.forEach((id, forecast) -> lines.addAll(lines(id, forecast)));
    return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
  }

  private static List<String> lines(ClusterId id, Forecast forecast) {
    var lines = new ArrayList<String>();
    lines.add("%s: %s".formatted(id, words(forecast.verdict())));
    var code = forecast.reason().map(Refusal::code).map(c -> c + ": ").orElse("");
    lines.add("  " + code + forecast.text());
    if (!forecast.changes().isEmpty()) lines.add("  changes:");
    forecast.changes().forEach(change -> lines.add("    " + change));
    if (!forecast.steps().isEmpty())
      lines.add(
          forecast.verdict() == Verdict.REFUSED
              ? "  steps, once that is mended:"
              : "  steps, if nothing happens meanwhile:");
    var number = 1;
    for (var step : forecast.steps()) lines.add("    %d. %s".formatted(number++, step));
    if (!forecast.outage().isEmpty()) lines.add("  outage: " + forecast.outage());
    return lines;
  }

  private static String words(Verdict verdict) {
    return switch (verdict) {
      case NOTHING_TO_DO -> "nothing to do";
      case CAN_PROCEED -> "can proceed";
      case WAITS -> "waits";
      case REFUSED -> "refused";
      case NOT_KNOWN -> "could not be told";
    };
  }

  private static ObjectNode json(SortedMap<ClusterId, Forecast> forecasts) {
    var root = new ObjectMapper().createObjectNode();
    var clusters = root.putArray("clusters");
    forecasts.forEach((id, forecast) -> put(clusters.addObject(), id, forecast));
    return root;
  }

  private static void put(ObjectNode json, ClusterId id, Forecast forecast) {
    json.put("namespace", id.namespace()).put("name", id.name());
    json.put("verdict", forecast.verdict().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    forecast.reason().ifPresent(reason -> json.put("reason", reason.code()));
    json.put("text", forecast.text());
    var changes = json.putArray("changes");
    forecast.changes().forEach(changes::add);
    var steps = json.putArray("steps");
    forecast.steps().forEach(steps::add);
    json.put("outage", forecast.outage());
  }
}
