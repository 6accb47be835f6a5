package dev.pgbaton.e2e;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgbaton.tls.TrustedAuthorities;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An OpenID Connect issuer of a test's own: a Gitea on loopback, by TLS, with its own CA. */
final class Issuer implements AutoCloseable {
  static final String PASSWORD = "Aa1-long-enough";
  private static final String ADMIN = "somebody";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path program;
  private final Path directory;
  private final String url;
  private Process server;
  private HttpClient client;

  record Client(String id, String secret) {}

  private Issuer(Path program, Path directory, String url) {
    this.program = program;
    this.directory = directory;
    this.url = url;
  }

  /**
   * Gitea's program: {@code PGBATON_GITEA}, or that of the process {@code GITEA_PID}; empty where
   * there is none.
   */
  static Optional<Path> program() {
    return Optional.ofNullable(System.getenv("PGBATON_GITEA"))
        .or(
            () ->
                Optional.ofNullable(System.getenv("GITEA_PID"))
                    .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)))
                    .flatMap(process -> process.info().command()))
        .map(Path::of);
  }

  static Issuer start(Path program, Path directory) throws Exception {
    Files.createDirectories(directory);
    int port;
    try (var socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    var issuer = new Issuer(program, directory, "https://127.0.0.1:" + port);
    issuer.start(port);
    return issuer;
  }

  private void start(int port) throws Exception {
    Files.writeString(
        directory.resolve("app.ini"),
        """
        RUN_MODE = prod
        RUN_USER = %3$s
        WORK_PATH = %1$s
        [server]
        PROTOCOL = https
        CERT_FILE = %1$s/cert.pem
        KEY_FILE = %1$s/key.pem
        HTTP_ADDR = 127.0.0.1
        HTTP_PORT = %2$d
        ROOT_URL = https://127.0.0.1:%2$d/
        OFFLINE_MODE = true
        DISABLE_SSH = true
        [database]
        DB_TYPE = sqlite3
        PATH = %1$s/gitea.db
        [security]
        INSTALL_LOCK = true
        [oauth2]
        ENABLED = true
        [service]
        DISABLE_REGISTRATION = true
        [indexer]
        ISSUE_INDEXER_TYPE = db
        """
            .formatted(directory, port, System.getProperty("user.name")));
    run("cert", "--host", "127.0.0.1", "--ca");
    run("--config", "app.ini", "migrate");
    run(
        "--config",
        "app.ini",
        "admin",
        "user",
        "create",
        "--admin",
        "--must-change-password=false",
        "--username=" + ADMIN,
        "--password=" + PASSWORD,
        "--email=somebody@example.com");
    server = process("--config", "app.ini", "web").start();
    client =
        HttpClient.newBuilder().sslContext(TrustedAuthorities.read(authority()).context()).build();
    await("the issuer answers")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptions()
        .until(() -> ask("GET", "/version", Map.of()).has("version"));
  }

  String url() {
    return url;
  }

  Path authority() {
    return directory.resolve("cert.pem");
  }

  void knows(String person) throws IOException, InterruptedException {
    ask(
        "POST",
        "/admin/users",
        Map.of(
            "username",
            person,
            "email",
            person + "@example.com",
            "password",
            PASSWORD,
            "must_change_password",
            false));
  }

  Client client(String redirect) throws IOException, InterruptedException {
    var made =
        ask(
            "POST",
            "/user/applications/oauth2",
            Map.of(
                "name",
                "pgbaton",
                "redirect_uris",
                List.of(redirect),
                "confidential_client",
                true));
    return new Client(made.get("client_id").asText(), made.get("client_secret").asText());
  }

  private JsonNode ask(String method, String path, Map<String, ?> body)
      throws IOException, InterruptedException {
    var login = (ADMIN + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8);
    var answer =
        client.send(
            HttpRequest.newBuilder(URI.create(url + "/api/v1" + path))
                .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(login))
                .header("Content-Type", "application/json")
                .method(
                    method,
                    body.isEmpty()
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
                .build(),
            BodyHandlers.ofString());
    if (answer.statusCode() >= 300) throw new IOException(path + ": " + answer.body());
    return JSON.readTree(answer.body());
  }

  private void run(String... arguments) throws IOException, InterruptedException {
    var exit = process(arguments).start().waitFor();
    if (exit != 0)
      throw new IOException(
          "gitea %s: %d%n%s"
              .formatted(List.of(arguments), exit, Files.readString(directory.resolve("output"))));
  }

  private ProcessBuilder process(String... arguments) {
    var command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    var builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("output").toFile()));
    builder.environment().keySet().removeIf(name -> name.startsWith("GITEA_"));
    builder
        .environment()
        .putAll(
            Map.of(
                "HOME", directory.toString(), "GITEA_I_AM_BEING_UNSAFE_RUNNING_AS_ROOT", "true"));
    return builder;
  }

  @Override
  public void close() {
    if (client != null) client.close();
    if (server == null) return;
    server.destroy();
    server.onExit().join();
  }
}
