package dev.pgbaton.kube;

import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.instance.Route;
import dev.pgbaton.instance.RouteTargets;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The EndpointSlices of the two Services, written by the Lease's holder: kube-proxy follows those
 * within a few hundredths of a second, because no condition of a pod has a part in them.
 */
public final class InstanceRoute implements Route {
  private final KubernetesClient client;
  private final String namespace;
  private final String primaryService;
  private final String replicasService;
  private final Consumer<String> log;
  private final Map<String, EndpointSlice> seen = new ConcurrentHashMap<>();

  public InstanceRoute(
      KubernetesClient client,
      String namespace,
      String primaryService,
      String replicasService,
      Consumer<String> log) {
    this.client = client;
    this.namespace = namespace;
    this.primaryService = primaryService;
    this.replicasService = replicasService;
    this.log = log;
  }

  @Override
  public boolean publish(int epoch, RouteTargets targets) {
    // A server that does not answer is asked once: the time is the fence's.
    return lead(primaryService, epoch, List.of(targets.primary()))
        && (targets.replicas().isEmpty() || lead(replicasService, epoch, targets.replicas()));
  }

  /** All that a change takes, but for its effect. */
  public void rehearse() {
    try {
      for (var service : List.of(primaryService, replicasService)) {
        var slice =
            client.resources(EndpointSlice.class).inNamespace(namespace).withName(service).get();
        if (slice == null) continue;
        seen.put(service, slice);
        client.resource(new EndpointSliceBuilder(slice).build()).dryRun(true).update();
      }
    } catch (KubernetesClientException e) {
      // It was written meanwhile, or can't be: the next real write will say so.
    }
  }

  private boolean lead(String service, int epoch, List<String> addresses) {
    var endpoints = addresses.stream().map(InstanceRoute::endpoint).toList();
    try {
      return change(service, epoch, endpoints) || replace(service, epoch, endpoints);
    } catch (KubernetesClientException e) {
      seen.remove(service);
      log.accept("the EndpointSlice %s can't be written: %s".formatted(service, e.getMessage()));
      return false;
    }
  }

  /** One request where the slice is as it was last seen here: clients may be waiting for it. */
  private boolean change(String service, int epoch, List<Endpoint> endpoints) {
    var slice = seen.get(service);
    if (slice == null || epochOf(slice) > epoch || leads(slice, epoch, endpoints)) return false;
    try {
      write(service, slice, epoch, endpoints);
      return true;
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) throw e;
      return false;
    }
  }

  private boolean replace(String service, int epoch, List<Endpoint> endpoints) {
    var slice =
        client.resources(EndpointSlice.class).inNamespace(namespace).withName(service).get();
    if (slice == null) {
      log.accept("there is no EndpointSlice " + service);
      return false;
    }
    seen.put(service, slice);
    if (epochOf(slice) > epoch) return false;
    if (!leads(slice, epoch, endpoints)) write(service, slice, epoch, endpoints);
    return true;
  }

  private static boolean leads(EndpointSlice slice, int epoch, List<Endpoint> endpoints) {
    return endpoints.equals(slice.getEndpoints()) && epochOf(slice) == epoch;
  }

  private void write(String service, EndpointSlice slice, int epoch, List<Endpoint> endpoints) {
    var next =
        new EndpointSliceBuilder(slice)
            .editMetadata()
            .addToAnnotations(Names.EPOCH, Integer.toString(epoch))
            .endMetadata()
            .withEndpoints(endpoints)
            .build();
    seen.put(
        service,
        client
            .resource(next)
            .lockResourceVersion(slice.getMetadata().getResourceVersion())
            .update());
  }

  private static int epochOf(EndpointSlice slice) {
    return Annotations.of(slice, Names.EPOCH).map(Integer::parseInt).orElse(0);
  }

  static Endpoint endpoint(String address) {
    return new EndpointBuilder()
        .withAddresses(address)
        .withNewConditions()
        .withReady(true)
        .endConditions()
        .build();
  }
}
