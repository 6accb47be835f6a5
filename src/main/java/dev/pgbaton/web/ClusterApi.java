package dev.pgbaton.web;

import dev.pgbaton.cluster.ClusterId;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** What the page shows, for programs. */
@Path("/api/clusters")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
public class ClusterApi {
  private final FleetView view;
  private final Clusters clusters;

  ClusterApi(FleetView view, Clusters clusters) {
    this.view = view;
    this.clusters = clusters;
  }

  @GET
  public FleetSummary fleet() {
    return FleetSummary.of(view);
  }

  @GET
  @Path("{namespace}/{name}")
  public ClusterDetail cluster(String namespace, String name) {
    return clusters.find(new ClusterId(namespace, name)).orElseThrow(NotFoundException::new);
  }
}
