package dev.pgbaton.sandbox;

import dev.pgbaton.instance.RouteTargets;
import java.util.Optional;

/** Where the clients' Services lead. */
final class Routes {
  private int epoch;
  private RouteTargets targets;

  boolean publish(int epoch, RouteTargets targets) {
    if (epoch < this.epoch) return false;
    this.epoch = epoch;
    this.targets =
        targets.replicas().isEmpty() && this.targets != null
            ? new RouteTargets(targets.primary(), this.targets.replicas())
            : targets;
    return true;
  }

  Optional<String> primary() {
    return Optional.ofNullable(targets).map(RouteTargets::primary);
  }
}
