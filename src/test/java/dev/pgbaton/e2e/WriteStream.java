package dev.pgbaton.e2e;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * An application that is only interested in how long it could not write: one connection, a row
 * every 10 ms, connected again at once when that breaks. Who says that it is read-only is asked
 * again for a second, over the same connection. What was acknowledged is looked for afterwards.
 */
final class WriteStream implements AutoCloseable {
  static final Duration PACE = Duration.ofMillis(10);

  /** Before it connects again; less would only be load. */
  private static final long PAUSE_MILLIS = 5;

  /** A replica that is about to be the primary; longer, and it is a former one. */
  private static final long READ_ONLY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final String READ_ONLY = "25006";

  private static final int REHEARSALS = 3;

  private final String route;
  private final String table;
  private final PGSimpleDataSource database;
  private final CountDownLatch end = new CountDownLatch(1);
  private final Thread thread;
  private volatile boolean reconnect;
  private TreeSet<Long> acknowledged = new TreeSet<>();
  private long lastAcknowledged;
  private long longestNanos;
  private String cause = "";
  private String firstFailure = "";

  /**
   * @param gap between two acknowledged writes, or since the last one if none came any more
   * @param lost acknowledged rows that are not there; empty if nobody can be asked
   * @param cause what broke the connection first in that gap
   */
  record Seen(Duration gap, OptionalLong lost, String cause) {}

  private WriteStream(String route, PGSimpleDataSource database) {
    this.route = route;
    this.table = "bench_" + route;
    this.database = database;
    this.thread = Thread.ofPlatform().name("write-" + route).daemon().unstarted(this::work);
  }

  /** Returns when it writes steadily, and has reconnected often enough to know how. */
  static WriteStream start(String route, PGSimpleDataSource database, Duration patience)
      throws InterruptedException {
    var stream = new WriteStream(route, database);
    var until = System.nanoTime() + patience.toNanos();
    while (!stream.prepared()) {
      if (System.nanoTime() > until)
        throw new IllegalStateException(route + " does not take writes: " + stream.firstFailure);
      Thread.sleep(200);
    }
    stream.lastAcknowledged = System.nanoTime();
    stream.thread.start();
    for (var i = 0; i < REHEARSALS; i++) {
      Thread.sleep(300);
      stream.reconnect = true;
    }
    Thread.sleep(500);
    return stream;
  }

  private boolean prepared() {
    try (var connection = database.getConnection();
        var statement = connection.createStatement()) {
      statement.execute("create table if not exists " + table + " (id bigint primary key)");
      statement.execute("truncate " + table);
      return true;
    } catch (SQLException e) {
      firstFailure = e.getMessage();
      return false;
    }
  }

  String route() {
    return route;
  }

  /** From here on it counts. */
  synchronized void begin() {
    acknowledged = new TreeSet<>();
    lastAcknowledged = System.nanoTime();
    longestNanos = 0;
    cause = "";
    firstFailure = "";
  }

  /** Whether it writes at this moment. */
  synchronized boolean writes() {
    return System.nanoTime() - lastAcknowledged < TimeUnit.MILLISECONDS.toNanos(300);
  }

  /** What has happened since {@link #begin()}. */
  Seen end() {
    TreeSet<Long> missing;
    Duration gap;
    String because;
    synchronized (this) {
      var open = System.nanoTime() - lastAcknowledged;
      because = open > longestNanos ? firstFailure : cause;
      gap = Duration.ofNanos(Math.max(open, longestNanos));
      missing = acknowledged;
      acknowledged = new TreeSet<>();
    }
    return new Seen(gap, lost(missing), because);
  }

  private OptionalLong lost(TreeSet<Long> missing) {
    if (missing.isEmpty()) return OptionalLong.of(0);
    // A lock, so that a pooler asks the primary and no standby that is a moment behind.
    var rows = "select id from " + table + " where id between ? and ? for key share";
    try (var connection = database.getConnection();
        var select = connection.prepareStatement(rows)) {
      select.setLong(1, missing.first());
      select.setLong(2, missing.last());
      try (var found = select.executeQuery()) {
        while (found.next()) missing.remove(found.getLong(1));
      }
      return OptionalLong.of(missing.size());
    } catch (SQLException e) {
      return OptionalLong.empty();
    }
  }

  private void work() {
    Connection connection = null;
    var next = System.nanoTime();
    var connected = next;
    for (var id = 1L; !ended(next); id++) {
      next = Math.max(next + PACE.toNanos(), System.nanoTime());
      try {
        if (connection == null) {
          connection = database.getConnection();
          connected = System.nanoTime();
        }
        try (var insert = connection.prepareStatement("insert into " + table + " values (?)")) {
          insert.setLong(1, id);
          insert.executeUpdate();
        }
        acknowledge(id);
        if (reconnect) {
          reconnect = false;
          throw new SQLException("rehearsal");
        }
      } catch (SQLException e) {
        failed(e);
        var now = System.nanoTime();
        next = now + TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS);
        if (READ_ONLY.equals(e.getSQLState()) && now - connected < READ_ONLY_NANOS) continue;
        Databases.close(connection);
        connection = null;
      }
    }
    Databases.close(connection);
  }

  private boolean ended(long until) {
    try {
      return end.await(until - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      return true;
    }
  }

  private synchronized void acknowledge(long id) {
    var now = System.nanoTime();
    var gap = now - lastAcknowledged;
    if (gap > longestNanos) {
      longestNanos = gap;
      cause = firstFailure;
    }
    firstFailure = "";
    lastAcknowledged = now;
    acknowledged.add(id);
  }

  private synchronized void failed(SQLException e) {
    if (firstFailure.isEmpty()) firstFailure = Databases.said(e);
  }

  @Override
  public void close() {
    end.countDown();
    Threads.join(thread);
  }
}
