package dev.pgbaton.vault;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgbaton.sops.Cleartext;
import dev.pgbaton.sops.PasswordVault;
import dev.pgbaton.sops.Refused;
import dev.pgbaton.tls.TrustedAuthorities;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * OpenBao's, or HashiCorp's Vault's, key-value engine (version 2) over HTTP, as the service account
 * that pgbaton runs as. Asked from several clusters' passes; nothing of what it answers is kept.
 */
public final class KeyValueVault implements PasswordVault {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final Duration ANSWER = Duration.ofSeconds(5);

  /** One that does not answer must not hold up each user's look by itself. */
  private static final Duration REST = Duration.ofSeconds(15);

  /**
   * A path that is refused is refused with a new token, too: each of them is kept for weeks there.
   */
  private static final Duration BETWEEN_LOGINS = Duration.ofMinutes(10);

  /** A token is not used to its last second. */
  private static final Duration MARGIN = Duration.ofSeconds(30);

  private static final Set<String> OWN_MACHINE = Set.of("localhost", "127.0.0.1", "::1");

  private static final String ALL = "";

  private final VaultSettings settings;
  private final HttpClient client;

  /** By what was looked at; what is said of the vault as a whole has no name. */
  private final Map<String, Silence> silent = new ConcurrentHashMap<>();

  private volatile Optional<Token> token = Optional.empty();
  private Optional<Long> anew = Optional.empty();

  private record Token(String value, long until) {
    @Override
    public String toString() {
      return "***";
    }
  }

  private record Silence(String words, long until) {}

