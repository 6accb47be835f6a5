package dev.pgbaton.instance;

import java.util.List;

/**
 * Where the clients' two Services lead.
 *
 * @param primary the primary's address
 * @param replicas the addresses of the replicas, or the primary's where there is none; sorted.
 *     Empty where that Service is to stay as it is
 */
public record RouteTargets(String primary, List<String> replicas) {
  public RouteTargets {
    replicas = replicas.stream().sorted().toList();
  }

  static RouteTargets onlyPrimary(String address) {
    return new RouteTargets(address, List.of());
  }
}
