package dev.pgbaton.web;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready while the repository was read once and the live state is being watched: what is shown is
 * true then.
 */
@Readiness
@ApplicationScoped
class FleetReadiness implements HealthCheck {
  private final FleetView view;

  FleetReadiness(FleetView view) {
    this.view = view;
  }

  @Override
  public HealthCheckResponse call() {
    var fleet = view.fleet();
    var blind = view.blindTo();
    var response = HealthCheckResponse.named("fleet");
    fleet.head().ifPresent(h -> response.withData("commit", h.commit()));
    fleet.fetchedAt().ifPresent(t -> response.withData("repository read at", t.toString()));
    fleet.sourceTrouble().ifPresent(t -> response.withData("repository", t));
    blind.forEach(b -> response.withData("not visible: " + b, true));
    return response.status(fleet.head().isPresent() && blind.isEmpty()).build();
  }
}
