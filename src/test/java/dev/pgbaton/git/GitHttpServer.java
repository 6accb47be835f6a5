package dev.pgbaton.git;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLContext;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.PacketLineOut;
import org.eclipse.jgit.transport.RefAdvertiser.PacketLineOutRefAdvertiser;
import org.eclipse.jgit.transport.UploadPack;

/**
 * Git's smart HTTP protocol over a real socket, for one repository at {@code /team/clusters.git}.
 */
final class GitHttpServer implements AutoCloseable {
  private static final String PATH = "/team/clusters.git";

  private final HttpServer server;
  private final String scheme;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Repository repository;
  private volatile Optional<String> token = Optional.empty();
  private volatile boolean forbidden;
  private volatile Optional<String> movedTo = Optional.empty();

  /**
   * Every request, as {@code GET info/refs}; the second word of a POST is the command of protocol
   * v2.
   */
  final List<String> requests = new CopyOnWriteArrayList<>();

  /** What came with the requests as Authorization. */
  final List<String> authorizations = new CopyOnWriteArrayList<>();

  private GitHttpServer(HttpServer server, String scheme, Repository repository) {
    this.server = server;
    this.scheme = scheme;
    this.repository = repository;
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  static GitHttpServer plain(Repository repository) throws IOException {
    return new GitHttpServer(HttpServer.create(anyPort(), 0), "http", repository);
  }

  static GitHttpServer tls(Repository repository, SSLContext context) throws IOException {
    var server = HttpsServer.create(anyPort(), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    return new GitHttpServer(server, "https", repository);
  }

  GitHttpServer requireToken(String required) {
    token = Optional.of(required);
    return this;
  }

  GitHttpServer forbid() {
    forbidden = true;
    return this;
  }

  GitHttpServer redirectTo(GitHttpServer other) {
    movedTo = Optional.of(other.url());
    return this;
  }

  int port() {
    return server.getAddress().getPort();
  }

  String url() {
    return scheme + "://127.0.0.1:" + port() + PATH;
  }

  long fetches() {
    return requests.stream().filter("fetch"::equals).count();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var authorization =
          Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"));
      authorization.ifPresent(authorizations::add);
      var path = exchange.getRequestURI().getPath();
      if (movedTo.isPresent()) {
        exchange
            .getResponseHeaders()
            .add(
                "Location",
                movedTo.get() + exchange.getRequestURI().toString().substring(PATH.length()));
        exchange.sendResponseHeaders(301, -1);
      } else if (token.isPresent() && !authorization.map(GitHttpServer::password).equals(token)) {
        // As Gitea does it: a wrong token is not asked for another one.
        if (authorization.isEmpty()) {
          exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"git\"");
        }
        exchange.sendResponseHeaders(401, -1);
      } else if (forbidden) {
        exchange.sendResponseHeaders(403, -1);
      } else if (path.equals(PATH + "/info/refs")) {
        advertise(exchange);
      } else if (path.equals(PATH + "/git-upload-pack")) {
        upload(exchange);
      } else {
        exchange.sendResponseHeaders(404, -1);
      }
    }
  }

  private void advertise(HttpExchange exchange) throws IOException {
    requests.add("advertise");
    var body = new ByteArrayOutputStream();
    var lines = new PacketLineOut(body);
    var upload = uploadPack(exchange);
    if (!isV2(exchange)) {
      lines.writeString("# service=git-upload-pack\n");
      lines.end();
    }
    upload.sendAdvertisedRefs(new PacketLineOutRefAdvertiser(lines));
    exchange
        .getResponseHeaders()
        .add("Content-Type", "application/x-git-upload-pack-advertisement");
    send(exchange, body.toByteArray());
  }

  private void upload(HttpExchange exchange) throws IOException {
    var in = exchange.getRequestBody();
    if ("gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))) {
      in = new GZIPInputStream(in);
    }
    var request = in.readAllBytes();
    requests.add(
        new String(request, StandardCharsets.UTF_8).contains("command=ls-refs")
            ? "ls-refs"
            : "fetch");
    var body = new ByteArrayOutputStream();
    uploadPack(exchange).upload(new java.io.ByteArrayInputStream(request), body, null);
    exchange.getResponseHeaders().add("Content-Type", "application/x-git-upload-pack-result");
    send(exchange, body.toByteArray());
  }

  private UploadPack uploadPack(HttpExchange exchange) {
    var upload = new UploadPack(repository);
    upload.setBiDirectionalPipe(false);
    if (isV2(exchange)) {
      upload.setExtraParameters(List.of("version=2"));
    }
    return upload;
  }

  private static boolean isV2(HttpExchange exchange) {
    return "version=2".equals(exchange.getRequestHeaders().getFirst("Git-Protocol"));
  }

  private static void send(HttpExchange exchange, byte[] body) throws IOException {
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
  }

  private static String password(String authorization) {
    var basic =
        new String(
            Base64.getDecoder().decode(authorization.substring("Basic ".length())),
            StandardCharsets.UTF_8);
    return basic.substring(basic.indexOf(':') + 1);
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
