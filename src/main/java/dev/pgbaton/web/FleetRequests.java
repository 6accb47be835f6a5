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
   * @param from the primary that was seen: nothing is done once it is another one, so that the same
   *     asked twice happens once; empty for whichever is
   * @param to the pod that shall be the primary; empty for whichever may be
   */
  Answer handOff(ClusterId id, Optional<String> from, Optional<String> to);
}
