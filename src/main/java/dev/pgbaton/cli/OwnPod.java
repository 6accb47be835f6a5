package dev.pgbaton.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a pod can tell of itself though nobody put it into its environment: Kubernetes writes its
 * identity into the service account's token, and its address into /etc/hosts.
 *
 * @param headlessService the Service that gives it its name
 */
record OwnPod(
    Optional<String> name,
    Optional<String> uid,
    Optional<String> namespace,
    Optional<String> address,
    Optional<String> headlessService) {

  private static final Path TOKEN = Path.of("/var/run/secrets/kubernetes.io/serviceaccount/token");

  private static final Path HOSTS = Path.of("/etc/hosts");

  static final OwnPod UNKNOWN =
      new OwnPod(
          Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  static OwnPod here() {
    return of(text(TOKEN), text(HOSTS));
  }

  static OwnPod of(String token, String hosts) {
    var claims = claims(token).path("kubernetes.io");
    var name = word(claims.path("pod").path("name"));
    var line =
        hosts
            .lines()
            .map(text -> text.strip().split("\\s+"))
            .filter(words -> words.length > 1)
            .filter(words -> name.isPresent() && Stream.of(words).anyMatch(name.get()::equals))
            .findFirst();
    return new OwnPod(
        name,
        word(claims.path("pod").path("uid")),
        word(claims.path("namespace")),
        line.map(words -> words[0]),
        line.flatMap(words -> headlessService(words[1])));
  }

  /** {@code <pod>.<service>.<namespace>.svc.<domain>} */
  private static Optional<String> headlessService(String host) {
    var labels = host.split("\\.");
    return labels.length > 2 ? Optional.of(labels[1]) : Optional.empty();
  }

  /** The API server checks the token; here it is only read. */
  private static JsonNode claims(String token) {
    var json = new ObjectMapper();
    var parts = token.strip().split("\\.");
    if (parts.length < 2) return json.createObjectNode();
    try {
      return json.readTree(Base64.getUrlDecoder().decode(parts[1]));
    } catch (IOException | IllegalArgumentException e) {
      return json.createObjectNode();
    }
  }

  private static Optional<String> word(JsonNode node) {
    return Optional.of(node.asText("")).filter(text -> !text.isEmpty());
  }

  private static String text(Path file) {
    try {
      return Files.isReadable(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      return "";
    }
  }
}
