package dev.pgbaton.web;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.observed.ClusterReader.ReadFailed;
import dev.pgbaton.reconcile.Pass;
import dev.pgbaton.reconcile.Requests.Answer;
import dev.pgbaton.web.Doorkeeper.Right;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import java.util.Optional;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.RestForm;

/** The page's buttons: each asks for what a person could do by kubectl, with the same right. */
@Path("/")
@Produces(MediaType.TEXT_HTML)
@Blocking
public class ButtonPresses {
  private static final Logger LOG = Logger.getLogger("dev.pgbaton");

  private final FleetView view;
  private final FleetRequests requests;
  private final Doorkeeper door;
  private final Visit.Reception reception;

  ButtonPresses(
      FleetView view, FleetRequests requests, Doorkeeper door, Visit.Reception reception) {
    this.view = view;
    this.requests = requests;
    this.door = door;
    this.reception = reception;
  }

  @POST
  @Path("clusters/{namespace}/{name}/handoff")
  public Response handOff(
      String namespace,
      String name,
      @RestForm String form,
      @RestForm String from,
      @RestForm String to,
      HttpServerRequest request) {
    var id = new ClusterId(namespace, name);
    var layout = layout(id);
    return pressed(
        id,
        "a handoff",
        form,
        request,
        new Right("coordination.k8s.io", "leases", namespace, layout.lease()),
        _ -> requests.handOff(id, chosen(from), chosen(to)));
  }

  @POST
  @Path("clusters/{namespace}/{name}/retry")
  public Response retry(
      String namespace, String name, @RestForm String form, HttpServerRequest request) {
    var id = new ClusterId(namespace, name);
    return pressed(id, "another try", form, request, statefulSet(id), _ -> requests.retry(id));
  }

  @POST
  @Path("clusters/{namespace}/{name}/suspend")
  public Response suspend(
      String namespace, String name, @RestForm String form, HttpServerRequest request) {
    var id = new ClusterId(namespace, name);
    return pressed(
        id,
        "a suspension",
        form,
        request,
        statefulSet(id),
        user -> requests.suspend(id, oneLine(user)));
  }

  @POST
  @Path("clusters/{namespace}/{name}/resume")
  public Response resume(
      String namespace, String name, @RestForm String form, HttpServerRequest request) {
    var id = new ClusterId(namespace, name);
    return pressed(
        id, "the end of a suspension", form, request, statefulSet(id), _ -> requests.resume(id));
  }

  private Right statefulSet(ClusterId id) {
    return new Right("apps", "statefulsets", id.namespace(), layout(id).statefulSet());
  }

  private static Optional<String> chosen(String field) {
    return Optional.ofNullable(field).filter(text -> !text.isEmpty());
  }

  private ClusterLayout layout(ClusterId id) {
    return view.fleet().passes().get(id) instanceof Pass.Done done
        ? done.observed().layout()
        : fail(new NotFoundException());
  }

  private static <T> T fail(RuntimeException e) {
    throw e;
  }

  private Response pressed(
      ClusterId id,
      String what,
      String form,
      HttpServerRequest request,
      Right right,
      Function<String, Answer> ask) {
    var visit = reception.visit(request);
    // A browser always says where a form was.
    if (!SameOrigin.isSentHome(request) || !visit.has(form))
      return said(
          id,
          Status.FORBIDDEN,
          "This form is not of a page that you have open. Go back, reload it, and try again.");
    try {
      var user =
          switch (visit) {
            case Visit.Reading _, Visit.Stranger _ -> "";
            case Visit.Owner _ -> "somebody at this machine";
            case Visit.SignedIn(var session) ->
                door.may(session.proof(), right) ? session.user() : "";
          };
      if (user.isEmpty())
        return said(
            id,
            Status.FORBIDDEN,
            "You may not: Kubernetes has to give you %s.".formatted(right.text()));
      var answer = ask.apply(user);
      LOG.infof("%s: %s asks for %s: %s", id, oneLine(user), what, oneLine(answer.text()));
      return said(id, answer.asked() ? Status.OK : Status.CONFLICT, answer.text());
    } catch (Doorkeeper.NotAnswered | ReadFailed e) {
      return said(id, Status.SERVICE_UNAVAILABLE, e.getMessage() + ". Nothing was asked for.");
    }
  }

  /** What a visitor has sent must not look like a line of ours. */
  static String oneLine(String text) {
    return text.replaceAll("\\p{Cntrl}", " ");
  }

  private static Response said(ClusterId id, Status status, String text) {
    return Response.status(status)
        .entity(Templates.Said.page(new Said(id.toString(), status == Status.OK, text)).render())
        .type(MediaType.TEXT_HTML + ";charset=UTF-8")
        .build();
  }

  /** What came of it. */
  record Said(String cluster, boolean asked, String text) {}
}
