package dev.pgbaton.instance;

/** The clients' way to the primary and to the replicas. */
public interface Route {
  /**
   * Makes the two Services lead there, unless a holder of a later epoch has already written.
   *
   * @return whether they do
   */
  boolean publish(int epoch, RouteTargets targets);
}
