package dev.pgbaton.web;

import dev.pgbaton.web.Doorkeeper.Open;
import dev.pgbaton.web.Doorkeeper.Token;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import java.time.Instant;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.RestForm;

/** With a bearer token of Kubernetes', kept here while its visitor stays. */
@Path("/")
@Produces(MediaType.TEXT_HTML)
@Blocking
public class SignIn {
  private static final Logger LOG = Logger.getLogger("dev.pgbaton");
  private static final String FOREIGN = "This form is not of a page that you have open.";

  private final Doorkeeper door;
  private final Sessions sessions;
  private final Visit.Reception reception;

  /** Anybody may try, and each try is a request to Kubernetes. */
  private final Semaphore asking = new Semaphore(2);

  SignIn(Doorkeeper door, Sessions sessions, Visit.Reception reception) {
    this.door = door;
    this.sessions = sessions;
    this.reception = reception;
  }

  @GET
  @Path("sign-in")
  public TemplateInstance form() {
    ifThereIsWhatFor();
    return Templates.SignIn.page("", OidcSettings.host(door.issuer()));
  }

  @POST
  @Path("sign-in")
  public Response signIn(@RestForm String token, HttpServerRequest request) {
    ifThereIsWhatFor();
    if (!SameOrigin.isSentHome(request)) return again(Status.FORBIDDEN, FOREIGN);
    if (!isSafe(request))
      return again(
          Status.FORBIDDEN,
          "A token is taken over TLS only, or by a name of this machine (kubectl port-forward).");
    if (token == null || token.isBlank()) return again(Status.BAD_REQUEST, "Put a token.");
    if (!asking.tryAcquire())
      return again(Status.SERVICE_UNAVAILABLE, "Others are signing in. Try again.");
    try {
      var given = new Token(token.strip());
      var user = door.who(given);
      if (user.isEmpty())
        return again(Status.FORBIDDEN, "Kubernetes does not know this token, or it has ended.");
      var secret = sessions.open(user.get(), given, Instant.MAX, Instant.now());
      if (secret.isEmpty())
        return again(Status.SERVICE_UNAVAILABLE, "Too many people are signed in.");
      LOG.infof("%s has signed in", ButtonPresses.oneLine(user.get()));
      return home()
          .cookie(cookie(secret.get(), (int) Sessions.LASTS.toSeconds(), isEncrypted(request)))
          .build();
    } catch (Doorkeeper.NotAnswered e) {
      return again(Status.SERVICE_UNAVAILABLE, e.getMessage() + ".");
    } finally {
      asking.release();
    }
  }

  @POST
  @Path("sign-out")
  public Response signOut(@RestForm String form, HttpServerRequest request) {
    if (!reception.visit(request).has(form)) return again(Status.FORBIDDEN, FOREIGN);
    sessions.close(Visit.Reception.secret(request));
    return home().cookie(cookie("", 0, isEncrypted(request))).build();
  }

  /** Not with this server's address: behind an ingress the browser calls it by another. */
  static Response.ResponseBuilder home() {
    return Response.status(Status.SEE_OTHER).header(HttpHeaders.LOCATION, "/");
  }

  private void ifThereIsWhatFor() {
    if (door.open() != Open.TO_WHO_MAY) throw new NotFoundException();
  }

  private Response again(Status status, String why) {
    return again(door, status, why);
  }

  static Response again(Doorkeeper door, Status status, String why) {
    return Response.status(status)
        .entity(Templates.SignIn.page(why, OidcSettings.host(door.issuer())).render())
        .type(MediaType.TEXT_HTML + ";charset=UTF-8")
        .build();
  }

  static NewCookie cookie(String value, int lasts, boolean encrypted) {
    return new NewCookie.Builder(Visit.Reception.COOKIE)
        .value(value)
        .path("/")
        .maxAge(lasts)
        .httpOnly(true)
        .sameSite(NewCookie.SameSite.STRICT)
        .secure(encrypted)
        .build();
  }

  /** Behind an ingress, only the browser knows that there is TLS. */
  private static boolean isEncrypted(HttpServerRequest request) {
    var origin = request.getHeader("Origin");
    return request.isSSL() || origin != null && origin.startsWith("https:");
  }

  private static boolean isSafe(HttpServerRequest request) {
    return isEncrypted(request) || SameOrigin.isThisMachine(request.authority().toString());
  }
}
