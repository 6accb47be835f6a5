package dev.pgbaton.sandbox;

import java.util.Optional;

/** Somebody who writes all the time, through the primary's Service. */
final class Clients {
  private static final long EVERY_MILLIS = 50;

  /** What kube-proxy needs to follow the EndpointSlice. */
  private static final long ROUTE_MILLIS = 40;

  private final Site site;
  private Optional<String> seen = Optional.empty();

  Clients(Site site) {
    this.site = site;
  }

  void begin() {
    site.agenda()
        .every(
            EVERY_MILLIS,
            () -> {
              seen.flatMap(site.network()::at)
                  .ifPresent(p -> p.server().write(site.chance().between(100, 400)));
              var route = site.routes().primary();
              if (!route.equals(seen)) site.agenda().in(ROUTE_MILLIS, () -> seen = route);
              return true;
            });
  }
}
