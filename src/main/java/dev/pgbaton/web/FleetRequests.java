package dev.pgbaton.web;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.reconcile.Requests.Answer;
import java.util.Optional;

/** What the page's buttons ask for. */
public interface FleetRequests {
  Answer retry(ClusterId id);

  /**
   * @param by who asks for it
   */
  Answer suspend(ClusterId id, String by);

  Answer resume(ClusterId id);

  /**
   * @param to the pod that shall be the primary; empty for whichever may be
   */
  Answer handOff(ClusterId id, Optional<String> to);
}
