package dev.pgbaton.daemon;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.sandbox.Faults;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/** Faults on request; there is nothing here where the clusters are real. */
@Path("/sandbox/{namespace}/{cluster}/{pod}")
@Blocking
public class SandboxFaults {
  private static final Logger LOG = Logger.getLogger("dev.pgbaton");

  private final Backends backends;

  SandboxFaults(Backends backends) {
    this.backends = backends;
  }

  @POST
  @Path("kill-postgres")
  public void killPostgres(String namespace, String cluster, String pod) {
    LOG.infof("%s/%s: PostgreSQL of %s is killed, as asked", namespace, cluster, pod);
    var id = new ClusterId(namespace, cluster);
    backends
        .local()
        .ifPresentOrElse(
            local -> local.killPostgres(id, pod), () -> fault(f -> f.killPostgres(id, pod)));
  }

  @POST
  @Path("delete-pod")
  public void deletePod(String namespace, String cluster, String pod) {
    LOG.infof("%s/%s: the pod %s is deleted, as asked", namespace, cluster, pod);
    fault(f -> f.deletePod(new ClusterId(namespace, cluster), pod));
  }

  private void fault(Consumer<Faults> what) {
    var local = backends.local();
    if (local.isPresent()) local.get().fault(what);
    else backends.sandbox().orElseThrow(NotFoundException::new).fault(what);
  }
}
