package dev.pgbaton.web;

import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.ForbiddenException;

/** In the sandbox, things are broken by whoever sits at this machine, and by nobody's web page. */
@ApplicationScoped
public class SandboxOwner {
  private final Visit.Reception reception;

  SandboxOwner(Visit.Reception reception) {
    this.reception = reception;
  }

  /**
   * @param form what the page's own forms carry; a program that is no browser needs none
   * @throws ForbiddenException for everybody else
   */
  public void admit(HttpServerRequest request, String form) {
    var visit = reception.visit(request);
    var browser = request.getHeader("Origin") != null;
    if (!(visit instanceof Visit.Owner) || browser && !visit.has(form))
      throw new ForbiddenException();
  }
}
