package dev.pgbaton.web;

import io.quarkus.oidc.common.OidcRequestFilter;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;

/** An issuer that takes a request and answers nothing holds nobody up for long. */
@ApplicationScoped
class OidcRequests implements OidcRequestFilter {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  @Override
  public Uni<Void> filter(OidcRequestFilterContext context) {
    context.request().timeout(TIMEOUT.toMillis());
    return Uni.createFrom().voidItem();
  }
}
