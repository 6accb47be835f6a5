package dev.pgbaton.forge;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.pgbaton.report.CommitStatus;
import dev.pgbaton.report.CommitStatuses.Delivery;
import dev.pgbaton.tls.TrustedAuthorities;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/** {@code POST /repos/{owner}/{name}/statuses/{sha}}, which GitHub defined and Gitea took over. */
final class StatusApi {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Duration AFTER_A_PERSON = Duration.ofMinutes(5);
  private static final int LONGEST_DESCRIPTION = 140;
  private static final long LONGEST_ANSWER = 256 * 1024;
  private static final Pattern TOKEN = Pattern.compile("[!-~]+");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ForgeSettings settings;
  private final ForgeAddress address;
  private final HttpClient client;
  private final RateLimit rateLimit;

  StatusApi(ForgeSettings settings, InstantSource clock) {
    this.settings = settings;
    this.address = settings.address().orElseThrow();
    this.client = client(settings);
    this.rateLimit = new RateLimit(clock);
  }

  private static HttpClient client(ForgeSettings settings) {
    // Redirects are not followed: they would turn the POST into a GET, or carry the token away.
    var builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(Executors.newVirtualThreadPerTaskExecutor());
    settings
        .proxy()
        .ifPresent(
            uri ->
                builder.proxy(
                    ProxySelector.of(
                        InetSocketAddress.createUnresolved(uri.getHost(), uri.getPort()))));
    settings
        .caFile()
        .ifPresent(
            file -> {
              try {
                builder.sslContext(TrustedAuthorities.read(file).context());
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    return builder.build();
  }

  /**
   * @param scheme of the Authorization header
   * @param right what a token needs, in the forge's own words
   */
  Delivery post(CommitStatus status, String scheme, Map<String, String> headers, String right) {
    try {
      var token = token();
      if (token.isEmpty()) {
        return new Delivery.Later(
            AFTER_A_PERSON, tokenFile() + " holds no token (PGBATON_FORGE_TOKEN_FILE)");
      }
      var request =
          HttpRequest.newBuilder(address.statuses(status.commit()))
              .header("Authorization", scheme + " " + token.get())
              .header("Content-Type", "application/json")
              .header("User-Agent", "pgbaton")
              .POST(HttpRequest.BodyPublishers.ofString(body(status)));
      headers.forEach(request::header);
      return delivery(send(request.build()), status, right);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Delivery.Later(SOON, "interrupted");
    } catch (TimeoutException e) {
      return new Delivery.Later(
          SOON,
          host()
              + " did not answer in time (PGBATON_FORGE_TIMEOUT is "
              + settings.timeout().toSeconds()
              + " s)");
    } catch (IOException e) {
      return new Delivery.Later(SOON, unreachable(e));
    }
  }

  /** The client's own timeouts end with the answer's headers; this one is for the body, too. */
  private HttpResponse<String> send(HttpRequest request)
      throws IOException, InterruptedException, TimeoutException {
    var answer =
        client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofString(), LONGEST_ANSWER));
    try {
      return answer.get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      throw new IOException(e.getCause());
    } finally {
      answer.cancel(true);
    }
  }

  private Delivery delivery(HttpResponse<String> answer, CommitStatus status, String right) {
    var code = answer.statusCode();
    if (code >= 200 && code < 300) {
      return new Delivery.Delivered();
    }
    var said = "%s answered %d%s".formatted(host(), code, message(answer.body()));
    // What Gitea 1.26 says of a commit that it does not have.
    if (code == 500 && answer.body().contains("object does not exist")) {
      return new Delivery.Rejected(
          "%s: it has no commit %s; check that PGBATON_FORGE_REPOSITORY is the repository that is fetched"
              .formatted(said, status.commit()));
    }
    var wait = rateLimit.wait(answer);
    if (wait.isPresent()) {
      return new Delivery.Later(wait.get(), said);
    }
    return switch (code) {
      case 401 ->
          new Delivery.Later(
              AFTER_A_PERSON,
              "%s: put a valid token into %s, with %s".formatted(said, tokenFile(), right));
      case 403 ->
          new Delivery.Rejected(
              "%s: give the token in %s %s on %s"
                  .formatted(said, tokenFile(), right, address.repository()));
      case 404 ->
          new Delivery.Rejected(
              "%s: it has no repository %s, or no commit %s there, or the token may not see it; check PGBATON_FORGE_API, PGBATON_FORGE_REPOSITORY and that the token has %s"
                  .formatted(said, address.repository(), status.commit(), right));
      case 422 ->
          new Delivery.Rejected(
              "%s: it does not take a status %s for commit %s; push a new commit, or check that PGBATON_FORGE_REPOSITORY is the repository that is fetched"
                  .formatted(said, status.context(), status.commit()));
      case 301, 302, 307, 308 ->
          new Delivery.Rejected(
              "%s: %s has moved; change PGBATON_GIT_URL, or PGBATON_FORGE_API and PGBATON_FORGE_REPOSITORY"
                  .formatted(said, address.repository()));
      default ->
          code >= 500 || code == 408 ? new Delivery.Later(SOON, said) : new Delivery.Rejected(said);
    };
  }

  private static String body(CommitStatus status) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("state", status.state().name().toLowerCase(Locale.ROOT))
        .put("context", status.context())
        .put("description", Sentence.cut(status.description(), LONGEST_DESCRIPTION))
        .toString();
  }

  private Optional<String> token() {
    try {
      // The client's complaint about a header that it can't send would contain it.
      return Optional.of(Files.readString(settings.tokenFile().orElseThrow()).strip())
          .filter(text -> TOKEN.matcher(text).matches());
    } catch (IOException beingReplaced) {
      return Optional.empty();
    }
  }

  private static String message(String body) {
    try {
      var message = JSON.readTree(body).path("message").asText("");
      return message.isBlank() ? "" : " (" + Sentence.cut(message, LONGEST_DESCRIPTION) + ")";
    } catch (IOException notJson) {
      return "";
    }
  }

  private String unreachable(IOException e) {
    var reason = Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
    return e instanceof SSLException
        ? "TLS with %s failed (%s): name its CA's certificate in PGBATON_FORGE_CA_FILE"
            .formatted(host(), reason)
        : "%s can't be reached (%s): check PGBATON_FORGE_API".formatted(host(), reason);
  }

  private String host() {
    return address.api().getAuthority();
  }

  private String tokenFile() {
    return settings.tokenFile().map(Object::toString).orElseThrow();
  }
}
