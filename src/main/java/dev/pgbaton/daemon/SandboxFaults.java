package dev.pgbaton.daemon;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.sandbox.Faults;
import dev.pgbaton.web.SandboxOwner;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.RestQuery;

/** Faults on request; there is nothing here where the clusters are real. */
@Path("/sandbox/{namespace}/{cluster}/{pod}")
@Blocking
public class SandboxFaults {
  private static final Logger LOG = Logger.getLogger("dev.pgbaton");

  private final Backends backends;
  private final SandboxOwner owner;

  SandboxFaults(Backends backends, SandboxOwner owner) {
    this.backends = backends;
    this.owner = owner;
  }

  @POST
  @Path("kill-postgres")
  public void killPostgres(
      String namespace,
      String cluster,
      String pod,
      @RestQuery String form,
      HttpServerRequest request) {
    owner.admit(request, form);
    LOG.infof("%s/%s: PostgreSQL of %s is killed, as asked", namespace, cluster, pod);
    var id = new ClusterId(namespace, cluster);
    backends
        .local()
        .ifPresentOrElse(
            local -> local.killPostgres(id, pod), () -> fault(f -> f.killPostgres(id, pod)));
  }

  @POST
  @Path("delete-pod")
  public void deletePod(
      String namespace,
      String cluster,
      String pod,
      @RestQuery String form,
      HttpServerRequest request) {
    owner.admit(request, form);
    LOG.infof("%s/%s: the pod %s is deleted, as asked", namespace, cluster, pod);
    fault(f -> f.deletePod(new ClusterId(namespace, cluster), pod));
  }

  private void fault(Consumer<Faults> what) {
    var local = backends.local();
    if (local.isPresent()) local.get().fault(what);
    else backends.sandbox().orElseThrow(NotFoundException::new).fault(what);
  }
}
