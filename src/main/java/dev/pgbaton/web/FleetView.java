package dev.pgbaton.web;

import dev.pgbaton.reconcile.Fleet;
import java.util.List;

/** What the page, the API and the health check show. */
public interface FleetView {
  Fleet fleet();

  /** What can't be seen at the moment, for a person; empty when all is well. */
  List<String> blindTo();
}
