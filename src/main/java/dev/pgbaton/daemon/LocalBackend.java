package dev.pgbaton.daemon;

import dev.pgbaton.apply.ClusterWriter;
import dev.pgbaton.apply.WriteProbe;
import dev.pgbaton.local.LocalSandbox;
import dev.pgbaton.observed.ClusterReader;
import dev.pgbaton.observed.InstanceProbe;
import dev.pgbaton.observed.Journal;
import dev.pgbaton.observed.RouteProbe;
import dev.pgbaton.report.EventSink;
import java.util.List;

/** Real databases on this machine. */
record LocalBackend(LocalSandbox sandbox) implements Backend {
  @Override
  public ClusterReader reader() {
    return sandbox.reader();
  }

  @Override
  public ClusterWriter writer() {
    return sandbox.writer();
  }

  @Override
  public InstanceProbe probe() {
    return sandbox.probe();
  }

  /** The front has nothing that could hang. */
  @Override
  public RouteProbe routes() {
    return RouteProbe.NONE;
  }

  @Override
  public Journal journal() {
    return sandbox.journal();
  }

  @Override
  public WriteProbe writeProbe() {
    return sandbox.writeProbe();
  }

  /** Events are for kubectl; the log says the same. */
  @Override
  public EventSink events() {
    return (_, _, _, _) -> {};
  }

  @Override
  public void start() {
    sandbox.start();
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
    sandbox.close();
  }
}
