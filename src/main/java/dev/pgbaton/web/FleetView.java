package dev.pgbaton.web;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.reconcile.Fleet;
import dev.pgbaton.spec.SpecHistory.SpecChange;
import java.util.List;
import java.util.Optional;

/** What the page, the API and the health check show. */
public interface FleetView {
  Fleet fleet();

  /** What the commit in force asks of a cluster; empty where it asks for nothing that can be. */
  Optional<DesiredCluster> wanted(ClusterId id);

  /** What the last commits changed of it; empty while that can't be read. */
  Optional<List<SpecChange>> changes(ClusterId id);

  /** What can't be seen at the moment, for a person; empty when all is well. */
  List<String> blindTo();
}
