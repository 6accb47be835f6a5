package dev.pgbaton.web;

import io.quarkus.oidc.OidcRequestContext;
import io.quarkus.oidc.OidcTenantConfig;
import io.quarkus.oidc.TenantConfigResolver;
import io.quarkus.oidc.runtime.OidcTenantConfig.ApplicationType;
import io.quarkus.oidc.runtime.OidcTenantConfig.Authentication.CookieSameSite;
import io.quarkus.tls.BaseTlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.TrustOptions;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Tells Quarkus' extension of the issuer, when somebody signs in and not before: without settings,
 * and on every other path, there is none.
 */
@ApplicationScoped
class OidcTenants implements TenantConfigResolver {
  /** Also where the issuer sends a visitor back to. */
  static final String PATH = "/sign-in/oidc";

  private static final String TLS = "tls";
  private static final String HERE = "here";

  /** The cookies that the extension would have of a visitor who is signed in. */
  static final List<String> SESSIONS = List.of("q_session_" + TLS, "q_session_" + HERE);

  private static final String AUTHORITIES = "pgbaton-oidc";
  static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final Doorkeeper door;
  private final TlsConfigurationRegistry registry;

  /** What a browser carries to the issuer and back is sealed with it, and of use to nobody else. */
  private final String seal = Sessions.secret();

  OidcTenants(Doorkeeper door, TlsConfigurationRegistry registry) {
    this.door = door;
    this.registry = registry;
  }

  @Override
  public Uni<OidcTenantConfig> resolve(
      RoutingContext context, OidcRequestContext<OidcTenantConfig> request) {
    var issuer = door.issuer().filter(_ -> context.request().path().equals(PATH));
    return Uni.createFrom()
        .item(
            () -> issuer.map(it -> of(it, OidcSignIn.isEncrypted(context.request()))).orElse(null));
  }

  /**
   * @param encrypted whether browsers come over TLS: behind an ingress only they know
   */
  private OidcTenantConfig of(OidcSettings issuer, boolean encrypted) {
    var tenant =
        OidcTenantConfig.authServerUrl(issuer.issuer())
            .tenantId(encrypted ? TLS : HERE)
            .applicationType(ApplicationType.WEB_APP)
            .clientId(issuer.clientId())
            .connectionTimeout(TIMEOUT)
            .connectionRetryCount(1)
            .token()
            .issuer(issuer.issuer())
            // Only a signature that was checked here says anything.
            .allowJwtIntrospection(false)
            .allowOpaqueTokenIntrospection(false)
            .end()
            .authentication()
            .redirectPath(PATH)
            .restorePathAfterRedirect(false)
            .removeRedirectParameters(false)
            .forceRedirectHttpsScheme(encrypted)
            .scopes(issuer.scopes())
            .pkceRequired()
            .nonceRequired()
            .stateSecret(seal)
            .cookiePath(PATH)
            .cookieForceSecure(encrypted)
            .cookieSameSite(CookieSameSite.STRICT)
            // The issuer's page leads back here: a stricter cookie would not come along.
            .stateCookieSameSite(CookieSameSite.LAX)
            .end();
    issuer.clientSecretFile().ifPresent(file -> tenant.credentials(secret(file)));
    issuer
        .caFile()
        .ifPresent(
            file -> {
              registry.register(AUTHORITIES, new Authorities(file));
              tenant.tlsConfigurationName(AUTHORITIES);
            });
    return tenant.build();
  }

  private static String secret(Path file) {
    try {
      return OidcSettings.secret(file);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " can't be read", e);
    }
  }

  private static final class Authorities extends BaseTlsConfiguration {
    private final Path file;

    Authorities(Path file) {
      this.file = file;
    }

    @Override
    public TrustOptions getTrustStoreOptions() {
      return new PemTrustOptions().addCertPath(file.toString());
    }
  }
}
