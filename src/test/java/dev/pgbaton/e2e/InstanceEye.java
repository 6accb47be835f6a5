package dev.pgbaton.e2e;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Looks at one instance every 100 ms over a connection of its own and keeps the spans of time in
 * which it was seen to be the same: a span begins when the first of its looks had its answer and
 * ends when the last of them was begun, so it is certain.
 */
final class InstanceEye implements Runnable {
  private static final long EVERY_MILLIS = 100;

  enum Seen {
    WRITABLE,
    STANDBY,
    DOWN
  }

  /** In nanoseconds of this machine's monotonic clock. */
  record Span(String instance, Seen seen, long from, long to) {
    Optional<Span> overlap(Span other) {
      var start = Math.max(from, other.from);
      var end = Math.min(to, other.to);
      return start < end
          ? Optional.of(new Span(instance + " and " + other.instance, seen, start, end))
          : Optional.empty();
    }

    @Override
    public String toString() {
      return "%s %s for %d ms".formatted(instance, seen, (to - from) / 1_000_000);
    }
  }

  private final String instance;
  private final Supplier<Optional<PGSimpleDataSource>> database;
  private final List<Span> spans = new ArrayList<>();
  private volatile boolean ended;
  private Connection connection;

  /**
   * @param database where it is now; empty while it has no address
   */
  InstanceEye(String instance, Supplier<Optional<PGSimpleDataSource>> database) {
    this.instance = instance;
    this.database = database;
  }

  @Override
  public void run() {
    while (!ended) {
      var begun = System.nanoTime();
      var seen = look();
      note(seen, begun, System.nanoTime());
      var left = EVERY_MILLIS - (System.nanoTime() - begun) / 1_000_000;
      try {
        if (left > 0) Thread.sleep(left);
      } catch (InterruptedException e) {
        break;
      }
    }
    forget();
  }

  String instance() {
    return instance;
  }

  void end() {
    ended = true;
  }

  synchronized List<Span> spans() {
    return List.copyOf(spans);
  }

  private Seen look() {
    try {
      if (connection == null) {
        var target = database.get();
        if (target.isEmpty()) return Seen.DOWN;
        connection = target.get().getConnection();
      }
      try (var statement = connection.createStatement();
          var row = statement.executeQuery("select pg_is_in_recovery()")) {
        row.next();
        return row.getBoolean(1) ? Seen.STANDBY : Seen.WRITABLE;
      }
    } catch (SQLException e) {
      forget();
      return Seen.DOWN;
    }
  }

  private synchronized void note(Seen seen, long begun, long answered) {
    var last = spans.isEmpty() ? null : spans.getLast();
    if (last != null && last.seen() == seen) {
      spans.set(
          spans.size() - 1, new Span(instance, seen, last.from(), Math.max(last.from(), begun)));
    } else {
      spans.add(new Span(instance, seen, answered, answered));
    }
  }

  private void forget() {
    Databases.close(connection);
    connection = null;
  }
}
