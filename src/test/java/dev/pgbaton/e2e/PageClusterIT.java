package dev.pgbaton.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.Cookie;
import com.microsoft.playwright.options.SameSiteAttribute;
import dev.pgbaton.kube.ClientConfiguration;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
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
  private final Map<String, String> settings = new HashMap<>();
  private String root;
  private Process daemon;

  @BeforeEach
  void prepare() throws Exception {
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
    settings.putAll(
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
            Integer.toString(port)));
  }

  private void start() throws IOException {
    daemon = Packaged.start(settings, directory.resolve("output"), "run");
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
    start();
    var people = new People(client, namespace);
    var stranger = visitor();
    assertThat(stranger.get("/sign-in/oidc").statusCode()).isEqualTo(404);
    assertThat(stranger.page()).contains("/sign-in").doesNotContain("name=\"form\"");
    assertThat(stranger.post("/sign-in", Map.of("token", "nonsense")).statusCode()).isEqualTo(403);

    var token = people.token("alice");
    var alice = visitor();
    var signedIn = alice.post("/sign-in", Map.of("token", token));
    assertThat(signedIn.statusCode()).isEqualTo(303);
    assertThat(signedIn.headers().firstValue("Location")).contains("/");
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

  @Test
  void whomAnIssuerNamesMayDoWhatKubernetesGivesThatName() throws Exception {
    var program = Issuer.program();
    assumeTrue(program.isPresent(), "there is no Gitea here that could be an issuer");
    var people = new People(client, namespace);
    try (var issuer = Issuer.start(program.get(), directory.resolve("issuer"));
        var chromium = Chromium.start()) {
      issuer.knows("alice");
      issuer.knows("mallory");
      var secret = settingsOf(issuer);
      start();
      people.mayPatchStatefulSets(issuer.url() + "#alice");
      // As an ingress with TLS passes it on.
      assertThat(answer("pgbaton.example.com"))
          .contains("redirect_uri=https%3A%2F%2Fpgbaton.example.com%2Fsign-in%2Foidc")
          .contains("code_challenge_method=S256", "nonce=", "state=")
          .containsPattern("(?i)set-cookie: q_auth_tls_.*Secure; HTTPOnly; SameSite=Lax");
      assertThat(answer(URI.create(root).getAuthority()))
          .contains("redirect_uri=http%3A%2F%2F127.0.0.1");

      var context = chromium.visitor();
      var alice = signedIn(context, "alice");
      assertThat(alice.locator("#actions")).containsText("Signed in as " + issuer.url() + "#alice");
      button(alice, "Suspend").click();
      assertThat(alice.getByRole(AriaRole.ALERT)).containsText("is suspended");
      // The issuer's page has some, too.
      var cookies = ours(context);
      assertThat(cookies).singleElement().satisfies(c -> assertThat(c.name).contains("session"));
      assertThat(cookies.getFirst().httpOnly).isTrue();
      assertThat(cookies.getFirst().sameSite).isEqualTo(SameSiteAttribute.STRICT);
      var page = visitor().page();
      assertThat(page).contains("suspended by " + issuer.url() + "#alice");

      var mallory = signedIn(chromium.visitor(), "mallory");
      button(mallory, "Resume").click();
      assertThat(mallory.getByRole(AriaRole.ALERT))
          .containsText("You may not: Kubernetes has to give you patch on statefulsets");

      alice.navigate(cluster());
      button(alice, "Sign out").click();
      assertThat(alice).hasURL(root + "/");
      assertThat(ours(context)).isEmpty();
      // A JSON Web Token begins so.
      assertThat(Files.readString(directory.resolve("output")))
          .contains("#alice has signed in", "#mallory has signed in")
          .doesNotContain("eyJ", secret);
    }
  }

  /** To who would sign in, and calls the page by that name. */
  private String answer(String host) throws IOException {
    try (var socket = new Socket("127.0.0.1", URI.create(root).getPort())) {
      socket
          .getOutputStream()
          .write(
              "GET /sign-in/oidc HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
                  .formatted(host)
                  .getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** The client's secret. */
  private String settingsOf(Issuer issuer) throws Exception {
    var it = issuer.client(root + "/sign-in/oidc");
    var file = Files.writeString(directory.resolve("client-secret"), it.secret());
    settings.putAll(
        Map.of(
            "PGBATON_OIDC_ISSUER_URL", issuer.url(),
            "PGBATON_OIDC_CLIENT_ID", it.id(),
            "PGBATON_OIDC_CLIENT_SECRET_FILE", file.toString(),
            "PGBATON_OIDC_CA_FILE", issuer.authority().toString(),
            "PGBATON_OIDC_USERNAME_CLAIM", "preferred_username"));
    return it.secret();
  }

  /** At the cluster's page, by way of the issuer's own pages. */
  private Page signedIn(BrowserContext context, String person) {
    var page = context.newPage();
    page.navigate(cluster());
    page.getByText("Sign in", new Page.GetByTextOptions().setExact(true)).click();
    page.getByText("Sign in at 127.0.0.1").click();
    page.locator("input[name=user_name]").fill(person);
    page.locator("input[name=password]").fill(Issuer.PASSWORD);
    page.locator("input[name=password]").press("Enter");
    page.locator("#authorize-app").click();
    assertThat(page).hasURL(root + "/");
    page.locator("#clusters a").first().click();
    return page;
  }

  private static List<Cookie> ours(BrowserContext context) {
    return context.cookies().stream()
        .filter(c -> c.name.startsWith("pgbaton") || c.name.startsWith("q_"))
        .toList();
  }

  private String cluster() {
    return root + "/clusters/" + namespace + "/minimal";
  }

  private static Locator button(Page page, String name) {
    return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name));
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
