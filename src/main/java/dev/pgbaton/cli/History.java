package dev.pgbaton.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pgbaton.cli.Colours.Colour;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.kube.ClusterLook;
import dev.pgbaton.observed.JournalEntry.Rollout;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "history",
    description =
        "Shows a cluster's last rollouts, the latest first: commit, outcome, how long it took, and for how long nobody could write, as the daemon measured it. Reads the daemon's journal.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it was shown",
      "1:there is no journal of such a cluster, or it can't be read",
      "64:the command line is wrong"
    })
class History implements Callable<Integer> {
  private static final int NOT_READ = 1;

  @Parameters(paramLabel = "CLUSTER", description = "By name, or namespace/name.")
  String cluster;

  @Mixin ClusterName name;
  @Mixin Connection connection;
  @Mixin Answers answers;
  @Mixin Colours colours;

  @Spec CommandSpec command;

  @Override
  public Integer call() throws InterruptedException {
    return connection.look(this::show).orElse(NOT_READ);
  }

  private int show(ClusterLook look, String kubeconfigs) {
    var id = name.of(cluster, kubeconfigs);
    var read = look.journal(id);
    if (read.trouble().isPresent()) {
      command.commandLine().getErr().printf("%s: no journal: %s%n", id, read.trouble().get());
      return NOT_READ;
    }
    var rollouts =
        Stream.concat(read.entry().rollout().stream(), read.entry().rollouts().reversed().stream())
            .toList();
    answers.print(() -> text(rollouts), () -> json(id, rollouts));
    return 0;
  }

  private String text(List<Rollout> rollouts) {
    if (rollouts.isEmpty()) return "no rollout so far.\n";
    var table = new Table("BEGUN", "COMMIT", "OUTCOME", "TOOK", "WRITE OUTAGE", "WHY");
    for (var rollout : rollouts)
      table.row(
          line -> "success".equals(outcome(rollout)) ? line : colours.paint(Colour.YELLOW, line),
          Times.seconds(rollout.startedAt()),
          "%.8s".formatted(rollout.commit()),
          outcome(rollout),
          rollout
              .endedAt()
              .map(end -> Duration.between(rollout.startedAt(), end).toSeconds() + " s")
              .orElse("-"),
          rollout
              .outage()
              .map(Times::seconds)
              .orElse(rollout.endedAt().isPresent() ? "not known" : "-"),
          rollout.reason());
    return table.text("");
  }

  private static String outcome(Rollout rollout) {
    return rollout.outcome().orElse("under way");
  }

  private static ObjectNode json(ClusterId id, List<Rollout> rollouts) {
    var root = new ObjectMapper().createObjectNode();
    root.put("namespace", id.namespace()).put("name", id.name());
    var array = root.putArray("rollouts");
    for (var rollout : rollouts) {
      var json = array.addObject();
      json.put("commit", rollout.commit());
      json.put("outcome", outcome(rollout));
      json.put("reason", rollout.reason());
      json.put("startedAt", rollout.startedAt().toString());
      rollout.endedAt().ifPresent(at -> json.put("endedAt", at.toString()));
      rollout.outage().ifPresent(gap -> json.put("writeOutageSeconds", gap.toMillis() / 1000.0));
    }
    return root;
  }
}
