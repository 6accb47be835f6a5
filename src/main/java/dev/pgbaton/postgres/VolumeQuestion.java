package dev.pgbaton.postgres;

import dev.pgbaton.cluster.LoginsTaken;
import dev.pgbaton.cluster.UsersTaken;
import dev.pgbaton.cluster.VolumeSpace;
import dev.pgbaton.instance.http.StatusJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Asks the instance program for what SQL can't tell. Best effort: no answer is no news. */
final class VolumeQuestion implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();

  /**
   * @param configErrors why it did not take the settings that are mounted
   */
  record Told(
      Optional<VolumeSpace> volume,
      Optional<UsersTaken> users,
      Optional<LoginsTaken> logins,
      List<String> configErrors) {
    static final Told NOTHING =
        new Told(Optional.empty(), Optional.empty(), Optional.empty(), List.of());
  }

  Told ask(String host, int port) throws InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create("http://%s:%d/status".formatted(bracketed(host), port)))
            .timeout(PATIENCE)
            .build();
    try {
      var answer = client.send(request, BodyHandlers.ofString());
      return answer.statusCode() == 200
          ? new Told(
              StatusJson.volume(answer.body()),
              StatusJson.users(answer.body()),
              StatusJson.logins(answer.body()),
              StatusJson.configErrors(answer.body()))
          : Told.NOTHING;
    } catch (IOException | IllegalArgumentException e) {
      return Told.NOTHING;
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
