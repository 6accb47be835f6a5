package dev.pgbaton.web;

import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.Optional;
import java.util.Set;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** What a page of another site sends by a visitor's browser is turned away. */
public class SameOrigin {
  private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

  @ServerRequestFilter(preMatching = true)
  public Optional<Response> foreign(ContainerRequestContext request) {
    if (READING.contains(request.getMethod())) return Optional.empty();
    var origin = request.getHeaderString("Origin");
    // A program that is no browser says nothing of that, and carries nobody's cookie.
    return origin == null || is(origin, request.getUriInfo().getRequestUri().getAuthority())
        ? Optional.empty()
        : Optional.of(Response.status(Response.Status.FORBIDDEN).build());
  }

  /** HTTP/2 has no header of that name. */
  static boolean isSentHome(HttpServerRequest request) {
    return request.authority() != null
        && is(request.getHeader("Origin"), request.authority().toString());
  }

  /** Whether that origin is this server, as its visitor calls it. */
  static boolean is(String origin, String host) {
    if (origin == null || host == null) return false;
    try {
      return host.equalsIgnoreCase(URI.create(origin).getAuthority());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Whether a name is this machine's own, whatever a resolver makes of others. */
  static boolean isThisMachine(String host) {
    return host != null && isLoopback(host.replaceFirst(":\\d+$", ""));
  }

  private static boolean isLoopback(String name) {
    return name.equals("localhost") || name.equals("127.0.0.1") || name.equals("[::1]");
  }
}
