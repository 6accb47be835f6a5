package dev.pgbaton.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pgbaton.cli.Colours.Colour;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.kube.ClusterLook;
import dev.pgbaton.kube.ClusterLook.Seen;
import dev.pgbaton.observed.Instance;
import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.observed.LeaseState;
import dev.pgbaton.observed.Replication;
import dev.pgbaton.plan.LastGood;
import dev.pgbaton.report.ClusterHealth.Condition;
import dev.pgbaton.report.SeenHealth;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "status",
    description =
        "Shows clusters as they are on the Kubernetes of the kubeconfig: health, commit, instances, and what they wait for. Reads StatefulSets, Leases and pods, the instances through pods/proxy, and the daemon's journal where that is allowed.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every cluster is healthy, or on its way there",
      "1:there is no such cluster, or Kubernetes can't be read",
      "2:a cluster is degraded, blocked or not writable",
      "3:it could not be told, because an instance could not be asked",
      "64:the command line is wrong"
    })
class Status implements Callable<Integer> {
  private static final int NOT_READ = 1;
  private static final int UNWELL = 2;
  private static final int NOT_KNOWN = 3;

  /** What rollouts allow by default. */
  private static final long MAX_LAG = 16L << 20;

  @Parameters(
      arity = "0..*",
      paramLabel = "CLUSTER",
      description = "By name, or namespace/name; by default all of the namespace.")
  List<String> names = List.of();

  @Option(
      names = {"-A", "--all-namespaces"},
      description = "All clusters of all namespaces.")
  boolean everywhere;

  @Mixin ClusterName name;
  @Mixin Connection connection;
  @Mixin Answers answers;
  @Mixin Colours colours;

  @Override
  public Integer call() throws InterruptedException {
    return connection.look(this::show).orElse(NOT_READ);
  }

  private int show(ClusterLook look, String kubeconfigs) throws Connection.NoSuchCluster {
    var seen = new TreeMap<ClusterId, Seen>();
    for (var id : asked(look, kubeconfigs)) seen.put(id, Connection.seen(look, id));
    answers.print(() -> text(seen), () -> json(seen));
    return exitCode(seen.values());
  }

  private Set<ClusterId> asked(ClusterLook look, String kubeconfigs) {
    if (names.isEmpty())
      return look.clusters(
          everywhere ? Optional.empty() : Optional.of(name.namespace(kubeconfigs)));
    var ids = new TreeSet<ClusterId>();
    names.forEach(n -> ids.add(name.of(n, kubeconfigs)));
    return ids;
  }

  /** The spec's own, where the journal can be read and a commit was carried out. */
  static long maxLag(Seen seen) {
    return LastGood.maxReplicaLag(seen.observed().journal()).orElse(MAX_LAG);
  }

  private static SeenHealth health(Seen seen) {
    return SeenHealth.of(seen.observed(), maxLag(seen));
  }

  private static int exitCode(Collection<Seen> seen) {
    var conditions = seen.stream().map(s -> health(s).condition()).toList();
    var unwell =
        conditions.stream()
            .flatMap(Optional::stream)
            .anyMatch(c -> c != Condition.HEALTHY && c != Condition.PROGRESSING);
    if (unwell) return UNWELL;
    return conditions.stream().anyMatch(Optional::isEmpty) ? NOT_KNOWN : 0;
  }

  private String text(SortedMap<ClusterId, Seen> all) {
    if (all.isEmpty())
      return "no clusters here%s.\n".formatted(everywhere ? "" : "; -A looks everywhere");
    var text = new StringBuilder();
    all.forEach((id, seen) -> text.append(text(id, seen)));
    return text.toString();
  }

  private String text(ClusterId id, Seen seen) {
    var health = health(seen);
    var reason = health.reason().isEmpty() ? "" : health.reason() + ": ";
    var text = new StringBuilder();
    text.append(
        "%s  %s%n  %s%s%n"
            .formatted(
                colours.paint(Colour.BOLD, id.toString()),
                colours.paint(colour(health), word(health)),
                reason,
                health.text()));
    var intent = seen.observed().journal().intent();
    text.append(
        seen.journalTrouble()
            .map(why -> "  commit not known: " + why)
            .or(
                () ->
                    intent.map(
                        i ->
                            "  commit %.8s, %s, since %s"
                                .formatted(i.commit(), i.path(), Times.seconds(i.since()))))
            .map(line -> line + "\n")
            .orElse(""));
    seen.observed()
        .journal()
        .suspension()
        .ifPresent(s -> text.append("  %s%n".formatted(colours.paint(Colour.YELLOW, s.text()))));
    var table = new Table("INSTANCE", "ROLE", "REVISION", "TIMELINE", "LAG", "STATE");
    for (var instance : seen.observed().instances())
      table.row(
          line -> instance.settled(maxLag(seen)) ? line : colours.paint(Colour.YELLOW, line),
          instance.pod().name(),
          instance.role().name().toLowerCase(Locale.ROOT),
          revision(seen, instance),
          timeline(instance).map(String::valueOf).orElse("-"),
          lag(instance).map(Status::bytes).orElse("-"),
          state(seen, instance));
    return text.append(table.text("  ")).append('\n').toString();
  }

