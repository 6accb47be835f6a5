package dev.pgbaton.web;

import static java.util.stream.Collectors.joining;

import dev.pgbaton.web.OidcClaims.NotTaken;
import io.quarkus.security.AuthenticationCompletionException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticator;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.jboss.logging.Logger;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.lang.JoseException;

/**
 * At an issuer, and back: who somebody is, by OpenID Connect's authorization code flow. What they
 * may is Kubernetes' to say, as for a token.
 */
@Path(OidcTenants.PATH)
@Produces(MediaType.TEXT_HTML)
@Blocking
public class OidcSignIn {
  private static final Logger LOG = Logger.getLogger("dev.pgbaton");
  private static final Duration LONGEST = Duration.ofSeconds(12);
  private static final String NOT_BEGUN =
      "This sign-in was not begun in this browser, or too long ago. Begin it once more.";
  private static final int LONGEST_LINE = 300;
  private static final Map<Integer, String> KINDS =
      Map.of(
          ErrorCodes.EXPIRED, "it has ended",
          ErrorCodes.AUDIENCE_INVALID, "it is for another client",
          ErrorCodes.ISSUER_INVALID, "it is of another issuer",
          ErrorCodes.ISSUER_MISSING, "it names no issuer",
          ErrorCodes.SIGNATURE_INVALID, "its signature is not the issuer's",
          ErrorCodes.SIGNATURE_MISSING, "nobody has signed it");

  /** A JSON Web Token, wherever it stands: its head begins with a brace and a quotation mark. */
  private static final Pattern TOKEN = Pattern.compile("eyJ[-\\w.]+");

  private static final Pattern ERROR = Pattern.compile("[a-z_]{1,40}");

  /** What moves, hides or ends a line where it is read. */
  private static final Pattern UNREADABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+");

  /** As the extension names it; its value begins with the state. */
  private static final String STATE_COOKIE = "q_auth_";

  private final Doorkeeper door;
  private final Sessions sessions;
  private final HttpAuthenticator authenticator;

  /** Anybody may try, and a try may be a request to the issuer. */
  private final Semaphore asking = new Semaphore(4);

  OidcSignIn(Doorkeeper door, Sessions sessions, HttpAuthenticator authenticator) {
    this.door = door;
    this.sessions = sessions;
    this.authenticator = authenticator;
  }

  /** To the issuer; or, when it has sent the visitor back with a code, in. */
  @GET
  public Response signIn(RoutingContext context) {
    var issuer = door.issuer().orElseThrow(NotFoundException::new);
    var request = context.request();
    if (cameInTheClear(request))
      return SignIn.again(
          door,
          Status.FORBIDDEN,
          "One signs in over TLS only, or by a name of this machine (kubectl port-forward).");
    if (!asking.tryAcquire())
      return SignIn.again(door, Status.SERVICE_UNAVAILABLE, "Others are signing in. Try again.");
    try {
      if (request.getParam("state") == null) return toTheIssuer(context);
      // Whatever anybody may put into a link reaches neither the log nor the issuer.
      if (!wasBegunHere(request)) throw new NotTaken(NOT_BEGUN);
      return back(context, issuer);
    } catch (NotTaken e) {
      return SignIn.again(door, Status.FORBIDDEN, e.getMessage());
    } catch (AuthenticationFailedException e) {
      return SignIn.again(door, Status.FORBIDDEN, NOT_BEGUN);
    } catch (RuntimeException e) {
      return failed(issuer, request, e);
    } finally {
      asking.release();
    }
  }

  private static boolean wasBegunHere(HttpServerRequest request) {
    var state = request.getParam("state") + "|";
    return request.cookies().stream()
        .anyMatch(c -> c.getName().startsWith(STATE_COOKIE) && c.getValue().startsWith(state));
  }

