package dev.pgbaton.e2e;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Clients that log in anew for each row, by schedule, over each route in turn. Whoever finds all of
 * them busy for a second does not come: a machine that is too slow is no refusal.
 */
final class Newcomers implements AutoCloseable {
  /** A second. */
  static final int RATE = 100;

  private static final long EVERY = 1_000_000_000L / RATE;
  private static final int AT_ONCE = 20;
  private static final int PATIENCE_SECONDS = 10;

  private final List<PGSimpleDataSource> routes;
  private final String sql;
  private final List<Thread> threads = new ArrayList<>();
  private final List<String> refused = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger written = new AtomicInteger();
  private final AtomicLong next = new AtomicLong();
  private final long began = System.nanoTime();
  private volatile long ended;

  private Newcomers(List<PGSimpleDataSource> routes, String sql) {
    this.routes = routes;
    this.sql = sql;
  }

  static Newcomers come(List<PGSimpleDataSource> routes, String sql) {
    for (var route : routes) {
      route.setConnectTimeout(PATIENCE_SECONDS);
      route.setLoginTimeout(PATIENCE_SECONDS);
      route.setSocketTimeout(PATIENCE_SECONDS);
    }
    var newcomers = new Newcomers(routes, sql);
    for (var i = 0; i < AT_ONCE; i++)
      newcomers.threads.add(Thread.ofPlatform().daemon().start(newcomers::work));
    return newcomers;
  }

  private void work() {
    while (ended == 0) {
      var turn = next.getAndIncrement();
      var due = began + turn * EVERY;
      var late = System.nanoTime() - due;
      if (late > 1_000_000_000L) continue;
      if (late < 0) LockSupport.parkNanos(-late);
      try {
        Databases.execute(routes.get((int) (turn % routes.size())), sql);
        written.incrementAndGet();
      } catch (SQLException e) {
        refused.add(Databases.said(e));
      }
    }
  }

  int written() {
    return written.get();
  }

  /** In their words. */
  List<String> refused() {
    return List.copyOf(refused);
  }

  /** How many wrote in a second. */
  double rate() {
    var until = ended == 0 ? System.nanoTime() : ended;
    return written.get() / (Duration.ofNanos(until - began).toMillis() / 1000.0);
  }

  /** Returns when the last of them is through. */
  void end() {
    if (ended == 0) ended = System.nanoTime();
    threads.forEach(Threads::join);
  }

  @Override
  public void close() {
    end();
  }
}
