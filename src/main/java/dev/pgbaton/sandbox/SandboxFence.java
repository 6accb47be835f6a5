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
  private Moment deadline = new Moment(0, 0);
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
    return new Moment(clock.now().toNanos(), clock.sinceBoot().toNanos());
  }

  @Override
  public void allow(Moment since, Duration span) {
    deadline = since.plus(span);
    var left = Duration.ofNanos(deadline.left(now()));
    agenda.in(clock.lasting(left), this::look);
    agenda.in(clock.lasting(left.plus(GUARD_LATER)), this::guard);
  }

  @Override
  public boolean allows() {
    return deadline.left(now()) > 0;
  }

  @Override
  public void forbid() {
    deadline = new Moment(0, 0);
    look();
  }

  private void look() {
    if (!programPaused && !allows()) cutOff();
  }

  private void guard() {
    if (!containerPaused && deadline.plus(GUARD_LATER).left(now()) <= 0) cutOff();
  }

  private void cutOff() {
    if (closed) return;
    var stopping = server.state() instanceof Stopping(_, var mode, _) && mode == StopMode.IMMEDIATE;
    if (server.mayWrite() && !stopping) server.stop(StopMode.IMMEDIATE);
  }
}
