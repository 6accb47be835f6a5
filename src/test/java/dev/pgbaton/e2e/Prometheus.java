package dev.pgbaton.e2e;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A real Prometheus beside the daemon, with our alerts, asked as the dashboard asks it. */
final class Prometheus implements AutoCloseable {
  private static final String NAME = "prometheus";

  private final KubernetesClient kubernetes;
  private final String namespace;
  private final HttpClient http = HttpClient.newHttpClient();

  Prometheus(KubernetesClient kubernetes, String namespace, String image) {
    this.kubernetes = kubernetes;
    this.namespace = namespace;
    kubernetes
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName(NAME)
                .withNamespace(namespace)
                .endMetadata()
                .withNewSpec()
                .withAutomountServiceAccountToken(false)
                .withTerminationGracePeriodSeconds(1L)
                // Its configuration knows the daemon's Service by the name that it has in the base.
                .addNewHostAlias()
                .withIp(daemonAddress())
                .addToHostnames("pgbaton")
                .endHostAlias()
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .addNewContainer()
                .withName(NAME)
                .withImage(image)
                .withImagePullPolicy("Never")
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withNewCapabilities()
                .addToDrop("ALL")
                .endCapabilities()
                .endSecurityContext()
                .endContainer()
                .endSpec()
                .build())
        .create();
    await("Prometheus answers")
        .atMost(Duration.ofMinutes(2))
        .ignoreExceptions()
        .until(() -> !query("pgbaton_repository_age_seconds").isEmpty());
  }

  private String daemonAddress() {
    return kubernetes.services().inNamespace(namespace).list().getItems().stream()
        .filter(service -> service.getMetadata().getName().startsWith("pgbaton"))
        .map(service -> service.getSpec().getClusterIP())
        .findFirst()
        .orElseThrow();
  }

  /** What the expression gives now; empty for no data. */
  JsonNode query(String expression) throws IOException, InterruptedException {
    var ip = kubernetes.pods().inNamespace(namespace).withName(NAME).get().getStatus().getPodIP();
    var answer =
        http.send(
            HttpRequest.newBuilder(
                    URI.create(
                        "http://%s:9090/api/v1/query?query=%s"
                            .formatted(ip, URLEncoder.encode(expression, StandardCharsets.UTF_8))))
                .timeout(Duration.ofSeconds(5))
                .build(),
            BodyHandlers.ofString());
    if (answer.statusCode() != 200) throw new IOException(expression + ": " + answer.body());
    return new ObjectMapper().readTree(answer.body()).path("data").path("result");
  }

  /** The dashboard's expressions, with Grafana's variables filled in. */
  static List<String> dashboard() throws IOException {
    var json =
        new ObjectMapper()
            .readTree(Path.of("kustomize/components/monitoring/dashboard.json").toFile());
    return new ArrayList<>(json.path("panels").findValuesAsText("expr"))
        .stream()
            .map(
                expression ->
                    expression
                        .replace("$__rate_interval", "1m")
                        .replace("$__range", "1h")
                        .replace("$namespace", ".*")
                        .replace("$cluster", ".*"))
            .toList();
  }

  @Override
  public void close() {
    kubernetes.pods().inNamespace(namespace).withName(NAME).withGracePeriod(0).delete();
  }
}
