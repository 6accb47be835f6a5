package dev.pgbaton.postgres;

import dev.pgbaton.instance.Fence;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A thread of its own that needs nobody's lock: a loop that hangs in a query or in a request must
 * not keep a server writable.
 */
public final class LocalFence implements Fence {
  private static final long LOOK_EVERY = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long UNTIL_KILLED = TimeUnit.MILLISECONDS.toNanos(300);

  private final Target target;
  private final Path data;
  private final Consumer<String> log;
  private volatile long deadline = System.nanoTime();

  /** The server process and whether it is, or may become, writable. */
  public static final class Target {
    private volatile Process server;
    private volatile boolean writable;

    Process server() {
      return server;
    }

    boolean writable() {
      return writable;
    }

    /** Writable before it is there: the fence may look at any moment. */
    Process start(boolean asPrimary, ProcessBuilder command) throws IOException {
      writable = asPrimary;
      server = command.start();
      return server;
    }

    void isWritable() {
      writable = true;
    }

    void stopped() {
      server = null;
      writable = false;
    }
  }

  public LocalFence(Target target, Path data, Consumer<String> log) {
    this.target = target;
    this.data = data;
    this.log = log;
    Thread.ofPlatform().name("fence").priority(Thread.MAX_PRIORITY).daemon().start(this::watch);
  }

  @Override
  public void allowUntil(Duration until) {
    deadline = until.toNanos();
  }

  @Override
  public void forbid() {
    deadline = System.nanoTime();
  }

  private void watch() {
    while (true) {
      var left = deadline - System.nanoTime();
      if (left <= 0) cutOff();
      LockSupport.parkNanos(left <= 0 ? LOOK_EVERY : Math.min(left, LOOK_EVERY));
    }
  }

  private void cutOff() {
    var server = target.server();
    if (server == null || !target.writable() || !server.isAlive()) return;
    log.accept("fence: the Lease is not held, PostgreSQL is stopped at once");
    Signals.quit(server.pid());
    var asked = System.nanoTime();
    while (server.isAlive()) {
      if (System.nanoTime() - asked > UNTIL_KILLED) {
        Signals.kill(data);
        server.destroyForcibly();
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }
}
