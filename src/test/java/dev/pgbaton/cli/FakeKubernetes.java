package dev.pgbaton.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** An API server with a few answers; whoever is not asked for is not there. */
final class FakeKubernetes implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SET = "/apis/apps/v1/namespaces/shop/statefulsets";
  private static final String LEASE = "/apis/coordination.k8s.io/v1/namespaces/shop/leases/orders";
  private static final String PODS = "/api/v1/namespaces/shop/pods";

  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private final List<String> patches = new CopyOnWriteArrayList<>();
  private final HttpServer server;
  private int renewals;
  private Consumer<FakeKubernetes> onPatch = _ -> {};

  FakeKubernetes() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  /** Three instances; {@code primary} is one of their names. */
  FakeKubernetes cluster(String primary) throws JsonProcessingException {
    var set = named("apps/v1", "StatefulSet", "orders");
    set.putObject("spec").put("replicas", 3);
    set.putObject("status").put("updateRevision", "orders-new").put("observedGeneration", 1);
    answers.put(SET, list("apps/v1", "StatefulSetList", set));
    answers.put(SET + "/orders", set.toString());
    lease(primary, 3, Map.of());
    var pods = new ObjectNode[3];
    for (int i = 0; i < 3; i++) pods[i] = pod("orders-" + i);
    answers.put(PODS, list("v1", "PodList", pods));
    for (int i = 0; i < 3; i++) status("orders-" + i, primary);
    return this;
  }

  FakeKubernetes lease(String holder, int epoch, Map<String, String> notes) {
    var lease = named("coordination.k8s.io/v1", "Lease", "orders");
    var annotations = ((ObjectNode) lease.get("metadata")).putObject("annotations");
    new TreeMap<>(notes).forEach(annotations::put);
    lease.putObject("spec").put("holderIdentity", holder).put("leaseTransitions", epoch);
    answers.put(LEASE, lease.toString());
    return this;
  }

  FakeKubernetes status(String pod, String primary) {
    var isPrimary = pod.equals(primary);
    var status = JSON.createObjectNode();
    status.put("name", pod).put("address", "10.0.0.1");
    status.put("role", isPrimary ? "primary" : "replica").put("running", true);
    status.put("timeline", 3).put("receivedLsn", "0/5000000").put("replayedLsn", "0/5000000");
    if (!isPrimary) status.put("streamingFrom", primary);
    answers.put(PODS + "/" + pod + ":8008/proxy/status", status.toString());
    return this;
  }

  FakeKubernetes silence(String pod) {
    answers.remove(PODS + "/" + pod + ":8008/proxy/status");
    return this;
  }

  FakeKubernetes journal(String name, String journal) {
    var map = named("v1", "ConfigMap", name);
    map.putObject("data").put("journal.json", journal);
    answers.put("/api/v1/namespaces/pgbaton-system/configmaps/" + name, map.toString());
    return this;
  }

  FakeKubernetes onPatch(Consumer<FakeKubernetes> reaction) {
    onPatch = reaction;
    return this;
  }

  /** The holder renews its Lease right before so many writes of others. */
  FakeKubernetes renewed(int times) {
    renewals = times;
    return this;
  }

  List<String> patches() {
    return patches;
  }

  /** The kubeconfig that leads here. */
  Path kubeconfig(Path directory) throws IOException {
    return Files.writeString(
        directory.resolve("config"),
        """
        apiVersion: v1
        kind: Config
        current-context: here
        contexts: [{name: here, context: {cluster: here, user: me, namespace: shop}}]
        clusters: [{name: here, cluster: {server: "http://127.0.0.1:%d"}}]
        users: [{name: me, user: {}}]
        """
            .formatted(server.getAddress().getPort()));
  }

  private static ObjectNode named(String version, String kind, String name) {
    var object = JSON.createObjectNode().put("apiVersion", version).put("kind", kind);
    var meta = object.putObject("metadata").put("name", name).put("namespace", "shop");
    meta.put("uid", "uid-" + name).put("resourceVersion", "7").put("generation", 1);
    meta.putObject("labels").put("pgbaton.dev/cluster", "orders");
    return object;
  }

  private static ObjectNode pod(String name) {
    var pod = named("v1", "Pod", name);
    var meta = (ObjectNode) pod.get("metadata");
    ((ObjectNode) meta.get("labels")).put("controller-revision-hash", "orders-new");
    meta.putArray("ownerReferences").addObject().put("kind", "StatefulSet").put("name", "orders");
    pod.putObject("spec").put("nodeName", "node-1");
    var status = pod.putObject("status").put("startTime", "2026-01-02T03:00:00Z");
    status
        .putArray("conditions")
        .addObject()
        .put("type", "Ready")
        .put("status", "True")
        .put("lastTransitionTime", "2026-01-02T03:01:00Z");
    return pod;
  }

  private static String list(String version, String kind, ObjectNode... items) {
    var list = JSON.createObjectNode().put("apiVersion", version).put("kind", kind);
    list.putObject("metadata").put("resourceVersion", "9");
    ArrayNode array = list.putArray("items");
    for (var item : items) array.add(item);
    return list.toString();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var path = exchange.getRequestURI().getPath();
      if (exchange.getRequestMethod().equals("PATCH") && renewals > 0) {
        renewals--;
        reply(exchange, 409, failure(409, "the object has been modified"));
        return;
      }
      if (exchange.getRequestMethod().equals("PATCH")) {
        patches.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        onPatch.accept(this);
      }
      var text = answers.get(path);
      if (text == null) reply(exchange, 404, failure(404, path + " not found"));
      else reply(exchange, 200, text);
    }
  }

  private static String failure(int code, String message) {
    return "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"code\":%d,\"message\":\"%s\"}"
        .formatted(code, message);
  }

  private static void reply(HttpExchange exchange, int code, String text) throws IOException {
    var body = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(code, body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