  private static Colour colour(SeenHealth health) {
    return health
        .condition()
        .map(
            condition ->
                switch (condition) {
                  case HEALTHY -> Colour.GREEN;
                  case PROGRESSING -> Colour.YELLOW;
                  case DEGRADED, BLOCKED, UNWRITABLE -> Colour.RED;
                })
        .orElse(Colour.YELLOW);
  }

  private static String word(SeenHealth health) {
    return health.condition().map(c -> c.name().toLowerCase(Locale.ROOT)).orElse("unknown");
  }

  private static String revision(Seen seen, Instance instance) {
    var own = instance.revision().substring(instance.revision().lastIndexOf('-') + 1);
    return seen.observed().outdated(instance) ? own + " (old)" : own;
  }

  private static Optional<Integer> timeline(Instance instance) {
    return instance.answer() instanceof Answer.Known known
        ? Optional.of(known.timeline())
        : Optional.empty();
  }

  private static Optional<Long> lag(Instance instance) {
    return instance.replication() instanceof Replication.Streaming(var lag, _)
        ? Optional.of(lag)
        : Optional.empty();
  }

  static String bytes(long bytes) {
    if (bytes < 1024) return bytes + " B";
    return bytes < 1 << 20 ? (bytes >> 10) + " KiB" : (bytes >> 20) + " MiB";
  }

  /** Why it is not well, and what its program says that it waits for. */
  private static String state(Seen seen, Instance instance) {
    if (instance.settled(maxLag(seen)))
      return instance.role() == Role.PRIMARY ? "ready" : "streaming";
    var waits = seen.waits().getOrDefault(instance.pod().name(), "");
    return instance.unsettledBecause(maxLag(seen)) + (waits.isEmpty() ? "" : " (" + waits + ")");
  }

  private static ObjectNode json(SortedMap<ClusterId, Seen> all) {
    var root = new ObjectMapper().createObjectNode();
    var clusters = root.putArray("clusters");
    all.forEach((id, seen) -> put(clusters.addObject(), id, seen));
    return root;
  }

  private static void put(ObjectNode json, ClusterId id, Seen seen) {
    var observed = seen.observed();
    var health = health(seen);
    json.put("namespace", id.namespace()).put("name", id.name());
    json.put("health", word(health));
    if (!health.reason().isEmpty()) json.put("reason", health.reason());
    json.put("text", health.text());
    observed
        .journal()
        .intent()
        .ifPresent(
            i ->
                json.put("commit", i.commit())
                    .put("path", i.path())
                    .put("since", i.since().toString())
                    .put("done", i.done()));
    observed
        .journal()
        .suspension()
        .ifPresent(
            s -> json.putObject("suspension").put("by", s.by()).put("since", s.since().toString()));
    seen.journalTrouble().ifPresent(why -> json.put("journal", why));
    observed.primary().ifPresent(p -> json.put("primary", p.pod().name()));
    observed
        .lease()
        .ifPresent(
            lease -> {
              lease.holder().ifPresent(holder -> json.put("leaseHolder", holder));
              json.put("epoch", lease.epoch());
            });
    observed.lease().flatMap(LeaseState::handoffTo).ifPresent(to -> json.put("handoffTo", to));
    json.put("wantedInstances", observed.layout().instances());
    var instances = json.putArray("instances");
    for (var instance : observed.instances()) put(instances.addObject(), seen, instance);
  }

  private static void put(ObjectNode json, Seen seen, Instance instance) {
    json.put("name", instance.pod().name());
    json.put("role", instance.role().name().toLowerCase(Locale.ROOT));
    json.put("ready", instance.ready());
    json.put("well", instance.settled(maxLag(seen)));
    json.put("state", state(seen, instance));
    json.put("revision", instance.revision());
    json.put("current", !seen.observed().outdated(instance));
    timeline(instance).ifPresent(timeline -> json.put("timeline", timeline));
    lag(instance).ifPresent(lag -> json.put("lagBytes", lag));
    json.put("cordoned", instance.cordoned());
    var waits = seen.waits().getOrDefault(instance.pod().name(), "");
    if (!waits.isEmpty()) json.put("waits", waits);
  }
}
