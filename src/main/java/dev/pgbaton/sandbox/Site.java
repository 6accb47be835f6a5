package dev.pgbaton.sandbox;

import dev.pgbaton.cluster.ClusterId;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What the instances of one cluster share: volumes, lines between them, clients, and what shall go
 * wrong with them.
 */
final class Site {
  /** A standby that has less of these than its primary stops. */
  private static final List<String> NEEDED =
      List.of(
          "max_connections",
          "max_wal_senders",
          "max_worker_processes",
          "max_prepared_transactions",
          "max_locks_per_transaction");

  private final ClusterId id;
  private final Agenda agenda;
  private final Chance chance;
  private final Trace trace;
  private final Network network = new Network();
  private final Commits commits;
  private final Routes routes = new Routes();
  private final Map<String, Volume> volumes = new LinkedHashMap<>();
  private final Set<String> wontStart = new HashSet<>();
  private final Set<String> hangs = new HashSet<>();
  private final Map<String, Long> lag = new HashMap<>();
  private final Set<String> standingMounts = new HashSet<>();
  private Consumer<String> onPrimary = _ -> {};
  private int databases;

  Site(ClusterId id, Agenda agenda, Chance chance, Trace trace) {
    this.id = id;
    this.agenda = agenda;
    this.chance = chance;
    this.trace = trace;
    this.commits = new Commits(agenda);
  }

  ClusterId id() {
    return id;
  }

  Agenda agenda() {
    return agenda;
  }

  Chance chance() {
    return chance;
  }

  Trace trace() {
    return trace;
  }

  Network network() {
    return network;
  }

  Commits commits() {
    return commits;
  }

  Routes routes() {
    return routes;
  }

  Volume volume(String pod) {
    return volumes.computeIfAbsent(pod, _ -> new Volume());
  }

  Collection<Volume> volumes() {
    return volumes.values();
  }

  /** Two databases that both are the cluster's first are a fork from the beginning. */
  String newSystemIdentifier() {
    if (databases++ > 0 && commits.count() > 0)
      throw new InvariantViolated(
          "a second database was made, though clients have written to the first");
    return "74000000000000000" + databases;
  }

  static Map<String, Long> needed(Map<String, String> settings) {
    var needed = new TreeMap<String, Long>();
    for (var name : NEEDED)
      if (settings.containsKey(name)) needed.put(name, Long.parseLong(settings.get(name)));
    return needed;
  }

  Map<String, Long> required(Map<String, String> settings) {
    return needed(settings);
  }

  // Invariants that hold at the moment in which something becomes writable.

  void becamePrimary(PostgresServer server) {
    trace.say(server.name(), "is writable at " + server.branch().position(server.flushed()));
    var once = onPrimary;
    onPrimary = _ -> {};
    once.accept(server.name());
    network.programs().values().stream()
        .map(InstanceProgram::server)
        .filter(other -> other != server && other.writable())
        .findFirst()
        .ifPresent(
            other -> {
              throw new InvariantViolated(
                  "both %s and %s are writable".formatted(other.name(), server.name()));
            });
    // One that is stopped with all it has done, or is ending, is as good as dead; and one that
    // nobody reaches keeps what it has written last.
    network.programs().values().stream()
        .map(InstanceProgram::server)
        .filter(other -> other != server)
        .filter(
            other ->
                other.mayWrite()
                    || other.wasPrimary() && !network.connected(other.name(), server.name()))
        .forEach(this::forgive);
    commits
        .missingAt(server.branch(), server.flushed())
        .ifPresent(
            missing -> {
              throw new InvariantViolated(
                  "an acknowledged write is lost: %s: %s".formatted(server.name(), missing));
            });
  }

  /** Without synchronous replication, what no standby had received dies with its primary. */
  void primaryDied(PostgresServer server) {
    trace.say(
        server.name(), "died as the primary at " + server.branch().position(server.flushed()));
    forgive(server);
  }

  /**
   * Without synchronous replication, what no standby has is lost with its instance for a while, or
   * for good.
   */
  void forgive(PostgresServer server) {
    if (server.synchronousStandbys() > 0) return;
    var streaming = server.links().stream().mapToLong(WalLink::confirmed).filter(c -> c > 0).min();
    commits.forgive(
        server.branch(),
        streaming.isPresent()
            ? streaming.getAsLong()
            : volumes.values().stream()
                .flatMap(v -> v.data().stream())
                .mapToLong(d -> server.branch().common(d.branch, d.flushed))
                .min()
                .orElse(0));
  }

  // Faults.

  void wontStart(String pod, boolean broken) {
    if (broken) wontStart.add(pod);
    else wontStart.remove(pod);
  }

  boolean wontStart(String pod) {
    return wontStart.contains(pod);
  }

  void hangsWhenStopping(String pod, boolean broken) {
    if (broken) hangs.add(pod);
    else hangs.remove(pod);
  }

  boolean hangsWhenStopping(String pod) {
    return hangs.contains(pod);
  }

  /** The kubelet does not refresh what is mounted there. */
  void mountsStand(String pod, boolean still) {
    if (still) standingMounts.add(pod);
    else standingMounts.remove(pod);
  }

  boolean mountsStand(String pod) {
    return standingMounts.contains(pod);
  }

  /** What happens when the next instance becomes the primary. */
  void onNextPrimary(Consumer<String> what) {
    onPrimary = what;
  }

  /** How many milliseconds behind its upstream a standby is. */
  void lag(String pod, long millis) {
    lag.put(pod, millis);
    network.programs().values().stream()
        .flatMap(p -> p.server().links().stream())
        .filter(l -> l.standby().name().equals(pod))
        .forEach(l -> l.latency(millis));
  }

  long lag(String pod) {
    return lag.getOrDefault(pod, (long) chance.between(1, 15));
  }
}
