package dev.pgbaton.sandbox;

import dev.pgbaton.instance.Fence;
import dev.pgbaton.instance.StopMode;
import java.time.Duration;

final class SandboxFence implements Fence {
  private final Agenda agenda;
  private final PostgresServer server;
  private Duration deadline = Duration.ZERO;
  private boolean closed;

  SandboxFence(Agenda agenda, PostgresServer server) {
    this.agenda = agenda;
    this.server = server;
  }

  void close() {
    closed = true;
  }

  @Override
  public void allowUntil(Duration deadline) {
    this.deadline = deadline;
    agenda.in(deadline.minus(agenda.uptime()), this::look);
  }

  @Override
  public void forbid() {
    deadline = Duration.ZERO;
    look();
  }

  private void look() {
    if (closed || agenda.uptime().compareTo(deadline) < 0) return;
    var stopping = server.state() instanceof dev.pgbaton.instance.ServerState.Stopping;
    if (server.state().writable() && !stopping) server.stop(StopMode.IMMEDIATE);
  }
}
