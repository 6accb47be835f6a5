package dev.pgbaton.e2e;

import dev.pgbaton.cluster.Names;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Consumer;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Looks at one address from its own node: every 100 ms over a connection that is kept as long as it
 * lives, every second over a new one. Each look asks for a transaction's number, which only a
 * writable server can give.
 */
final class AddressEye {
  /** The number is given without waiting for a standby: what counts is whether it writes. */
  private static final String QUESTION =
      """
      select case when pg_is_in_recovery() then 'standby'
                  when current_setting('transaction_read_only') = 'on' then 'read-only'
                  else 'writable ' || pg_current_xact_id() end""";

  private final String node;
  private final String ip;
  private final PGSimpleDataSource database;
  private final PGSimpleDataSource patient;
  private final Consumer<Look> writable;
  private final Consumer<String> changed;
  private final Thread kept;
  private final Thread fresh;
  private volatile boolean ended;
  private volatile Connection open;
  private String state = "not seen";
  private volatile long aliveAt = System.nanoTime();

  AddressEye(
      String node, String ip, String password, Consumer<Look> writable, Consumer<String> changed) {
    this.node = node;
    this.ip = ip;
    this.database = Databases.at(ip, Names.POSTGRES_PORT, "postgres", password);
    this.patient = Databases.at(ip, Names.POSTGRES_PORT, "postgres", password);
    // Stopped processes answer when they go on: what is asked right after that answer tells most.
    patient.setSocketTimeout(45);
    this.writable = writable;
    this.changed = changed;
    this.kept = Thread.ofPlatform().name("eye " + ip).start(this::lookByOneConnection);
    this.fresh = Thread.ofPlatform().name("fresh eye " + ip).start(this::lookByNewConnections);
  }

  static String name(String node, String ip) {
    return node + "/" + ip;
  }

  /** Since when nothing answers there. */
  long silentNanos() {
    return System.nanoTime() - aliveAt;
  }

  void end() {
    ended = true;
    close(open);
    Threads.join(kept);
    Threads.join(fresh);
  }

  private void lookByOneConnection() {
    NodeNetwork.enter(node);
    while (!ended) {
      var begun = System.nanoTime();
      try {
        if (open == null) open = patient.getConnection();
        look(open);
      } catch (SQLException e) {
        close(open);
        open = null;
      }
      pause(begun, 100);
    }
    close(open);
  }

  private void lookByNewConnections() {
    NodeNetwork.enter(node);
    while (!ended) {
      var begun = System.nanoTime();
      try (var connection = database.getConnection()) {
        look(connection);
      } catch (SQLException e) {
        say("down");
      }
      pause(begun, 1000);
    }
  }

  private void look(Connection connection) throws SQLException {
    try (var statement = connection.createStatement()) {
      var begun = System.nanoTime();
      try (var row = statement.executeQuery(QUESTION)) {
        row.next();
        var answer = row.getString(1).split(" ")[0];
        var answered = System.nanoTime();
        aliveAt = answered;
        if (answer.equals("writable")) writable.accept(new Look(name(node, ip), begun, answered));
      }
    }
  }

  private synchronized void say(String now) {
    if (!now.equals(state)) changed.accept(name(node, ip) + ": " + state + " → " + now);
    state = now;
  }

  private static void pause(long begun, long millis) {
    var left = millis - (System.nanoTime() - begun) / 1_000_000;
    try {
      if (left > 0) Thread.sleep(left);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void close(Connection connection) {
    if (connection == null) return;
    try {
      // A close would wait for an answer that may not come.
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      // It was broken already.
    }
  }
}
