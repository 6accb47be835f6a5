package dev.pgbaton.sandbox;

import dev.pgbaton.instance.Fence;
import dev.pgbaton.instance.Moment;
import dev.pgbaton.instance.ServerState.Stopping;
import dev.pgbaton.instance.StopMode;
import java.time.Duration;

/** The program's own fence, and its guard in another process of the container. */
final class SandboxFence implements Fence {
  private static final Duration GUARD_LATER = Duration.ofMillis(250);

  private final Agenda agenda;
  private final LocalClock clock;
  private final PostgresServer server;
  private Duration deadline = Duration.ZERO;
  private boolean programPaused;
  private boolean containerPaused;
  private boolean closed;

  SandboxFence(Agenda agenda, LocalClock clock, PostgresServer server) {
    this.agenda = agenda;
    this.clock = clock;
    this.server = server;
  }

  void close() {
    closed = true;
  }

  void paused(boolean program, boolean container) {
    programPaused = program;
    containerPaused = container;
    look();
  }

  @Override
  public Moment now() {
    var nanos = clock.now().toNanos();
    return new Moment(nanos, nanos);
  }

  @Override
  public void allow(Moment since, Duration span) {
    deadline = Duration.ofNanos(since.nanos()).plus(span);
    agenda.in(clock.until(deadline), this::look);
    agenda.in(clock.until(deadline.plus(GUARD_LATER)), this::guard);
  }

  @Override
  public void forbid() {
    deadline = Duration.ZERO;
    look();
  }

  private void look() {
    if (!programPaused && clock.now().compareTo(deadline) >= 0) cutOff();
  }

  private void guard() {
    if (!containerPaused && clock.now().compareTo(deadline.plus(GUARD_LATER)) >= 0) cutOff();
  }

  private void cutOff() {
    if (closed) return;
    var stopping = server.state() instanceof Stopping(_, var mode, _) && mode == StopMode.IMMEDIATE;
    if (server.mayWrite() && !stopping) server.stop(StopMode.IMMEDIATE);
  }
}
