package dev.pgbaton.web;

import dev.pgbaton.cluster.ClusterId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/** Looks a cluster up. */
@ApplicationScoped
class Clusters {
  private final FleetView view;
  private final Decisions decisions;

  Clusters(FleetView view, Decisions decisions) {
    this.view = view;
    this.decisions = decisions;
  }

  Optional<ClusterDetail> find(ClusterId id) {
    return Optional.ofNullable(view.fleet().passes().get(id))
        .map(pass -> ClusterDetail.of(pass, view.wanted(id), decisions.of(id)));
  }

  /** Equal as long as there is nothing new to show. */
  Object state(ClusterId id) {
    return new State(System.identityHashCode(view.fleet().passes().get(id)), decisions.of(id));
  }

  private record State(int look, List<Decisions.Decision> decisions) {}
}
