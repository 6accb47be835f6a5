package dev.pgbaton.web;

import dev.pgbaton.web.Sessions.Session;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Optional;

/** Who looks at a page, and whether there are buttons on it. */
sealed interface Visit {
  /** There are none. */
  record Reading() implements Visit {}

  /** There would be, for who signs in. */
  record Stranger() implements Visit {}

  /** In the sandbox, at this machine. */
  record Owner(String forms) implements Visit {}

  record SignedIn(Session session) implements Visit {}

  /** Whether a form was on a page of this visitor's. */
  default boolean has(String form) {
    return switch (this) {
      case Reading _, Stranger _ -> false;
      case Owner(var forms) -> same(forms, form);
      case SignedIn(var session) -> same(session.forms(), form);
    };
  }

  private static boolean same(String secret, String said) {
    return said != null
        && MessageDigest.isEqual(
            secret.getBytes(StandardCharsets.UTF_8), said.getBytes(StandardCharsets.UTF_8));
  }

  /** Tells who it is. */
  @ApplicationScoped
  class Reception {
    static final String COOKIE = "pgbaton-session";

    private final Doorkeeper door;
    private final Sessions sessions;

    Reception(Doorkeeper door, Sessions sessions) {
      this.door = door;
      this.sessions = sessions;
    }

    Visit visit(HttpServerRequest request) {
      return switch (door.open()) {
        case TO_NOBODY -> new Reading();
        case TO_THIS_MACHINE ->
            isFromHere(request) ? new Owner(sessions.sandboxForms()) : new Reading();
        case TO_WHO_MAY ->
            sessions
                .find(secret(request), Instant.now())
                .<Visit>map(SignedIn::new)
                .orElseGet(Stranger::new);
      };
    }

    static String secret(HttpServerRequest request) {
      return Optional.ofNullable(request.getCookie(COOKIE)).map(c -> c.getValue()).orElse("");
    }

    /** Also by name: else a page elsewhere whose name leads here would be let in. */
    private static boolean isFromHere(HttpServerRequest request) {
      try {
        return request.authority() != null
            && SameOrigin.isThisMachine(request.authority().toString())
            && InetAddress.getByName(request.remoteAddress().hostAddress()).isLoopbackAddress();
      } catch (UnknownHostException e) {
        return false;
      }
    }
  }
}
