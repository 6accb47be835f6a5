package dev.pgbaton.observed;

import dev.pgbaton.cluster.ClusterLayout;
import java.time.Instant;
import java.util.Map;

/** Connects as clients do, and looks where that leads. */
public interface RouteProbe {
  /** Looks nowhere. */
  RouteProbe NONE = (_, _) -> Map.of();

  /**
   * Through each of pgpool's Ready pods, by name, and through the primary's Service, by its name.
   * What was looked at a moment ago is not looked at again.
   */
  Map<String, Leads> ask(ClusterLayout layout, ClusterSnapshot snapshot);

  /** Where a client gets to that wants to write. */
  sealed interface Leads {
    /**
     * @param address of the primary that is reached
     */
    record ToAPrimary(String address) implements Leads {}

    /**
     * @param since when it was first seen to be so, without a break
     * @param what for a person
     */
    record Astray(Instant since, String what) implements Leads {}

    /** All its places are taken: that says nothing against it. */
    record Full() implements Leads {}
  }
}
