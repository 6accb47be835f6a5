package dev.pgbaton.postgres;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.observed.InstanceProbe;
import io.fabric8.kubernetes.api.model.Pod;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Asks PostgreSQL over one lasting connection an instance. */
public final class JdbcInstanceProbe implements InstanceProbe, AutoCloseable {
  private static final int SECONDS = 2;

  /** Connecting, signing in and two questions at most; a healthy instance takes milliseconds. */
  private static final Duration ALTOGETHER = Duration.ofSeconds(5);

  private static final Duration IDLE = Duration.ofMinutes(10);
  private static final String OPTIONS = "-c statement_timeout=2000 -c search_path=pg_catalog";

  private final Sessions sessions;
  private final StatusQuestion questions = new StatusQuestion();
  private final Function<Pod, Optional<InetSocketAddress>> address;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<Key, Line> lines = new ConcurrentHashMap<>();

  /** One life of a pod at one address. */
  private record Key(ClusterId cluster, String uid, InetSocketAddress address) {}

  public JdbcInstanceProbe(MonitorLogins logins) {
    this(logins, JdbcInstanceProbe::address);
  }

  JdbcInstanceProbe(MonitorLogins logins, Function<Pod, Optional<InetSocketAddress>> address) {
    this.sessions = new Sessions(logins);
    this.address = address;
  }

  private static Optional<InetSocketAddress> address(Pod pod) {
    return Optional.ofNullable(pod.getStatus())
        .map(status -> status.getPodIP())
        .filter(ip -> !ip.isEmpty())
        .map(ip -> new InetSocketAddress(ip, Names.POSTGRES_PORT));
  }

  @Override
  public Map<String, Answer> ask(ClusterLayout layout, List<Pod> pods, Set<String> settings) {
    var answers = new TreeMap<String, Answer>();
    var names = new ArrayList<String>();
    var questions = new ArrayList<Callable<Answer>>();
    var keys = new ArrayList<Key>();
    for (var pod : pods) {
      var name = pod.getMetadata().getName();
      var at = address.apply(pod);
      if (at.isEmpty()) {
        answers.put(name, new Answer.Unknown("its pod has no address yet"));
        continue;
      }
      var key = new Key(layout.id(), pod.getMetadata().getUid(), at.get());
      var line = lines.computeIfAbsent(key, k -> new Line(k.address()));
      names.add(name);
      keys.add(key);
      questions.add(() -> withVolume(line.ask(layout, settings), at.get().getHostString()));
    }
    hangUp(layout.id(), Set.copyOf(keys));
    var asked = askAll(questions);
    for (int i = 0; i < asked.size(); i++) answers.put(names.get(i), answer(asked.get(i)));
    return answers;
  }

  private Answer withVolume(Answer answer, String host) throws InterruptedException {
    if (!(answer instanceof Answer.Known known)) return answer;
    var told = questions.ask(host, Names.STATUS_PORT);
    return known.with(told.volume(), told.users(), told.logins()).withErrors(told.configErrors());
  }

  private List<Future<Answer>> askAll(List<Callable<Answer>> questions) {
    try {
      return threads.invokeAll(questions, ALTOGETHER.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while PostgreSQL was asked", e);
    }
  }

  private static Answer answer(Future<Answer> asked) {
    try {
      return asked.get();
    } catch (CancellationException e) {
      return new Answer.Unknown("no answer within %d s".formatted(ALTOGETHER.toSeconds()));
    } catch (ExecutionException e) {
      return new Answer.Unknown(String.valueOf(e.getCause().getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer.Unknown("interrupted");
    }
  }

  /** Pods that are gone, and clusters that nobody asks for any more. */
  private void hangUp(ClusterId cluster, Set<Key> wanted) {
    var gone =
        lines.keySet().stream()
            .filter(
                key ->
                    key.cluster().equals(cluster)
                        ? !wanted.contains(key)
                        : Optional.ofNullable(lines.get(key)).map(Line::idle).orElse(false))
            .collect(Collectors.toSet());
    for (var key : gone) {
      var line = lines.remove(key);
      // Saying goodbye to a host that is dead can take a while.
      if (line != null) threads.execute(line::close);
    }
  }

  @Override
  public void close() {
    lines.values().forEach(Line::close);
    threads.shutdownNow();
    questions.close();
  }

  private final class Line {
    private final InetSocketAddress at;
    private Connection connection;
    private Optional<String> openedAs = Optional.empty();
    private volatile long askedAt = System.nanoTime();

    Line(InetSocketAddress at) {
      this.at = at;
    }

    boolean idle() {
      return System.nanoTime() - askedAt > IDLE.toNanos();
    }

    synchronized Answer ask(ClusterLayout layout, Set<String> settings) {
      askedAt = System.nanoTime();
      var fresh = connection == null;
      try {
        return onOpen(layout, settings);
      } catch (SQLException e) {
        close();
        // A restart broke the lasting connection: the next one may be fine.
        return fresh ? new Answer.Unknown(Sessions.words(e)) : again(layout, settings);
      }
    }

    private Answer again(ClusterLayout layout, Set<String> settings) {
      try {
        return onOpen(layout, settings);
      } catch (SQLException e) {
        close();
        return new Answer.Unknown(Sessions.words(e));
      }
    }

    private Answer onOpen(ClusterLayout layout, Set<String> settings) throws SQLException {
      var role = sessions.role(layout);
      if (connection != null && !role.equals(openedAs)) close();
      if (connection == null) {
        connection = sessions.open(layout, at.getHostString(), at.getPort(), SECONDS, OPTIONS);
        openedAs = role;
      }
      return InstanceQuery.ask(connection, settings);
    }

    synchronized void close() {
      Sessions.close(connection);
      connection = null;
    }
  }
}
