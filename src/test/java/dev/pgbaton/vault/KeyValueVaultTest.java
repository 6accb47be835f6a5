package dev.pgbaton.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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

/** Answers as OpenBao 2.7.2 gives them: {@link OpenBaoTest} recorded them, and tries them again. */
class KeyValueVaultTest {
  @TempDir Path directory;

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final List<String> requests = new ArrayList<>();
  private HttpServer server;
  private Path jwt;
  private String known = "a.service.account";
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
      if (!lets || !body.contains("\"jwt\":\"%s\"".formatted(known))) {
        recorded(exchange, "login-other-role");
        return;
      }
      valid = "s." + ++logins;
      var login = (ObjectNode) OpenBaoTest.recorded("login").path("body").path("auth");
      var answer = MAPPER.createObjectNode();
      answer.set("auth", login.put("client_token", valid).put("lease_duration", lease));
      say(exchange, 200, answer.toString());
      return;
    }
    if (!valid.equals(exchange.getRequestHeaders().getFirst("X-Vault-Token"))) {
      recorded(exchange, "revoked");
      return;
    }
    switch (path) {
      case "/v1/secret/data/shop/orders" -> recorded(exchange, "found");
      case "/v1/secret/data/shop/deleted" -> recorded(exchange, "deleted");
      case "/v1/secret/data/shop/none" -> recorded(exchange, "none");
      case "/v1/secret/data/shop/sealed" -> recorded(exchange, "sealed");
      default -> recorded(exchange, "denied");
    }
  }

  private static void recorded(HttpExchange exchange, String name) throws IOException {
    var answer = OpenBaoTest.recorded(name);
    say(exchange, answer.path("status").asInt(), answer.path("body").toString());
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

  /** The kubelet puts another one into the file before the former one is over. */
  @Test
  void eachLoginIsWithTheTokenThatIsMountedThen() throws Exception {
    var vault = vault();
    vault.read("secret", "shop/orders", "password");
    known = "a.later.one";
    Files.writeString(jwt, known);
    valid = "s.revoked";

    assertThat(vault.read("secret", "shop/orders", "password").value()).isEqualTo("fr0m-bao");
    assertThat(logins).isEqualTo(2);
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
        "has no text pasword in secret/shop/orders. Put it there, or name a key that is.");
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
    // Another's path is another matter.
    assertThat(vault.read("secret", "shop/orders", "password").value()).isEqualTo("fr0m-bao");

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
        "does not let pgbaton log in by auth/kubernetes as the role pgbaton: invalid role name \"other\"");
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