  private Response toTheIssuer(RoutingContext context) {
    var challenge = authenticator.getChallenge(context).await().atMost(LONGEST);
    // Another spelling of the path, which the extension does not know.
    if (challenge == null) throw new NotFoundException();
    var location =
        challenge.getHeaders().entrySet().stream()
            .filter(header -> header.getKey().toString().equalsIgnoreCase(HttpHeaders.LOCATION))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("nowhere to go"));
    return Response.seeOther(URI.create(location)).build();
  }

  private Response back(RoutingContext context, OidcSettings issuer) {
    var identity = authenticator.attemptAuthentication(context).await().atMost(LONGEST);
    if (identity == null || identity.isAnonymous()) throw new NotTaken(NOT_BEGUN);
    // Its cookie would say nothing: ForgottenTokens.
    OidcTenants.SESSIONS.forEach(name -> context.response().removeCookies(name, false));
    var claims = claims(identity);
    var person = issuer.claims().person(claims);
    var now = Instant.now();
    var secret = sessions.open(person.user(), person, end(claims), now);
    if (secret.isEmpty())
      return SignIn.again(door, Status.SERVICE_UNAVAILABLE, "Too many people are signed in.");
    LOG.infof("%s has signed in", person.user());
    return SignIn.home()
        .cookie(
            SignIn.cookie(
                secret.get(), (int) Sessions.LASTS.toSeconds(), isEncrypted(context.request())))
        .build();
  }

  /** The token was verified. */
  private static Map<String, Object> claims(SecurityIdentity identity) {
    var token = ((JsonWebToken) identity.getPrincipal()).getRawToken();
    return new JsonObject(
            new String(
                Base64.getUrlDecoder().decode(token.split("\\.")[1]), StandardCharsets.UTF_8))
        .getMap();
  }

  /** A token that has ended would not be taken by the API server, either. */
  private static Instant end(Map<String, Object> claims) {
    return claims.get("exp") instanceof Number seconds
        ? Instant.ofEpochSecond(seconds.longValue())
        : Instant.EPOCH;
  }

  private Response failed(OidcSettings issuer, HttpServerRequest request, RuntimeException e) {
    var refused = request.getParam("error");
    if (refused != null)
      return SignIn.again(
          door,
          Status.FORBIDDEN,
          "The issuer did not let you in%s."
              .formatted(ERROR.matcher(refused).matches() ? ": " + refused : ""));
    var deepest = deepest(e);
    // The state's cookie was sealed by another process, or by nobody.
    if (deepest instanceof JoseException && !(deepest instanceof InvalidJwtException))
      return SignIn.again(door, Status.FORBIDDEN, NOT_BEGUN);
    LOG.warnf("somebody could not sign in at %s: %s", issuer.issuer(), why(e));
    return SignIn.again(
        door,
        Status.SERVICE_UNAVAILABLE,
        "%s does not answer, or not as it should: pgbaton's log says more. With a token you can sign in all the same."
            .formatted(issuer.issuer()));
  }

  private static Throwable deepest(Throwable e) {
    var deepest = e;
    while (deepest.getCause() != null && !(deepest instanceof InvalidJwtException))
      deepest = deepest.getCause();
    return deepest;
  }

  /** For the log. A message about a token may have the token in it: of that, only the kind. */
  static String why(Throwable e) {
    var deepest = deepest(e);
    if (deepest instanceof InvalidJwtException token)
      return "its ID token is not taken, for "
          + token.getErrorDetails().stream()
              .map(detail -> KINDS.getOrDefault(detail.getErrorCode(), "another reason"))
              .distinct()
              .collect(joining(", "));
    if (deepest.getMessage() == null && deepest instanceof AuthenticationCompletionException)
      return "its answer has no ID token, or not this sign-in's nonce: is the client one for OpenID Connect?";
    var said = deepest.getMessage() == null ? deepest.toString() : deepest.getMessage();
    var line = TOKEN.matcher(UNREADABLE.matcher(said).replaceAll(" ").strip()).replaceAll("***");
    return line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) + "…" : line;
  }

  /**
   * Whether a visitor's browser speaks TLS: behind an ingress only it knows, and the cookie with
   * which it comes back is one that it keeps for TLS. Without TLS nobody gets in but by a name of
   * this machine.
   */
  static boolean isEncrypted(HttpServerRequest request) {
    return request.isSSL() || !isThisMachine(request);
  }

  /** As far as its browser tells where the link was; without TLS it would not come back, anyway. */
  private static boolean cameInTheClear(HttpServerRequest request) {
    var referer = request.getHeader("Referer");
    return !request.isSSL()
        && !isThisMachine(request)
        && referer != null
        && referer.startsWith("http:")
        && SameOrigin.is(referer, request.authority().toString());
  }

  private static boolean isThisMachine(HttpServerRequest request) {
    return request.authority() != null && SameOrigin.isThisMachine(request.authority().toString());
  }
}
