package dev.pgbaton.daemon;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.reconcile.Pass;
import dev.pgbaton.reconcile.ReconcileLoop;
import dev.pgbaton.reconcile.Repository;
import dev.pgbaton.spec.SpecSource.Fetched;
import java.util.List;
import java.util.Optional;

/** Tells each of them. */
record Listeners(List<ReconcileLoop.Listener> all) implements ReconcileLoop.Listener {
  @Override
  public void fetched(Fetched fetched) {
    all.forEach(l -> l.fetched(fetched));
  }

  @Override
  public void taken(Repository repository) {
    all.forEach(l -> l.taken(repository));
  }

  @Override
  public void begins(ClusterId id) {
    all.forEach(l -> l.begins(id));
  }

  @Override
  public void passed(Pass pass, Optional<Pass> before) {
    all.forEach(l -> l.passed(pass, before));
  }

  @Override
  public void failed(ClusterId id, RuntimeException e) {
    all.forEach(l -> l.failed(id, e));
  }

  @Override
  public void ended(ClusterId id) {
    all.reversed().forEach(l -> l.ended(id));
  }
}
