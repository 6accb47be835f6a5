package dev.pgbaton.daemon;

import dev.pgbaton.apply.ClusterWriter;
import dev.pgbaton.apply.WriteProbe;
import dev.pgbaton.local.LocalSandbox;
import dev.pgbaton.observed.ClusterReader;
import dev.pgbaton.observed.InstanceProbe;
import dev.pgbaton.observed.Journal;
import dev.pgbaton.observed.RouteProbe;
import dev.pgbaton.report.EventSink;
import dev.pgbaton.sandbox.Sandbox;
import java.util.List;

/** The cluster in this process, or real databases on this machine. */
record SandboxBackend(
    ClusterReader reader,
    ClusterWriter writer,
    InstanceProbe probe,
    Journal journal,
    WriteProbe writeProbe,
    Runnable begin,
    Runnable end)
    implements Backend {

  static Backend of(Sandbox sandbox) {
    return new SandboxBackend(
        sandbox.reader(),
        sandbox.writer(),
        sandbox.probe(),
        sandbox.journal(),
        sandbox.writeProbe(),
        sandbox::start,
        sandbox::close);
  }

  static Backend of(LocalSandbox sandbox) {
    return new SandboxBackend(
        sandbox.reader(),
        sandbox.writer(),
        sandbox.probe(),
        sandbox.journal(),
        sandbox.writeProbe(),
        sandbox::start,
        sandbox::close);
  }

  /** There is no pgpool in it that could hang. */
  @Override
  public RouteProbe routes() {
    return RouteProbe.NONE;
  }

  /** Events are for kubectl; the log says the same. */
  @Override
  public EventSink events() {
    return (_, _, _, _) -> {};
  }

  @Override
  public void start() {
    begin.run();
  }

  @Override
  public boolean ready() {
    return true;
  }

  @Override
  public List<String> blindTo() {
    return List.of();
  }

  @Override
  public void close() {
    end.run();
  }
}
