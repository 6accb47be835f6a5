package dev.pgbaton.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgbaton.kube.ClientConfiguration;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.CookieManager;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page's buttons, where Kubernetes says who may press them. Nothing of the cluster is made. */
class PageClusterIT {
  private static final Pattern FORM = Pattern.compile("name=\"form\" value=\"([0-9a-f]{64})\"");
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
        .until(() -> new Visitor().page().contains("OnlyObserved"));
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
    client
        .resource(
            new RoleBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName("pressing")
                .endMetadata()
                .addNewRule()
                .withApiGroups("coordination.k8s.io")
                .withResources("leases")
                .withVerbs("patch")
                .endRule()
                .build())
        .create();
    var stranger = new Visitor();
    assertThat(stranger.page()).contains("/sign-in").doesNotContain("name=\"form\"");
    assertThat(stranger.post("/sign-in", Map.of("token", "nonsense")).statusCode()).isEqualTo(403);

    var token = token("alice");
    var alice = new Visitor();
    var signedIn = alice.post("/sign-in", Map.of("token", token));
    assertThat(signedIn.statusCode()).isEqualTo(303);
    assertThat(signedIn.headers().firstValue("Set-Cookie").orElseThrow())
        .contains("HttpOnly", "SameSite=Strict")
        .doesNotContain(token);
    assertThat(alice.page()).doesNotContain(token);
    assertThat(alice.press("handoff")).contains("You may not", "patch on leases");

    bind("alice");
    assertThat(alice.press("handoff")).contains(GIT_SAYS_NO);
    assertThat(alice.press("retry")).contains("You may not", "patch on statefulsets");
    assertThat(alice.press("suspend")).contains("You may not", "patch on statefulsets");

    var mallory = new Visitor();
    mallory.post("/sign-in", Map.of("token", token("mallory")));
    assertThat(mallory.press("handoff")).contains("You may not");
    assertThat(mallory.post(alice.path("handoff"), Map.of("form", alice.form())).body())
        .contains("not of a page that you have open");

    client.rbac().roleBindings().inNamespace(namespace).withName("pressing").delete();
    assertThat(alice.press("handoff")).contains("You may not");
    var form = alice.form();
    assertThat(alice.post("/sign-out", Map.of("form", form)).statusCode()).isEqualTo(303);
    assertThat(alice.post(alice.path("handoff"), Map.of("form", form)).statusCode()).isEqualTo(403);
    assertThat(Files.readString(directory.resolve("output"))).doesNotContain(token);
  }

  private static KubernetesClient client() {
    var config = Config.autoConfigure(null);
    new ClientConfiguration().customize(config);
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  private String token(String user) {
    client
        .resource(
            new ServiceAccountBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(user)
                .endMetadata()
                .build())
        .create();
    return client
        .serviceAccounts()
        .inNamespace(namespace)
        .withName(user)
        .tokenRequest(new TokenRequestBuilder().withNewSpec().endSpec().build())
        .getStatus()
        .getToken();
  }

  private void bind(String user) {
    client
        .resource(
            new RoleBindingBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName("pressing")
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "Role", "pressing")
                .addNewSubject("", "ServiceAccount", user, namespace)
                .build())
        .create();
  }

  /** A browser, as far as it matters here. */
  private final class Visitor {
    private final HttpClient browser =
        HttpClient.newBuilder().cookieHandler(new CookieManager()).build();

    String path(String button) {
      return "/clusters/%s/minimal/%s".formatted(namespace, button);
    }

    String page() throws IOException, InterruptedException {
      var page = URI.create(root + "/clusters/" + namespace + "/minimal");
      return browser.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString()).body();
    }

    String form() throws IOException, InterruptedException {
      var form = FORM.matcher(page());
      assertThat(form.find()).isTrue();
      return form.group(1);
    }

    String press(String button) throws IOException, InterruptedException {
      return post(path(button), Map.of("form", form())).body();
    }

    HttpResponse<String> post(String path, Map<String, String> fields)
        throws IOException, InterruptedException {
      var body = new StringBuilder();
      fields.forEach(
          (name, value) ->
              body.append(name)
                  .append('=')
                  .append(URLEncoder.encode(value, StandardCharsets.UTF_8))
                  .append('&'));
      return browser.send(
          HttpRequest.newBuilder(URI.create(root + path))
              .header("Origin", root)
              .header("Content-Type", "application/x-www-form-urlencoded")
              .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
              .build(),
          BodyHandlers.ofString());
    }
  }
}
