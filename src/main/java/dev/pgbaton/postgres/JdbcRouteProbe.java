package dev.pgbaton.postgres;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.RouteProbe;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A new connection each time: what an old one leads to says nothing of the next. */
public final class JdbcRouteProbe implements RouteProbe, AutoCloseable {
  private static final int SECONDS = 2;
  private static final Duration AT_EASE = Duration.ofSeconds(9);
  private static final Duration IN_DOUBT = Duration.ofSeconds(2);
  private static final Duration ALTOGETHER = Duration.ofSeconds(6);

  /** The comment sends it where writes go. */
  private static final String WHERE =
      "/*NO LOAD BALANCE*/ SELECT pg_is_in_recovery(), host(inet_server_addr())";

  private static final String SESSIONS =
      "SELECT count(*) FROM pg_stat_activity WHERE client_addr = ?::inet";

  private static final Pattern PLACES =
      Pattern.compile("(?m)^\\s*num_init_children\\s*=\\s*'?(\\d+)");

  private final Sessions sessions;
  private final InstantSource clock;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<ClusterId, Look> looks = new ConcurrentHashMap<>();

  private record Look(Instant at, Map<String, Leads> leads) {
    boolean isFresh(Instant now) {
      var doubt = leads.values().stream().anyMatch(Leads.Astray.class::isInstance);
      return now.isBefore(at.plus(doubt ? IN_DOUBT : AT_EASE));
    }
  }

  /** What one look gave, before it is known since when. */
  private record Found(Optional<String> primary, boolean full, String what) {}

  public JdbcRouteProbe(MonitorLogins logins, InstantSource clock) {
    this.sessions = new Sessions(logins);
    this.clock = clock;
  }

  @Override
  public Map<String, Leads> ask(ClusterLayout layout, ClusterSnapshot snapshot) {
    // Others' routes are theirs.
    if (!layout.capabilities().instanceProgram()) return Map.of();
    var now = clock.instant();
    var before = looks.get(layout.id());
    var addresses = addresses(layout, snapshot);
    if (before != null && before.isFresh(now) && before.leads().keySet().equals(addresses.keySet()))
      return before.leads();
    var leads = look(layout, snapshot, addresses, before, now);
    looks.put(layout.id(), new Look(now, leads));
    return leads;
  }

  private static Map<String, String> addresses(ClusterLayout layout, ClusterSnapshot snapshot) {
    var addresses = new TreeMap<String, String>();
    for (var pod : snapshot.pgpoolPods())
      if (ready(pod)) addresses.put(pod.getMetadata().getName(), pod.getStatus().getPodIP());
    snapshot
        .find(layout.key("Service", layout.primaryService()))
        .map(s -> ((Service) s).getSpec().getClusterIP())
        .filter(ip -> !ip.isEmpty() && !ip.equals("None"))
        .ifPresent(ip -> addresses.put(layout.primaryService(), ip));
    return addresses;
  }

  private static boolean ready(Pod pod) {
    return pod.getMetadata().getDeletionTimestamp() == null
        && pod.getStatus() != null
        && pod.getStatus().getPodIP() != null
        && pod.getStatus().getConditions().stream()
            .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
  }

  private Map<String, Leads> look(
      ClusterLayout layout,
      ClusterSnapshot snapshot,
      Map<String, String> addresses,
      Look before,
      Instant now) {
    var primaries = new TreeMap<String, String>();
    snapshot.pods().stream()
        .filter(p -> p.getStatus() != null && p.getStatus().getPodIP() != null)
        .forEach(p -> primaries.put(p.getStatus().getPodIP(), p.getMetadata().getName()));
    var service = addresses.get(layout.primaryService());
    var questions = new TreeMap<String, Callable<Found>>();
    addresses.forEach(
        (name, address) ->
            questions.put(name, () -> find(layout, address, service, places(snapshot))));
    var leads = new TreeMap<String, Leads>();
    askAll(questions)
        .forEach(
            (name, found) -> leads.put(name, leads(found, primaries, since(before, name, now))));
    return leads;
  }

  private static Instant since(Look before, String name, Instant now) {
    return before != null && before.leads().get(name) instanceof Leads.Astray(var since, _)
        ? since
        : now;
  }

  private static Leads leads(Found found, Map<String, String> instances, Instant since) {
    if (found.full()) return new Leads.Full();
    if (found.primary().isEmpty()) return new Leads.Astray(since, found.what());
    var address = found.primary().get();
    return instances.containsKey(address)
        ? new Leads.ToAPrimary(address)
        : new Leads.Astray(since, "it leads to %s, which is no instance of it".formatted(address));
  }

  private Map<String, Found> askAll(Map<String, Callable<Found>> questions) {
    var found = new TreeMap<String, Found>();
    try {
      var answers =
          threads.invokeAll(questions.values(), ALTOGETHER.toMillis(), TimeUnit.MILLISECONDS);
      var names = questions.keySet().iterator();
      for (var answer : answers) {
        var name = names.next();
        found.put(
            name,
            answer.isCancelled()
                ? new Found(Optional.empty(), false, "it does not answer")
                : answer.get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the routes were tried", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
    return found;
  }

  private Found find(ClusterLayout layout, String address, String service, int places) {
    try (var connection = open(layout, address);
        var statement = connection.createStatement();
        var row = statement.executeQuery(WHERE)) {
      row.next();
      return row.getBoolean(1)
          ? new Found(
              Optional.empty(), false, "it leads to %s, a replica".formatted(row.getString(2)))
          : new Found(Optional.of(row.getString(2)), false, "");
    } catch (SQLException e) {
      var isPgpool = service != null && !address.equals(service);
      return isPgpool && full(layout, service, address, places)
          ? new Found(Optional.empty(), true, "")
          : new Found(Optional.empty(), false, Sessions.words(e));
    }
  }

  /** Clients may have taken every place, and then it is their right that we get none. */
  private boolean full(ClusterLayout layout, String service, String pgpool, int places) {
    try (var connection = open(layout, service);
        var question = connection.prepareStatement(SESSIONS)) {
      question.setString(1, pgpool);
      try (var row = question.executeQuery()) {
        row.next();
        return row.getInt(1) >= places - 1;
      }
    } catch (SQLException e) {
      // Nothing can be said of pgpool while what is behind it does not answer.
      return true;
    }
  }

  private static int places(ClusterSnapshot snapshot) {
    return snapshot.objects().values().stream()
        .filter(ConfigMap.class::isInstance)
        .map(map -> ((ConfigMap) map).getData())
        .filter(data -> data != null && data.containsKey("pgpool.conf"))
        .map(data -> PLACES.matcher(data.get("pgpool.conf")))
        .filter(java.util.regex.Matcher::find)
        .mapToInt(match -> Integer.parseInt(match.group(1)))
        .min()
        .orElse(32);
  }

  private Connection open(ClusterLayout layout, String address) throws SQLException {
    return sessions.open(layout, address, Names.POSTGRES_PORT, SECONDS, "");
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
