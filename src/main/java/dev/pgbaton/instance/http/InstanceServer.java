package dev.pgbaton.instance.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.pgbaton.cluster.VolumeSpace;
import dev.pgbaton.instance.Condition;
import dev.pgbaton.instance.InstanceRunner;
import dev.pgbaton.instance.InstanceStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** What others may ask the instance, and what only its own pod may ask of it. */
public final class InstanceServer {
  static {
    // Answers are asked for every few milliseconds in a handoff: Nagle would hold each for 40.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    // In seconds; without it half a request keeps its connection for ever.
    System.setProperty("sun.net.httpserver.maxReqTime", "5");
  }

  private interface Handler {
    Answer answer() throws InterruptedException;
  }

  private record Answer(int code, String type, String body) {
    static Answer text(boolean well, String body) {
      return new Answer(well ? 200 : 503, "text/plain; charset=utf-8", body + "\n");
    }
  }

  private InstanceServer() {}

  public static void start(
      InstanceRunner runner,
      Supplier<Optional<VolumeSpace>> volume,
      Supplier<Condition> condition,
      int statusPort,
      int controlPort)
      throws IOException {
    status(runner, volume, condition, new InetSocketAddress(statusPort));
    control(runner, controlPort);
  }

  /**
   * What others may ask.
   *
   * @return what ends it
   */
  public static Runnable status(
      InstanceRunner runner,
      Supplier<Optional<VolumeSpace>> volume,
      Supplier<Condition> condition,
      InetSocketAddress at)
      throws IOException {
    var status = HttpServer.create(at, 0);
    // However many wait for a PostgreSQL that hangs: a promise and a probe don't.
    status.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    on(status, "GET", "/livez", () -> Answer.text(runner.alive(), "loop"));
    on(
        status,
        "GET",
        "/readyz",
        () ->
            Answer.text(
                runner.status().filter(InstanceStatus::ready).isPresent(), runner.reason()));
    on(
        status,
        "GET",
        "/status",
        () ->
            runner
                .status()
                .map(
                    s ->
                        new Answer(
                            200,
                            "application/json",
                            StatusJson.write(s, volume.get(), runner.reason(), condition.get())))
                .orElseGet(() -> Answer.text(false, "starting")));
    status.createContext("/promise", exchange -> promise(runner, exchange));
    status.start();
    return () -> status.stop(0);
  }

  private static void control(InstanceRunner runner, int controlPort) throws IOException {
    var control =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getByName("127.0.0.1"), controlPort), 0);
    control.setExecutor(Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory()));
    on(control, "POST", "/pre-stop", () -> Answer.text(true, runner.handOff()));
    on(
        control,
        "POST",
        "/propose",
        () -> {
          runner.wake();
          return Answer.text(true, "looking at the Lease");
        });
    // The name is in the path: /take-over/orders-1
    control.createContext(
        "/take-over/",
        exchange -> {
          try (exchange) {
            if (!exchange.getRequestMethod().equals("POST")) {
              send(exchange, new Answer(405, "text/plain", "POST\n"));
              return;
            }
            var given = exchange.getRequestURI().getPath().substring("/take-over/".length());
            var came = runner.takeOver(given);
            send(exchange, Answer.text(came.equals("this is the primary now"), came));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    control.start();
  }

  private static void on(HttpServer server, String method, String path, Handler handler) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            if (!exchange.getRequestURI().getPath().equals(path)) send(exchange, notFound());
            else if (!exchange.getRequestMethod().equals(method))
              send(exchange, new Answer(405, "text/plain", method + "\n"));
            else send(exchange, handler.answer());
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private static void promise(InstanceRunner runner, HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!exchange.getRequestMethod().equals("POST")) {
        send(exchange, new Answer(405, "text/plain", "POST\n"));
        return;
      }
      var body = exchange.getRequestBody().readNBytes(PromiseJson.LONGEST);
      var asked = PromiseJson.read(new String(body, StandardCharsets.UTF_8));
      var given = runner.promise(asked);
      send(exchange, new Answer(given ? 200 : 409, "text/plain", given ? "promised\n" : "no\n"));
    } catch (IllegalArgumentException e) {
      send(exchange, new Answer(400, "text/plain", "not a request for a promise\n"));
    }
  }

  private static Answer notFound() {
    return new Answer(404, "text/plain", "not found\n");
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    var body = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", answer.type());
    exchange.sendResponseHeaders(answer.code(), body.length);
    exchange.getResponseBody().write(body);
  }
}
