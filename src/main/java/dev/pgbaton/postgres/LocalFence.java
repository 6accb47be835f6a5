package dev.pgbaton.postgres;

import dev.pgbaton.instance.Fence;
import dev.pgbaton.instance.Moment;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * A thread of its own that needs nobody's lock: a loop that hangs in a query or in a request must
 * not keep a server writable. Where this whole process is stopped, its {@link Guard} acts.
 */
public final class LocalFence implements Fence, AutoCloseable {
  private static final long LOOK_EVERY = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long UNTIL_KILLED = TimeUnit.MILLISECONDS.toNanos(300);

  private final Target target;
  private final Path data;
  private final Consumer<String> log;
  private final Guard guard;
  private final LongSupplier sinceBoot;
  private volatile Moment deadline;
  private volatile boolean closed;

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

    /** Its processes may still end, but none of them can write. */
    void isShutDown() {
      writable = false;
    }

    void stopped() {
      server = null;
      writable = false;
    }
  }

  public LocalFence(Target target, Path data, Consumer<String> log) {
    this(target, data, Uptime::nanos, log);
  }

  LocalFence(Target target, Path data, LongSupplier sinceBoot, Consumer<String> log) {
    this.sinceBoot = sinceBoot;
    this.deadline = now();
    this.target = target;
    this.data = data;
    this.log = log;
    this.guard = new Guard(log);
    Thread.ofPlatform().name("fence").priority(Thread.MAX_PRIORITY).daemon().start(this::watch);
  }

  @Override
  public Moment now() {
    return new Moment(System.nanoTime(), sinceBoot.getAsLong());
  }

  @Override
  public void allow(Moment since, Duration span) {
    deadline = since.plus(span);
  }

  @Override
  public boolean allows() {
    return deadline.left(now()) > 0;
  }

  @Override
  public void forbid() {
    deadline = now();
  }

  private void watch() {
    while (!closed) {
      var left = 0L;
      try {
        left = look();
      } catch (RuntimeException | Error e) {
        // Whatever it is (no memory, no process to be had): this thread is the last that may end.
        kill();
      }
      LockSupport.parkNanos(left <= 0 ? LOOK_EVERY : Math.min(left, LOOK_EVERY));
    }
    guard.end();
  }

  /** Where the program goes on without this instance, whose server has ended. */
  @Override
  public void close() {
    closed = true;
  }

  private long look() {
    var left = deadline.left(now());
    if (left <= 0) cutOff();
    var server = target.server();
    var guarded = left > 0 && server != null && target.writable() && server.isAlive();
    guard.watch(guarded ? server.pid() : 0, deadline.nanos(), left);
    return left;
  }

  /** Without a new process, and without a word. */
  private void kill() {
    var server = target.server();
    if (server != null && target.writable() && deadline.left(now()) <= 0) server.destroyForcibly();
  }

  private void cutOff() {
    var server = target.server();
    if (server == null || !target.writable() || !server.isAlive()) return;
    // It may have been allowed since this thread looked, and only then become writable.
    if (allows()) return;
    Signals.quit(server.pid());
    log.accept("fence: the Lease is not held, PostgreSQL is stopped at once");
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
