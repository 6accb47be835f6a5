package dev.pgbaton.e2e;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * An application on one of the nodes: inserts a row every 10 ms into a table of its own, connects
 * again when that fails, and keeps which rows were acknowledged.
 */
final class ChaosClient implements AutoCloseable {
  private static final long PACE = 10_000_000L;

  private final String name;
  private final PGSimpleDataSource database;
  private final Timeline timeline;
  private final Thread thread;
  private final BitSet acknowledged = new BitSet();
  private final Map<String, Integer> failures = new TreeMap<>();
  private volatile String node;
  private volatile boolean ended;
  private long lastAcknowledged;
  private Duration longestGap = Duration.ZERO;
  private int checkedTo;

  /**
   * @param failed attempts that were not acknowledged, by what was said
   * @param open what is missing when nothing was acknowledged for a while
   */
  record Seen(Duration longestGap, Map<String, Integer> failed, Duration open) {
    int failures() {
      return failed.values().stream().mapToInt(Integer::intValue).sum();
    }
  }

  ChaosClient(String name, PGSimpleDataSource database, String node, Timeline timeline)
      throws SQLException {
    this.name = name;
    this.database = database;
    this.node = node;
    this.timeline = timeline;
    Databases.execute(
        database,
        "create table if not exists %s (id int primary key, at timestamptz default now())"
            .formatted(table()));
    this.lastAcknowledged = System.nanoTime();
    this.thread = Thread.ofPlatform().name(name).start(this::work);
  }

  String name() {
    return name;
  }

  String table() {
    return "chaos_" + name;
  }

  String node() {
    return node;
  }

  /** Nothing is learned from a client that is cut off with its node. */
  void moveTo(String node) {
    this.node = node;
  }

  /** Since the last call. */
  synchronized Seen take() {
    var open = Duration.ofNanos(System.nanoTime() - lastAcknowledged);
    var seen =
        new Seen(open.compareTo(longestGap) > 0 ? open : longestGap, Map.copyOf(failures), open);
    longestGap = Duration.ZERO;
    failures.clear();
    return seen;
  }

  synchronized boolean writes() {
    return System.nanoTime() - lastAcknowledged < 1_000_000_000L;
  }

  synchronized int count() {
    return acknowledged.cardinality();
  }

  synchronized int highest() {
    return acknowledged.length() - 1;
  }

  /**
   * @param all from the first row on, not only those since the last check
   * @return the acknowledged rows that the primary does not have
   */
  List<Integer> lost(PGSimpleDataSource primary, boolean all) throws SQLException {
    BitSet expected;
    int from;
    int to;
    synchronized (this) {
      from = all ? 0 : checkedTo;
      to = acknowledged.length();
      expected = acknowledged.get(from, to);
    }
    for (var id :
        Databases.query(
            primary, "select id from %s where id >= %d and id < %d".formatted(table(), from, to)))
      expected.clear(Integer.parseInt(id) - from);
    var lost = new ArrayList<Integer>();
    for (var i = expected.nextSetBit(0); i >= 0; i = expected.nextSetBit(i + 1)) lost.add(i + from);
    if (lost.isEmpty()) checkedTo = to;
    return lost;
  }

  @Override
  public void close() {
    ended = true;
    Threads.join(thread);
  }

  private void work() {
    Connection connection = null;
    var at = "";
    var next = System.nanoTime();
    for (var id = 1; !ended; id++) {
      try {
        if (!at.equals(node)) {
          Databases.close(connection);
          connection = null;
          at = node;
          NodeNetwork.enter(at);
        }
        if (connection == null) connection = database.getConnection();
        try (var insert =
            connection.prepareStatement("insert into " + table() + " (id) values (?)")) {
          insert.setInt(1, id);
          insert.executeUpdate();
        }
        acknowledge(id);
      } catch (SQLException e) {
        fail(e);
        Databases.close(connection);
        connection = null;
      }
      next = Math.max(next + PACE, System.nanoTime());
      try {
        Thread.sleep(Duration.ofNanos(Math.max(0, next - System.nanoTime())));
      } catch (InterruptedException e) {
        break;
      }
    }
    Databases.close(connection);
  }

  private synchronized void acknowledge(int id) {
    var now = System.nanoTime();
    var gap = Duration.ofNanos(now - lastAcknowledged);
    if (gap.toMillis() > 100)
      timeline.note("%s: no write for %d ms until now", name, gap.toMillis());
    if (gap.compareTo(longestGap) > 0) longestGap = gap;
    lastAcknowledged = now;
    acknowledged.set(id);
  }

  private synchronized void fail(SQLException e) {
    var text = Databases.said(e);
    if (failures.merge(text, 1, Integer::sum) == 1) timeline.note("%s: %s", name, text);
  }
}
