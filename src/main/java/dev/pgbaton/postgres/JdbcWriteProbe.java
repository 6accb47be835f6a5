package dev.pgbaton.postgres;

import dev.pgbaton.apply.WriteProbe;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Writes a heartbeat through the clients' route, as a client with short timeouts would. */
public final class JdbcWriteProbe implements WriteProbe, AutoCloseable {
  /**
   * Two clients in turns, together every 20 ms: one whose connection hangs waits for its timeout,
   * while another could write long since. Each has a row of its own, so none waits for the other.
   */
  private static final int CLIENTS = 2;

  private static final Duration EVERY = Duration.ofMillis(20).multipliedBy(CLIENTS);
  private static final int CONNECT_SECONDS = 1;

  /** A write that takes longer is tried again on a new connection: the old one may lead nowhere. */
  private static final int ANSWER_MILLIS = 500;

  private static final String BEAT =
      """
      INSERT INTO pgbaton.heartbeat (id, beat) VALUES (?, ?)
      ON CONFLICT (id) DO UPDATE SET beat = excluded.beat, at = now()
      """;

  private final Sessions sessions;
  private final Function<ClusterLayout, Optional<InetSocketAddress>> route;
  private final Map<ClusterId, Heart> hearts = new ConcurrentHashMap<>();

  /**
   * @param route where clients connect to; empty while it is not known
   */
  public JdbcWriteProbe(
      MonitorLogins logins, Function<ClusterLayout, Optional<InetSocketAddress>> route) {
    this.sessions = new Sessions(logins);
    this.route = route;
  }

  @Override
  public void start(ClusterLayout layout) {
    hearts.computeIfAbsent(layout.id(), _ -> new Heart(layout));
  }

  @Override
  public Optional<Duration> longestGap(ClusterId id) {
    return Optional.ofNullable(hearts.get(id))
        .flatMap(heart -> heart.gaps.longest(System.nanoTime()));
  }

  @Override
  public void stop(ClusterId id) {
    var heart = hearts.remove(id);
    if (heart != null) heart.stop();
  }

  @Override
  public void close() {
    hearts.values().forEach(Heart::stop);
    hearts.clear();
  }

  private final class Heart {
    private final WriteGaps gaps = new WriteGaps(System.nanoTime());
    private final List<Client> clients;

    Heart(ClusterLayout layout) {
      clients = IntStream.rangeClosed(1, CLIENTS).mapToObj(id -> new Client(layout, id)).toList();
      clients.forEach(Client::start);
    }

    void stop() {
      clients.forEach(client -> client.thread.interrupt());
    }

    private final class Client {
      private final ClusterLayout layout;
      private final int id;
      // A platform thread: nothing else that goes on here may delay a beat and pass for an outage.
      private final Thread thread;
      private Connection connection;
      private PreparedStatement beat;
      private long count;

      Client(ClusterLayout layout, int id) {
        this.layout = layout;
        this.id = id;
        this.thread =
            Thread.ofPlatform()
                .daemon()
                .name("heartbeat-%s-%d".formatted(layout.id().name(), id))
                .unstarted(this::run);
      }

      void start() {
        thread.start();
      }

      private void run() {
        try {
          Thread.sleep(EVERY.dividedBy(CLIENTS).multipliedBy(id - 1L));
          while (!Thread.currentThread().isInterrupted()) {
            var begun = System.nanoTime();
            if (written()) gaps.acknowledged(System.nanoTime());
            var rest = EVERY.minusNanos(System.nanoTime() - begun);
            if (rest.isPositive()) Thread.sleep(rest);
          }
        } catch (InterruptedException _) {
          // It was stopped.
        } finally {
          Sessions.close(connection);
        }
      }

      private boolean written() {
        try {
          if (connection == null && !connected()) return false;
          beat.setLong(2, ++count);
          beat.executeUpdate();
          return true;
        } catch (SQLException _) {
          // That a write fails is what is measured.
          Sessions.close(connection);
          connection = null;
          return false;
        }
      }

      private boolean connected() throws SQLException {
        var to = route.apply(layout);
        if (to.isEmpty()) return false;
        connection =
            sessions.open(
                layout, to.get().getHostString(), to.get().getPort(), CONNECT_SECONDS, "");
        connection.setNetworkTimeout(Runnable::run, ANSWER_MILLIS);
        beat = connection.prepareStatement(BEAT);
        beat.setInt(1, id);
        return true;
      }
    }
  }
}