  /**
   * @throws IllegalArgumentException with words for a person when it can't be used
   */
  public KeyValueVault(VaultSettings settings) {
    this.settings = settings;
    var address = settings.address();
    var safe =
        "https".equals(address.getScheme())
            || "http".equals(address.getScheme()) && OWN_MACHINE.contains(address.getHost());
    if (address.getHost() == null || !safe)
      throw new IllegalArgumentException(
          "PGBATON_VAULT_ADDRESS: expected https://…, for passwords come from there");
    var builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT);
    settings
        .caFile()
        .ifPresent(
            file -> {
              try {
                builder.sslContext(TrustedAuthorities.read(file).context());
              } catch (IOException e) {
                throw new IllegalArgumentException("PGBATON_VAULT_CA_FILE: " + e.getMessage());
              }
            });
    this.client = builder.build();
  }

  @Override
  public Cleartext read(String mount, String path, String key) throws Refused {
    var what = "%s/%s".formatted(mount, path);
    rest(ALL);
    rest(what);
    var had = token;
    var with = token();
    var answer = get(mount, path, with);
    // A token may be revoked before its time: once with a new one.
    if (answer.statusCode() == HttpURLConnection.HTTP_FORBIDDEN
        && had.filter(with::equals).isPresent()) {
      var other = anew(with);
      if (other.isPresent()) answer = get(mount, path, other.get());
    }
    return switch (answer.statusCode()) {
      case HttpURLConnection.HTTP_OK -> value(answer.body(), what, key);
      case HttpURLConnection.HTTP_NOT_FOUND ->
          throw new Refused(
              "%s has no %s, or it was deleted there.".formatted(settings.address(), what));
      case HttpURLConnection.HTTP_FORBIDDEN ->
          throw new Refused(
              "%s does not let pgbaton read %s. Give the policy of its role %s read on %s/data/%s."
                  .formatted(settings.address(), what, settings.role(), mount, path));
      default ->
          throw silent(what, "answers %d to the look at %s".formatted(answer.statusCode(), what));
    };
  }

  private Cleartext value(String body, String what, String key) throws Refused {
    try {
      var data = JSON.readTree(body).path("data").path("data");
      if (data.path(key).isTextual()) return new Cleartext(data.get(key).asText());
      // Not which ones there are: whoever reads a commit's status need not know.
      throw new Refused(
          "%s has no text %s in %s. Put it there, or name a key that is."
              .formatted(settings.address(), key, what));
    } catch (JsonProcessingException _) {
      throw new Refused(
          "%s answers no JSON for %s: that is no key-value engine of version 2."
              .formatted(settings.address(), what));
    }
  }

  private HttpResponse<String> get(String mount, String path, Token token) throws Refused {
    return send(
        request("%s/data/%s".formatted(mount, path)).header("X-Vault-Token", token.value()).GET());
  }

  private Token token() throws Refused {
    var present = token;
    return isValid(present) ? present.orElseThrow() : made();
  }

  /** Whoever waited for another's login takes what came of it. */
  private synchronized Token made() throws Refused {
    rest(ALL);
    if (!isValid(token)) token = Optional.of(login());
    return token.orElseThrow();
  }

  /** In place of one that was refused; empty where it is too early for another one. */
  private synchronized Optional<Token> anew(Token refused) throws Refused {
    if (!token.equals(Optional.of(refused))) return token;
    if (anew.filter(at -> System.nanoTime() - at < BETWEEN_LOGINS.toNanos()).isPresent())
      return Optional.empty();
    token = Optional.empty();
    anew = Optional.of(System.nanoTime());
    return Optional.of(made());
  }

  private static boolean isValid(Optional<Token> token) {
    return token.filter(it -> System.nanoTime() - it.until() <= 0).isPresent();
  }

  private Token login() throws Refused {
    String jwt;
    try {
      jwt = Files.readString(settings.tokenFile()).strip();
    } catch (IOException e) {
      throw new Refused(
          "%s (PGBATON_VAULT_TOKEN_FILE), which pgbaton logs in to the vault with, can't be read: %s."
              .formatted(settings.tokenFile(), e.getClass().getSimpleName()));
    }
    var answer =
        send(
            request("auth/%s/login".formatted(settings.authMount()))
                .header("Content-Type", "application/json")
                .POST(
                    BodyPublishers.ofString(
                        JSON.valueToTree(Map.of("role", settings.role(), "jwt", jwt)).toString())));
    if (answer.statusCode() != HttpURLConnection.HTTP_OK)
      throw silent(
          ALL,
          "does not let pgbaton log in by auth/%s as the role %s: %s"
              .formatted(settings.authMount(), settings.role(), errors(answer)));
    try {
      var auth = JSON.readTree(answer.body()).path("auth");
      var lease = Duration.ofSeconds(auth.path("lease_duration").asLong());
      // One without an end is made anew all the same.
      var valid = lease.isZero() ? Duration.ofHours(1) : lease.minus(MARGIN);
      return new Token(auth.path("client_token").asText(), System.nanoTime() + valid.toNanos());
    } catch (JsonProcessingException _) {
      throw silent(ALL, "answers no JSON to a login");
    }
  }

  /** Its own words for what went wrong: those have no secrets. */
  private static String errors(HttpResponse<String> answer) {
    try {
      JsonNode errors = JSON.readTree(answer.body()).path("errors");
      if (errors.isArray() && !errors.isEmpty())
        return errors.get(0).asText().replaceAll("\\s+", " ").strip();
    } catch (JsonProcessingException _) {
      // Then the status has to do.
    }
    return Integer.toString(answer.statusCode());
  }

  private HttpRequest.Builder request(String path) {
    var base = settings.address().toString().replaceFirst("/+$", "");
    var request =
        HttpRequest.newBuilder(URI.create("%s/v1/%s".formatted(base, path)))
            .timeout(ANSWER)
            .header("X-Vault-Request", "true");
    settings.namespace().ifPresent(name -> request.header("X-Vault-Namespace", name));
    return request;
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Refused {
    try {
      return client.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw silent(ALL, "does not answer (%s)".formatted(e.getClass().getSimpleName()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refused("the look into the vault was interrupted");
    }
  }

  private void rest(String of) throws Refused {
    var rests = silent.get(of);
    if (rests == null) return;
    if (System.nanoTime() - rests.until() < 0) throw new Refused(rests.words());
    silent.remove(of, rests);
  }

  private Refused silent(String of, String what) {
    var words = "%s %s. It is asked again.".formatted(settings.address(), what);
    silent.put(of, new Silence(words, System.nanoTime() + REST.toNanos()));
    return new Refused(words);
  }
}
