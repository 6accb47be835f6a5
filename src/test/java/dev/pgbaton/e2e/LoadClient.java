package dev.pgbaton.e2e;

import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * An application: inserts a row every 20 ms over a connection of its own, connects again when that
 * breaks, and remembers what was acknowledged. It shares nothing with the daemon's own measurement.
 */
final class LoadClient implements AutoCloseable {
  private static final Duration PACE = Duration.ofMillis(20);

  private final PGSimpleDataSource database;
  private final Set<Long> acknowledged = new HashSet<>();
  private final List<Failure> failures = new ArrayList<>();
  private final CountDownLatch end = new CountDownLatch(1);
  private final Thread thread;
  private long lastAcknowledged;
  private Duration longestGap = Duration.ZERO;

  record Failure(long attempt, String message) {}

  private LoadClient(PGSimpleDataSource database) {
    this.database = database;
    this.thread = Thread.ofPlatform().name("load").unstarted(this::work);
  }

  /** Begins to write once it gets through; returns after the first acknowledged row. */
  static LoadClient start(PGSimpleDataSource database) throws InterruptedException {
    // A route that was repaired a moment ago reaches every node's kube-proxy a second later.
    await("the database answers")
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> prepare(database));
    var client = new LoadClient(database);
    client.lastAcknowledged = System.nanoTime();
    client.thread.start();
    while (client.count() == 0) Thread.sleep(10);
    return client;
  }

  private static boolean prepare(PGSimpleDataSource database) throws SQLException {
    try (var connection = database.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(
          "create table if not exists load (id bigint primary key, at timestamptz default now())");
      statement.execute("truncate load");
      return true;
    }
  }

  private void work() {
    Connection connection = null;
    var next = System.nanoTime();
    for (var id = 1L; !ended(next); id++) {
      next = Math.max(next + PACE.toNanos(), System.nanoTime());
      try {
        if (connection == null) connection = database.getConnection();
        try (var insert = connection.prepareStatement("insert into load (id) values (?)")) {
          insert.setLong(1, id);
          insert.executeUpdate();
        }
        acknowledge(id);
      } catch (SQLException e) {
        fail(id, e);
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
    var gap = Duration.ofNanos(now - lastAcknowledged);
    if (!acknowledged.isEmpty() && gap.compareTo(longestGap) > 0) longestGap = gap;
    lastAcknowledged = now;
    acknowledged.add(id);
  }

  private synchronized void fail(long id, SQLException e) {
    failures.add(new Failure(id, Databases.said(e)));
  }

  synchronized int count() {
    return acknowledged.size();
  }

  /** Between two acknowledged writes; one that is still open counts. */
  synchronized Duration longestGap() {
    var open = Duration.ofNanos(System.nanoTime() - lastAcknowledged);
    return open.compareTo(longestGap) > 0 && thread.isAlive() ? open : longestGap;
  }

  synchronized List<Failure> failures() {
    return List.copyOf(failures);
  }

  /**
   * Ends the writing.
   *
   * @return the acknowledged rows that the database does not have
   */
  Set<Long> stopAndFindLost() throws SQLException {
    close();
    var lost = new TreeSet<>(acknowledged);
    try (var connection = database.getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery("select id from load")) {
      while (rows.next()) lost.remove(rows.getLong(1));
    }
    return lost;
  }

  @Override
  public void close() {
    end.countDown();
    Threads.join(thread);
  }
}
