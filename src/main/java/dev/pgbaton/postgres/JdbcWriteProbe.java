package dev.pgbaton.postgres;

import dev.pgbaton.apply.WriteProbe;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Writes a heartbeat through the clients' route, as a client with short timeouts would. */
public final class JdbcWriteProbe implements WriteProbe, AutoCloseable {
  private static final Duration EVERY = Duration.ofMillis(20);
  private static final int CONNECT_SECONDS = 1;

  /** A write that takes longer is tried again on a new connection: the old one may lead nowhere. */
  private static final int ANSWER_MILLIS = 500;

  private static final String BEAT =
      """
      INSERT INTO pgbaton.heartbeat (id, beat) VALUES (1, ?)
      ON CONFLICT (id) DO UPDATE SET beat = excluded.beat, at = now()
      """;

  private final Sessions sessions;
  private final Function<ClusterLayout, Optional<InetSocketAddress>> route;
  private final Map<ClusterId, Heart> hearts = new ConcurrentHashMap<>();

  /**
   * @param route where clients connect to; empty while it is not known
   */
  public JdbcWriteProbe(
      MonitorPasswords passwords, Function<ClusterLayout, Optional<InetSocketAddress>> route) {
    this.sessions = new Sessions(passwords);
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
    if (heart != null) heart.thread.interrupt();
  }

  @Override
  public void close() {
    hearts.values().forEach(heart -> heart.thread.interrupt());
    hearts.clear();
  }

  private final class Heart {
    private final WriteGaps gaps = new WriteGaps(System.nanoTime());
    private final ClusterLayout layout;
    private final Thread thread;
    private Connection connection;
    private PreparedStatement beat;
    private long count;

    Heart(ClusterLayout layout) {
      this.layout = layout;
      // A platform thread: nothing else that goes on here may delay a beat and pass for an outage.
      this.thread =
          Thread.ofPlatform().daemon().name("heartbeat-" + layout.id().name()).start(this::run);
    }

    private void run() {
      try {
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
        beat.setLong(1, ++count);
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
          sessions.open(layout, to.get().getHostString(), to.get().getPort(), CONNECT_SECONDS, "");
      connection.setNetworkTimeout(Runnable::run, ANSWER_MILLIS);
      beat = connection.prepareStatement(BEAT);
      return true;
    }
  }
}
