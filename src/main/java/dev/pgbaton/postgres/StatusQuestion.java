package dev.pgbaton.postgres;

import dev.pgbaton.instance.http.StatusJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Asks the instance program for what SQL can't tell. Best effort: no answer is no news. */
final class StatusQuestion implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();

  StatusJson.Told ask(String host, int port) throws InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create("http://%s:%d/status".formatted(bracketed(host), port)))
            .timeout(PATIENCE)
            .build();
    try {
      var answer = client.send(request, BodyHandlers.ofString());
      return answer.statusCode() == 200 ? StatusJson.told(answer.body()) : StatusJson.Told.NOTHING;
    } catch (IOException | IllegalArgumentException e) {
      return StatusJson.Told.NOTHING;
    }
  }

  private static String bracketed(String host) {
    return host.contains(":") ? "[" + host + "]" : host;
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
