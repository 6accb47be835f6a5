package dev.pgbaton.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgbaton.kube.ClientConfiguration;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page's buttons, where Kubernetes says who may press them. Nothing of the cluster is made. */
class PageClusterIT {
  private static final String GIT_SAYS_NO = "Git says that nothing is to be touched there.";

  private final String namespace = "page-it-" + UUID.randomUUID().toString().substring(0, 8);
  private final KubernetesClient client = client();

  @TempDir Path directory;
  private String root;
  private Process daemon;

  @BeforeEach
  void start() throws Exception {
    client
        .resource(
            new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
        .create();
    var repository = directory.resolve("repository");
    Files.createDirectories(repository);
    Files.writeString(
        repository.resolve("minimal.yaml"),
        """
        apiVersion: pgbaton.dev/v1alpha1
        kind: PostgresCluster
        metadata: {name: minimal, namespace: %s}
        spec: {instances: 1, image: example.com/postgres:17, storage: {size: 1Gi}, mode: observe}
        """
            .formatted(namespace));
    try (var git = Git.init().setDirectory(repository.toFile()).setInitialBranch("main").call()) {
      git.add().addFilepattern(".").call();
      git.commit().setSign(false).setAuthor("it", "it@example.com").setMessage("One").call();
    }
    int port;
    try (var socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    root = "http://127.0.0.1:" + port;
    daemon =
        Packaged.start(
            Map.of(
                "PGBATON_GIT_URL",
                repository.toUri().toString(),
                "PGBATON_GIT_CACHE_DIR",
                directory.resolve("clone").toString(),
                "PGBATON_NAMESPACES",
                namespace,
                "PGBATON_NAMESPACE",
                namespace,
                "PGBATON_WEB_ACTIONS",
                "kubernetes",
                "QUARKUS_HTTP_HOST",
                "127.0.0.1",
                "QUARKUS_HTTP_PORT",
                Integer.toString(port)),
            directory.resolve("output"),
            "run");
    await("the cluster is looked at")
        .atMost(Duration.ofSeconds(90))
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptions()
        .until(() -> visitor().page().contains("OnlyObserved"));
  }

  @AfterEach
  void end() throws InterruptedException {
    if (daemon != null) {
      daemon.destroy();
      daemon.waitFor();
    }
    client.namespaces().withName(namespace).delete();
    client.close();
  }

  @Test
  void aButtonIsForWhoMayDoTheSameByKubectl() throws Exception {
    var people = new People(client, namespace);
    var stranger = visitor();
    assertThat(stranger.page()).contains("/sign-in").doesNotContain("name=\"form\"");
    assertThat(stranger.post("/sign-in", Map.of("token", "nonsense")).statusCode()).isEqualTo(403);

    var token = people.token("alice");
    var alice = visitor();
    var signedIn = alice.post("/sign-in", Map.of("token", token));
    assertThat(signedIn.statusCode()).isEqualTo(303);
    assertThat(signedIn.headers().firstValue("Set-Cookie").orElseThrow())
        .contains("HttpOnly", "SameSite=Strict")
        .doesNotContain(token);
    assertThat(alice.page()).doesNotContain(token);
    assertThat(alice.press("handoff")).contains("You may not", "patch on leases");

    people.mayPatchLeases("alice");
    assertThat(alice.press("handoff")).contains(GIT_SAYS_NO);
    assertThat(alice.press("retry")).contains("You may not", "patch on statefulsets");
    assertThat(alice.press("suspend")).contains("You may not", "patch on statefulsets");

    var mallory = visitor();
    mallory.post("/sign-in", Map.of("token", people.token("mallory")));
    assertThat(mallory.press("handoff")).contains("You may not");
    assertThat(mallory.post(alice.path("handoff"), Map.of("form", alice.form())).body())
        .contains("not of a page that you have open");

    people.mayNot("alice");
    assertThat(alice.press("handoff")).contains("You may not");
    var form = alice.form();
    assertThat(alice.post("/sign-out", Map.of("form", form)).statusCode()).isEqualTo(303);
    assertThat(alice.post(alice.path("handoff"), Map.of("form", form)).statusCode()).isEqualTo(403);
    assertThat(Files.readString(directory.resolve("output"))).doesNotContain(token);
  }

  private Visitor visitor() {
    return new Visitor(root, namespace, "minimal");
  }

  private static KubernetesClient client() {
    var config = Config.autoConfigure(null);
    new ClientConfiguration().customize(config);
    return new KubernetesClientBuilder().withConfig(config).build();
  }
}
