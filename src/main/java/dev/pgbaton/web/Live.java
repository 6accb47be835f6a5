package dev.pgbaton.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.reconcile.Fleet;
import dev.pgbaton.reconcile.Pass;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.ServiceUnavailableException;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestStreamElementType;

/** The parts of a page that changed, as long as somebody looks at it. */
@Path("/")
@Produces(MediaType.SERVER_SENT_EVENTS)
public class Live {
  private static final Duration BEAT = Duration.ofMillis(200);
  private static final Duration LONGEST = Duration.ofMinutes(10);

  /** Beats between two words: fifteen seconds. */
  private static final long WORD = 75;

  private static final int MOST = 300;

  private final FleetView view;
  private final Clusters clusters;
  private final Visit.Reception reception;
  private final Seats seats = new Seats(MOST);

  Live(FleetView view, Clusters clusters, Visit.Reception reception) {
    this.view = view;
    this.clusters = clusters;
    this.reception = reception;
  }

  /**
   * @param id of the element that it takes the place of
   * @param html empty for an element that is gone
   * @param only the rows that there are; empty for a part that says nothing of it
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Part(String id, String html, List<String> only) {
    Part(String id, String html) {
      this(id, html, List.of());
    }
  }

  /**
   * @param version of the rows that the page already has
   */
  @GET
  @Path("live")
  @RestStreamElementType(MediaType.APPLICATION_JSON)
  public Multi<List<Part>> fleet(@RestQuery @DefaultValue("") String version) {
    var seen = new HashMap<ClusterId, Pass>();
    var rows = new HashMap<String, String>();
    var fleet = view.fleet();
    if (version.equals(FleetPage.version(FleetPage.rows(FleetSummary.of(fleet, List.of())))))
      rows(fleet, seen, rows);
    var told = new AtomicBoolean();
    return changes(() -> fleet(seen, rows, told));
  }

  @GET
  @Path("clusters/{namespace}/{name}/live")
  @RestStreamElementType(MediaType.APPLICATION_JSON)
  public Multi<List<Part>> cluster(String namespace, String name, HttpServerRequest request) {
    var id = new ClusterId(namespace, name);
    // While the daemon starts nothing is known yet: who waits is told as soon as there is
    // something.
    if (view.fleet().head().isPresent() && !view.fleet().passes().containsKey(id))
      throw new NotFoundException();
    var seen = new AtomicReference<Object>();
    var sent = new HashMap<String, String>();
    return changes(
        () -> {
          // Anew each time: whoever signs out in another tab has no buttons here.
          var visit = reception.visit(request);
          var state = new Shown(clusters.state(id), visit);
          return state.equals(seen.getAndSet(state)) ? List.of() : cluster(id, visit, sent);
        });
  }

  private record Shown(Object state, Visit visit) {}

  private Multi<List<Part>> changes(Supplier<List<Part>> look) {
    if (seats.full()) throw new ServiceUnavailableException();
    return seats.taken(looks(look));
  }

  private static Multi<List<Part>> looks(Supplier<List<Part>> look) {
    return Multi.createFrom()
        .ticks()
        .every(BEAT)
        // Who reads slowly misses looks, and no change: the next look has it.
        .onOverflow()
        .drop()
        .emitOn(Infrastructure.getDefaultExecutor(), 1)
        // Without a word now and then, nobody notices that a reader is gone.
        .map(beat -> new Heard(look.get(), beat % WORD == 0))
        .filter(heard -> heard.word() || !heard.parts().isEmpty())
        .map(Heard::parts)
        // A browser comes again by itself.
        .select()
        .first(LONGEST);
  }

  private record Heard(List<Part> parts, boolean word) {}

  private List<Part> fleet(
      Map<ClusterId, Pass> seen, Map<String, String> sent, AtomicBoolean told) {
    var fleet = view.fleet();
    var parts = new ArrayList<Part>();
    // Whoever comes again may have rows of clusters that have gone since.
    if (!fleet.passes().isEmpty() && !told.getAndSet(true))
      parts.add(new Part("", "", fleet.passes().keySet().stream().map(id -> "c:" + id).toList()));
    add(
        parts,
        sent,
        "head",
        Templates.Fleet.head(FleetPage.head(FleetSummary.headOf(fleet, view.blindTo()))).render());
    parts.addAll(rows(fleet, seen, sent));
    for (var gone : new HashSet<>(seen.keySet()))
      if (!fleet.passes().containsKey(gone)) {
        seen.remove(gone);
        parts.add(new Part("c:" + gone, ""));
      }
    return parts;
  }

  private static List<Part> rows(Fleet fleet, Map<ClusterId, Pass> seen, Map<String, String> sent) {
    var parts = new ArrayList<Part>();
    fleet
        .passes()
        .forEach(
            (id, pass) -> {
              if (seen.put(id, pass) == pass) return;
              var row = FleetPage.Row.of(ClusterSummary.of(pass));
              add(parts, sent, row.id(), Templates.Fleet.row(row).render());
            });
    return parts;
  }

  private List<Part> cluster(ClusterId id, Visit visit, Map<String, String> sent) {
    var parts = new ArrayList<Part>();
    clusters
        .find(id)
        .ifPresent(
            detail -> {
              var cluster = ClusterView.of(detail);
              var buttons = Buttons.of(detail, visit);
              add(parts, sent, "status", Templates.Cluster.status(cluster).render());
              add(parts, sent, "instances", Templates.Cluster.instances(cluster).render());
              add(parts, sent, "plan", Templates.Cluster.plan(cluster).render());
              add(parts, sent, "actions", Templates.Cluster.actions(buttons).render());
              add(parts, sent, "rollouts", Templates.Cluster.rollouts(cluster).render());
              add(parts, sent, "decisions", Templates.Cluster.decisions(cluster).render());
              add(parts, sent, "changes", Templates.Cluster.changes(cluster).render());
              add(parts, sent, "events", Templates.Cluster.events(cluster).render());
            });
    return parts;
  }

  private static void add(List<Part> parts, Map<String, String> sent, String id, String html) {
    if (!html.equals(sent.put(id, html))) parts.add(new Part(id, html));
  }
}
