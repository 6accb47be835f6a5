package dev.pgbaton.web;

import io.quarkus.oidc.common.OidcRequestFilter;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** An issuer that takes a request and answers nothing holds nobody up for long. */
@ApplicationScoped
class OidcRequests implements OidcRequestFilter {
  @Override
  public Uni<Void> filter(OidcRequestFilterContext context) {
    context.request().timeout(OidcTenants.TIMEOUT.toMillis());
    return Uni.createFrom().voidItem();
  }
}
