package dev.pgbaton.web;

import dev.pgbaton.cluster.ClusterId;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.jboss.resteasy.reactive.RestQuery;

/** What every cluster is doing, and why. */
@Path("/")
@Produces(MediaType.TEXT_HTML)
@Blocking
public class Pages {
  private final FleetView view;
  private final Clusters clusters;

  Pages(FleetView view, Clusters clusters) {
    this.view = view;
    this.clusters = clusters;
  }

  @GET
  public TemplateInstance fleet(
      @RestQuery("q") @DefaultValue("") String search,
      @RestQuery @DefaultValue("") String condition) {
    return Templates.Fleet.page(FleetPage.of(FleetSummary.of(view), search, condition));
  }

  @GET
  @Path("clusters/{namespace}/{name}")
  public TemplateInstance cluster(String namespace, String name) {
    return clusters
        .find(new ClusterId(namespace, name))
        .map(ClusterView::of)
        .map(Templates.Cluster::page)
        .orElseThrow(NotFoundException::new);
  }
}
