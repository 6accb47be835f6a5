package dev.pgbaton.web;

import io.quarkus.oidc.AuthorizationCodeTokens;
import io.quarkus.oidc.OidcRequestContext;
import io.quarkus.oidc.OidcTenantConfig;
import io.quarkus.oidc.TokenStateManager;
import io.quarkus.security.AuthenticationFailedException;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;

/**
 * An issuer's tokens are kept nowhere: they have said who somebody is, and that is what {@link
 * Sessions} remembers.
 */
@ApplicationScoped
@Alternative
@Priority(1)
class ForgottenTokens implements TokenStateManager {
  @Override
  public Uni<String> createTokenState(
      RoutingContext context,
      OidcTenantConfig tenant,
      AuthorizationCodeTokens tokens,
      OidcRequestContext<String> request) {
    return Uni.createFrom().item("none");
  }

  @Override
  public Uni<AuthorizationCodeTokens> getTokens(
      RoutingContext context,
      OidcTenantConfig tenant,
      String state,
      OidcRequestContext<AuthorizationCodeTokens> request) {
    return Uni.createFrom().failure(new AuthenticationFailedException("no token is kept"));
  }

  @Override
  public Uni<Void> deleteTokens(
      RoutingContext context,
      OidcTenantConfig tenant,
      String state,
      OidcRequestContext<Void> request) {
    return Uni.createFrom().voidItem();
  }
}
