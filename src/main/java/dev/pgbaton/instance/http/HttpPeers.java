package dev.pgbaton.instance.http;

import dev.pgbaton.instance.InstanceStatus;
import dev.pgbaton.instance.Peer;
import dev.pgbaton.instance.Peers;
import dev.pgbaton.instance.Promise;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Asks each peer's {@code /status}, each on a thread of its own: a dead one must not delay the
 * others.
 */
public final class HttpPeers implements Peers {
  private static final Duration TIMEOUT = Duration.ofSeconds(1);
  private static final Duration WHOLE = TIMEOUT.plusMillis(500);
  private static final long AT_EASE_MILLIS = 1_000;
  private static final long CLOSELY_MILLIS = 5;

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofMillis(500))
          .build();
  private final Function<String, URI> address;
  private volatile List<Asking> peers = List.of();
  private final Runnable changed;
  private volatile Set<String> closely = Set.of();

  /**
   * @param address where a peer's status is, by its name; asked each time
   * @param changed called when a peer says something new while they are asked closely
   */
  public HttpPeers(Function<String, URI> address, Runnable changed) {
    this.address = address;
    this.changed = changed;
  }

  @Override
  public void among(List<String> names) {
    var before = peers;
    if (before.stream().map(p -> p.name).toList().equals(names)) return;
    peers = names.stream().map(name -> known(before, name)).toList();
    before.stream().filter(p -> !names.contains(p.name)).forEach(p -> p.over = true);
  }

  private Asking known(List<Asking> before, String name) {
    return before.stream()
        .filter(p -> p.name.equals(name))
        .findFirst()
        .orElseGet(
            () -> {
              var asking = new Asking(name);
              Thread.ofPlatform().name("peer-" + name).daemon().start(() -> askForEver(asking));
              return asking;
            });
  }

  @Override
  public List<Peer> latest() {
    return peers.stream().map(p -> p.latest).toList();
  }

  @Override
  public boolean promise(List<String> names, Promise asked) {
    var body = PromiseJson.write(asked);
    var answers = names.stream().map(name -> promise(name, body)).toList();
    return answers.stream().allMatch(CompletableFuture::join);
  }

  /**
   * On a thread of its own: where names can't be resolved, asking takes longer than its timeout.
   */
  private CompletableFuture<Boolean> promise(String name, String body) {
    var given = new CompletableFuture<Boolean>();
    Thread.ofPlatform()
        .name("promise-" + name)
        .daemon()
        .start(() -> given.complete(hasPromised(name, body)));
    return given.completeOnTimeout(
        false, TIMEOUT.plusMillis(200).toMillis(), TimeUnit.MILLISECONDS);
  }

  private boolean hasPromised(String name, String body) {
    try {
      var request =
          HttpRequest.newBuilder(address.apply(name).resolve("/promise"))
              .timeout(TIMEOUT)
              .POST(BodyPublishers.ofString(body))
              .build();
      return send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException | IllegalArgumentException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void askClosely(Set<String> instances) {
    var before = closely;
    if (before.equals(instances)) return;
    closely = instances;
    peers.stream()
        .filter(p -> instances.contains(p.name) && !before.contains(p.name))
        .forEach(p -> p.wake.release());
  }

  private void askForEver(Asking peer) {
    try {
      while (!peer.over) {
        var began = Duration.ofNanos(System.nanoTime());
        var status = ask(peer);
        var before = peer.latest.status();
        peer.latest = new Peer(peer.name, Optional.of(began), status);
        var closelyNow = closely.contains(peer.name);
        if (closelyNow && !before.equals(status)) changed.run();
        // Not to spin on one that refuses at once, unless something depends on it.
        var pause =
            closelyNow && status.isPresent() ? CLOSELY_MILLIS : closelyNow ? 50 : AT_EASE_MILLIS;
        if (peer.wake.tryAcquire(pause, TimeUnit.MILLISECONDS)) peer.wake.drainPermits();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Optional<InstanceStatus> ask(Asking peer) throws InterruptedException {
    try {
      var request = HttpRequest.newBuilder(address.apply(peer.name)).timeout(TIMEOUT).build();
      var answer = send(request, BodyHandlers.ofString());
      return answer.statusCode() == 200
          ? Optional.of(StatusJson.read(answer.body())).filter(s -> s.name().equals(peer.name))
          : Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The request's own timeout ends with the answer's headers. */
  private <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> body)
      throws IOException, InterruptedException {
    var answer = client.sendAsync(request, body);
    try {
      return answer.get(WHOLE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new HttpTimeoutException("no whole answer within " + WHOLE);
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    }
  }

  private static final class Asking {
    final String name;
    final Semaphore wake = new Semaphore(0);
    volatile Peer latest;
    volatile boolean over;

    Asking(String name) {
      this.name = name;
      this.latest = new Peer(name, Optional.empty(), Optional.empty());
    }
  }
}
