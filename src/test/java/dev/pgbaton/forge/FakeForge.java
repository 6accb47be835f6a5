package dev.pgbaton.forge;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/** Answers as it is told and keeps what it was asked. */
final class FakeForge implements AutoCloseable {
  record Asked(String method, String uri, Map<String, List<String>> headers, String body) {
    String header(String name) {
      return headers.get(name).getFirst();
    }
  }

  final List<Asked> asked = new CopyOnWriteArrayList<>();

  private final HttpServer server;
  private final String scheme;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile int code = 201;
  private volatile String body = "{}";
  private volatile Map<String, String> headers = Map.of();
  private volatile boolean stalls;

  private FakeForge(HttpServer server, String scheme) {
    this.server = server;
    this.scheme = scheme;
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  static FakeForge plain() throws IOException {
    return new FakeForge(HttpServer.create(anyPort(), 0), "http");
  }

  static FakeForge tls(SSLContext context) throws IOException {
    var server = HttpsServer.create(anyPort(), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    return new FakeForge(server, "https");
  }

  FakeForge answers(int status, String text, Map<String, String> withHeaders) {
    code = status;
    body = text;
    headers = withHeaders;
    return this;
  }

  FakeForge answers(int status, String text) {
    return answers(status, text, Map.of());
  }

  /** Sends the headers, and then nothing. */
  FakeForge stalls() {
    stalls = true;
    return this;
  }

  String origin() {
    return scheme + "://127.0.0.1:" + server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      asked.add(
          new Asked(
              exchange.getRequestMethod(),
              exchange.getRequestURI().toString(),
              Map.copyOf(exchange.getRequestHeaders()),
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
      headers.forEach(exchange.getResponseHeaders()::add);
      var bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(code, stalls ? bytes.length + 1 : bytes.length);
      exchange.getResponseBody().write(bytes);
      exchange.getResponseBody().flush();
      if (stalls) {
        closed.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
