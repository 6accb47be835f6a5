package dev.pgbaton.web;

import io.quarkus.oidc.common.OidcRequestFilter;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;

/** An issuer that takes a request and answers nothing holds nobody up for long. */
@ApplicationScoped
class OidcRequests implements OidcRequestFilter {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  @Override
  public void filter(OidcRequestContext context) {
    context.request().timeout(TIMEOUT.toMillis());
  }
}
