package dev.pgbaton.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.pgbaton.sops.Refused;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests and answers as OpenBao 2.7.2 was seen to give them, with Kubernetes auth. */
class KeyValueVaultTest {
  private static final String LOGIN =
      """
      {"request_id":"27498063","lease_id":"","renewable":false,"lease_duration":0,"data":null,"wrap_info":null,"warnings":null,
       "auth":{"client_token":"s.%s","accessor":"XJ","policies":["default","pgbaton"],"token_policies":["default","pgbaton"],
       "metadata":{"role":"pgbaton","service_account_name":"pgbaton"},"lease_duration":%d,"renewable":true,"entity_id":"03","token_type":"service",
       "orphan":true,"mfa_requirement":null,"num_uses":0}}
      """;
  private static final String FOUND =
      """
      {"request_id":"312472aa","lease_id":"","renewable":false,"lease_duration":0,"data":{"data":{"password":"fr0m-bao","port":5432},
       "metadata":{"created_time":"2026-11-22T07:55:40.044108075Z","custom_metadata":null,"deletion_time":"","destroyed":false,"version":1}},
       "wrap_info":null,"warnings":null,"auth":null}
      """;
  private static final String DELETED =
      """
      {"request_id":"c6a28142","lease_id":"","renewable":false,"lease_duration":0,"data":{"data":null,"metadata":{"version":1}},"auth":null}
      """;
  private static final String DENIED =
      "{\"errors\":[\"1 error occurred:\\n\\t* permission denied\\n\\n\"]}";

  @TempDir Path directory;

  private final List<String> requests = new ArrayList<>();
  private HttpServer server;
  private Path jwt;
  private String valid = "s.1";
  private int logins;
  private int lease = 1200;
  private boolean lets = true;

  @BeforeEach
  void start() throws IOException {
    jwt = directory.resolve("token");
    Files.writeString(jwt, "a.service.account\n");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    var path = exchange.getRequestURI().getPath();
    var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    requests.add("%s %s".formatted(exchange.getRequestMethod(), path));
    if (path.equals("/v1/auth/kubernetes/login")) {
      if (!lets || !body.contains("\"jwt\":\"a.service.account\"")) {
        say(exchange, 400, "{\"errors\":[\"invalid role name \\\"pgbaton\\\"\"]}");
        return;
      }
      valid = "s." + ++logins;
      say(exchange, 200, LOGIN.formatted(logins, lease));
      return;
    }
    if (!valid.equals(exchange.getRequestHeaders().getFirst("X-Vault-Token"))) {
      say(exchange, 403, DENIED);
      return;
    }
    switch (path) {
      case "/v1/secret/data/shop/orders" -> say(exchange, 200, FOUND);
      case "/v1/secret/data/shop/deleted" -> say(exchange, 404, DELETED);
      case "/v1/secret/data/shop/none" -> say(exchange, 404, "{\"errors\":[]}");
      case "/v1/secret/data/shop/sealed" ->
          say(exchange, 503, "{\"errors\":[\"Vault is sealed\"]}");
      default -> say(exchange, 403, DENIED);
    }
  }

  private static void say(HttpExchange exchange, int status, String body) throws IOException {
    var bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Test
  void aPasswordIsReadWithOneLoginForMany() throws Exception {
    var vault = vault();

    assertThat(vault.read("secret", "shop/orders", "password").value()).isEqualTo("fr0m-bao");
    assertThat(vault.read("secret", "shop/orders", "password").value()).isEqualTo("fr0m-bao");
    assertThat(requests)
        .containsExactly(
            "POST /v1/auth/kubernetes/login",
            "GET /v1/secret/data/shop/orders",
            "GET /v1/secret/data/shop/orders");
  }

  @Test
  void aTokenThatIsRevokedOrAtItsEndIsMadeAnew() throws Exception {
    var vault = vault();
    vault.read("secret", "shop/orders", "password");
    valid = "s.revoked";
    assertThat(vault.read("secret", "shop/orders", "password").value()).isEqualTo("fr0m-bao");
    assertThat(logins).isEqualTo(2);

    lease = 20;
    var shortly = vault();
    shortly.read("secret", "shop/orders", "password");
    shortly.read("secret", "shop/orders", "password");
    assertThat(logins).isEqualTo(4);
  }

  @Test
  void whatIsNotThereOrNotAllowedSaysWhatToDo() {
    assertRefused("shop/none", "password", "has no secret/shop/none");
    assertRefused("shop/deleted", "password", "has no secret/shop/deleted, or it was deleted");
    assertRefused(
        "other/x", "password", "Give the policy of its role pgbaton read on secret/data/other/x.");
    assertRefused(
        "shop/orders",
        "pasword",
        "has no text pasword in secret/shop/orders. It has: password, port.");
    assertRefused("shop/orders", "port", "has no text port");
  }

  @Test
  void whoDoesNotAnswerIsNotAskedByEachUser() throws Exception {
    var vault = vault();
    for (int i = 0; i < 3; i++)
      assertThatThrownBy(() -> vault.read("secret", "shop/sealed", "password"))
          .isInstanceOf(Refused.class)
          .hasMessageContaining("answers 503 to the look at secret/shop/sealed");
    assertThat(requests).hasSize(2);

    server.stop(0);
    assertThatThrownBy(() -> vault().read("secret", "shop/orders", "password"))
        .hasMessageContaining("does not answer (ConnectException). It is asked again.");
  }

  @Test
  void aLoginThatIsRefusedIsToldInItsWords() throws Exception {
    lets = false;
    assertRefused(
        "shop/orders",
        "password",
        "does not let pgbaton log in by auth/kubernetes as the role pgbaton: invalid role name");
    Files.delete(jwt);
    assertRefused("shop/orders", "password", "(PGBATON_VAULT_TOKEN_FILE)");
  }

  @Test
  void noPasswordComesOverAnOpenLine() {
    assertThatThrownBy(() -> new KeyValueVault(settings(URI.create("http://vault.example.com"))))
        .hasMessageContaining("expected https://");
  }

  private void assertRefused(String path, String key, String words) {
    assertThatThrownBy(() -> vault().read("secret", path, key))
        .isInstanceOf(Refused.class)
        .hasMessageContaining(words)
        .satisfies(e -> assertThat(e.toString()).doesNotContain("fr0m-bao", "a.service.account"));
  }

  private KeyValueVault vault() {
    return new KeyValueVault(
        settings(URI.create("http://127.0.0.1:" + server.getAddress().getPort())));
  }

  private VaultSettings settings(URI address) {
    return new VaultSettings(
        address, "pgbaton", "kubernetes", jwt, Optional.empty(), Optional.empty());
  }
}
