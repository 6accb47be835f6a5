package dev.pgbaton.forge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/** A private repository of its own in the Gitea that the environment names, for one test. */
public final class GiteaRepository implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient client = HttpClient.newHttpClient();
  private final String name;

  public GiteaRepository() throws IOException {
    var created =
        ask(
            "POST",
            "/user/repos",
            Map.of(
                "name",
                "pgbaton-" + UUID.randomUUID(),
                "private",
                true,
                "auto_init",
                true,
                "default_branch",
                "main"));
    name = created.get("full_name").asText();
  }

  public static String token() {
    return environment("GITEA_TOKEN");
  }

  /** With https or http. */
  public String url() {
    return environment("GITEA_URL") + "/" + name + ".git";
  }

  public String sshUrl() {
    return environment("GITEA_SSH") + "/" + name + ".git";
  }

  /** A commit that adds a file to main; returns its id. */
  public String add(String path, String content) throws IOException {
    var base64 = Base64.getEncoder().encodeToString(content.getBytes(StandardCharsets.UTF_8));
    return ask(
            "POST",
            "/repos/" + name + "/contents/" + path,
            Map.of("content", base64, "message", "Add " + path, "branch", "main"))
        .get("commit")
        .get("sha")
        .asText();
  }

  public void addDeployKey(String publicKey) throws IOException {
    ask(
        "POST",
        "/repos/" + name + "/keys",
        Map.of("title", "pgbaton", "key", publicKey, "read_only", true));
  }

  /** The combined status, with the latest of each context in {@code statuses}. */
  public JsonNode status(String commit) throws IOException {
    return ask("GET", "/repos/" + name + "/commits/" + commit + "/status", Map.of());
  }

  private JsonNode ask(String method, String path, Map<String, ?> body) throws IOException {
    var request =
        HttpRequest.newBuilder(URI.create(environment("GITEA_URL") + "/api/v1" + path))
            .header("Authorization", "token " + token())
            .header("Content-Type", "application/json")
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
            .build();
    try {
      var answer = client.send(request, BodyHandlers.ofString());
      if (answer.statusCode() >= 300) {
        throw new IOException(method + " " + path + ": " + answer.statusCode() + answer.body());
      }
      return JSON.readTree(answer.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static String environment(String variable) {
    return Objects.requireNonNull(System.getenv(variable), variable + " is not set");
  }

  @Override
  public void close() throws IOException {
    ask("DELETE", "/repos/" + name, Map.of());
    client.close();
  }
}
