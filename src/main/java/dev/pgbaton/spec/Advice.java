package dev.pgbaton.spec;

import java.util.ArrayList;
import java.util.List;

/** What is allowed, and may still surprise. */
public final class Advice {
  private Advice() {}

  public static List<String> on(ClusterSpec spec) {
    var advice = new ArrayList<String>();
    if (spec.synchronousStandbys() > 0 && spec.synchronousStandbys() == spec.instances() - 1)
      advice.add(
          "spec.replication.synchronousStandbys: with %d of %d instances, writes wait whenever one standby is away, also while it restarts in a rollout. With %d instances they would not."
              .formatted(spec.synchronousStandbys(), spec.instances(), spec.instances() + 1));
    return List.copyOf(advice);
  }
}
