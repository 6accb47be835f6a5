package dev.pgbaton.web;

import dev.pgbaton.cluster.ClusterId;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.vertx.http.Uncompressed;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.http.HttpServerRequest;
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
  private final Visit.Reception reception;

  Pages(FleetView view, Clusters clusters, Visit.Reception reception) {
    this.view = view;
    this.clusters = clusters;
    this.reception = reception;
  }

  @GET
  public TemplateInstance fleet(
      @RestQuery("q") @DefaultValue("") String search,
      @RestQuery @DefaultValue("") String condition) {
    return Templates.Fleet.page(FleetPage.of(FleetSummary.of(view), search, condition));
  }

  // What its forms carry must not be guessed from how well the page is packed.
  @GET
  @Path("clusters/{namespace}/{name}")
  @Uncompressed
  public TemplateInstance cluster(String namespace, String name, HttpServerRequest request) {
    var cluster = clusters.find(new ClusterId(namespace, name)).orElseThrow(NotFoundException::new);
    return Templates.Cluster.page(
        ClusterView.of(cluster), Buttons.of(cluster, reception.visit(request)));
  }
}
