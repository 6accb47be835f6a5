package dev.pgbaton.report;

import dev.pgbaton.cluster.ClusterLayout;

/** Kubernetes Events on a cluster's StatefulSet. Best effort: an Event lost is not tried again. */
public interface EventSink {
  /**
   * @param reason in CamelCase, such as {@code HandOffPrimary}
   */
  void publish(ClusterLayout layout, boolean warning, String reason, String text);
}
