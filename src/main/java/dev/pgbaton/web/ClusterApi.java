package dev.pgbaton.web;

import dev.pgbaton.cluster.ClusterId;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;

/** What the page shows, for programs. */
@Path("/api/clusters")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
public class ClusterApi {
  private final FleetView view;
  private final Decisions decisions;

  ClusterApi(FleetView view, Decisions decisions) {
    this.view = view;
    this.decisions = decisions;
  }

  @GET
  public FleetSummary fleet() {
    return FleetSummary.of(view);
  }

  @GET
  @Path("{namespace}/{name}")
  public ClusterDetail cluster(String namespace, String name) {
    return find(new ClusterId(namespace, name)).orElseThrow(NotFoundException::new);
  }

  private Optional<ClusterDetail> find(ClusterId id) {
    return Optional.ofNullable(view.fleet().passes().get(id))
        .map(pass -> ClusterDetail.of(pass, view.wanted(id), decisions.of(id)));
  }
}
