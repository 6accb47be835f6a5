package dev.pgbaton.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgbaton.apply.ClusterWriter.Written;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.kube.ClusterLook;
import dev.pgbaton.kube.ClusterLook.Seen;
import dev.pgbaton.observed.LeaseState;
import dev.pgbaton.plan.AskedHandOff;
import dev.pgbaton.plan.AskedHandOff.Possible;
import dev.pgbaton.plan.AskedHandOff.Refused;
import dev.pgbaton.plan.Refusal;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "handoff",
    description =
        "Asks a cluster's primary to hand off to a replica. What a rollout's handoff needs is looked at first: every instance is Ready and streams, and the candidate's node takes pods. Needs patch on the Lease, and get on pods/proxy.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it was asked for; with --wait: the other one is the primary",
      "1:there is no such cluster, or Kubernetes can't be read or written",
      "2:it is refused; the code is in docs/reasons.md",
      "3:with --wait: neither done nor refused in time",
      "64:the command line is wrong"
    })
class HandOffCommand implements Callable<Integer> {
  private static final int NOT_DONE = 1;
  private static final int REFUSED = 2;
  private static final int NOT_KNOWN = 3;
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

  @Parameters(paramLabel = "CLUSTER", description = "By name, or namespace/name.")
  String cluster;

  @Option(
      names = "--to",
      paramLabel = "POD",
      description = "The instance that shall be the primary; by default the first that may.")
  Optional<String> to = Optional.empty();

  @Option(names = "--wait", description = "Waits until the other one is the primary.")
  boolean wait;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "90",
      description = "How long --wait waits (${DEFAULT-VALUE}).")
  int timeout;

  @Mixin ClusterName name;
  @Mixin Connection connection;
  @Mixin Answers answers;

  @Spec CommandSpec command;

  @Override
  public Integer call() throws InterruptedException {
    return connection.look(this::ask).orElse(NOT_DONE);
  }

  private int ask(ClusterLook look, String kubeconfigs)
      throws InterruptedException, Connection.NoSuchCluster {
    var id = name.of(cluster, kubeconfigs);
    return ask(look, id, Connection.seen(look, id));
  }

  private int ask(ClusterLook look, ClusterId id, Seen seen) throws InterruptedException {
    return switch (AskedHandOff.of(
        seen.observed(), to, Status.maxLag(seen), seen.synchronousStandbys())) {
      case Refused refused -> refused(refused);
      case Possible possible -> {
        var began = System.nanoTime();
        var written = look.requestHandoff(seen, possible.candidate().pod());
        yield switch (written) {
          case Written.Done _ when wait -> await(look, id, possible, seen, began);
          case Written.Done _ -> {
            say("asked", possible, Optional.empty(), Optional.empty());
            yield 0;
          }
          case Written.Stale(var why) -> notWritten(why);
          case Written.NotNow(var why) -> notWritten(why);
          case Written.Conflict(var why) -> notWritten(why);
          case Written.Refused(var why) -> notWritten(why);
        };
      }
    };
  }

  private int notWritten(String why) {
    command.commandLine().getErr().println("nothing was asked for: " + why);
    return NOT_DONE;
  }

  private int refused(Refused refused) {
    if (answers.areForAPerson()) command.commandLine().getErr().println(refused.sentence());
    else answers.print(refused::sentence, () -> json(refused));
    return REFUSED;
  }

  private static JsonNode json(Refused refused) {
    var json = new ObjectMapper().createObjectNode().put("outcome", "refused");
    refused.reason().ifPresent(reason -> json.put("reason", reason.code()));
    return json.put("text", refused.text());
  }

  private int await(ClusterLook look, ClusterId id, Possible asked, Seen before, long began)
      throws InterruptedException {
    var candidate = asked.candidate().pod().name();
    var until = began + Duration.ofSeconds(timeout).toNanos();
    try (var progress = new Progress(command.commandLine().getErr())) {
      var passed = false;
      while (System.nanoTime() < until) {
        progress.show(
            passed
                ? "%s has the Lease, and is being promoted".formatted(candidate)
                : "%s hands off to %s".formatted(asked.primary(), candidate));
        if (!passed) {
          var lease = look.lease(id);
          var why = lease.flatMap(LeaseState::handoffRefused);
          if (why.isPresent()) {
            progress.clear();
            return refused(new Refused(Optional.of(Refusal.HANDOFF_FAILED), why.get()));
          }
          passed = lease.filter(l -> hasMoved(before, l)).isPresent();
        }
        if (passed && isPrimary(look, before, candidate)) {
          progress.clear();
          say(
              "done",
              asked,
              Optional.of(Duration.ofNanos(System.nanoTime() - began)),
              look.lease(id).map(LeaseState::epoch));
          return 0;
        }
        Thread.sleep(BETWEEN_LOOKS);
      }
    }
    command
        .commandLine()
        .getErr()
        .printf(
            "%s has not become the primary within %d s; see its log, and that of %s.%n",
            candidate, timeout, asked.primary());
    return NOT_KNOWN;
  }

  private static boolean hasMoved(Seen before, LeaseState now) {
    return now.epoch() > before.observed().lease().orElseThrow().epoch()
        && now.holder().isPresent();
  }

  private static boolean isPrimary(ClusterLook look, Seen before, String candidate) {
    return look.role(before, candidate) == Role.PRIMARY;
  }

  private void say(
      String outcome, Possible asked, Optional<Duration> took, Optional<Integer> epoch) {
    var from = asked.primary().pod().name();
    var candidate = asked.candidate().pod().name();
    var json = new ObjectMapper().createObjectNode();
    json.put("outcome", outcome).put("from", from).put("to", candidate);
    took.ifPresent(t -> json.put("seconds", t.toMillis() / 1000.0));
    epoch.ifPresent(number -> json.put("epoch", number));
    answers.print(
        () ->
            took.map(
                    t ->
                        "%s is the primary, %s after %s was asked to hand off.%n"
                            .formatted(candidate, Times.seconds(t), from))
                .orElse("%s is asked to hand off to %s.%n".formatted(from, candidate)),
        () -> json);
  }
}
