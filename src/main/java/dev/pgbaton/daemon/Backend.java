package dev.pgbaton.daemon;

import dev.pgbaton.apply.ClusterWriter;
import dev.pgbaton.apply.WriteProbe;
import dev.pgbaton.observed.ClusterReader;
import dev.pgbaton.observed.InstanceProbe;
import dev.pgbaton.observed.Journal;
import dev.pgbaton.observed.RouteProbe;
import dev.pgbaton.report.EventSink;
import java.util.List;

/** What the daemon works on: Kubernetes and PostgreSQL, or the sandbox in this process. */
interface Backend extends AutoCloseable {
  ClusterReader reader();

  ClusterWriter writer();

  InstanceProbe probe();

  RouteProbe routes();

  Journal journal();

  WriteProbe writeProbe();

  EventSink events();

  /** Returns at once. */
  void start();

  /** Whether everything was seen once; nothing is decided before. */
  boolean ready();

  /** What can't be seen at the moment, for a person. */
  List<String> blindTo();

  @Override
  void close();
}
