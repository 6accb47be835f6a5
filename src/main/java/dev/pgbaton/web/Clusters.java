package dev.pgbaton.web;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.web.ClusterDetail.Said;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Looks a cluster up. */
@ApplicationScoped
class Clusters {
  private final FleetView view;
  private final Decisions decisions;
  private final Emitted emitted;

  Clusters(FleetView view, Decisions decisions, Emitted emitted) {
    this.view = view;
    this.decisions = decisions;
    this.emitted = emitted;
  }

  Optional<ClusterDetail> find(ClusterId id) {
    return Optional.ofNullable(view.fleet().passes().get(id))
        .map(pass -> ClusterDetail.of(pass, view.wanted(id), said(id)));
  }

  /** Equal as long as there is nothing new to show. */
  Object state(ClusterId id) {
    return new State(System.identityHashCode(view.fleet().passes().get(id)), said(id));
  }

  private Said said(ClusterId id) {
    return new Said(decisions.of(id), emitted.of(id), view.changes(id));
  }

  private record State(int look, Said said) {}
}
