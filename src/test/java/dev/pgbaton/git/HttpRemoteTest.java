package dev.pgbaton.git;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.pgbaton.spec.SpecFile;
import dev.pgbaton.spec.SpecSource.Fetched;
import dev.pgbaton.spec.SpecSource.Fetched.Head;
import dev.pgbaton.spec.SpecSource.Fetched.Unreachable;
import dev.pgbaton.tls.TestAuthority;
import dev.pgbaton.tls.TunnelProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpRemoteTest {
  private static final String TOKEN = "s3cret-t0ken";

  @TempDir static Path shared;

  @TempDir Path directory;

  private static TeamRepository team;
  private static TestAuthority authority;

  private Path token;

  @BeforeAll
  static void push() throws IOException, GeneralSecurityException {
    authority = TestAuthority.in(shared);
    team = new TeamRepository(shared.resolve("team.git"));
    team.with("a.yaml", "a").push("One");
  }

  @AfterAll
  static void close() {
    team.close();
  }

  @BeforeEach
  void writeToken() throws IOException {
    token = Files.writeString(directory.resolve("token"), TOKEN + "\n");
  }

  @Test
  void aPublicRepositoryNeedsNoToken() throws IOException {
    try (var server = GitHttpServer.plain(team.repository)) {
      assertHead(settings(server).source().fetch());
      assertThat(server.authorizations).isEmpty();
    }
  }

  @Test
  void anUnchangedHeadIsListedButNotFetched() throws IOException {
    try (var server = GitHttpServer.plain(team.repository)) {
      var source = settings(server).source();
      source.fetch();
      server.requests.clear();

      assertHead(source.fetch());

      assertThat(server.requests).containsExactly("advertise", "ls-refs");
    }
  }

  @Test
  void aRestartWithAnUnchangedHeadFetchesNothing() throws IOException {
    try (var server = GitHttpServer.plain(team.repository)) {
      settings(server).source().fetch();
      assertThat(server.fetches()).isPositive();
      server.requests.clear();

      assertHead(settings(server).source().fetch());

      assertThat(server.fetches()).isZero();
    }
  }

  @Test
  void theTokenOpensAPrivateRepository() throws IOException {
    try (var server = GitHttpServer.plain(team.repository).requireToken(TOKEN)) {
      assertHead(settings(server).token(token).source().fetch());
    }
  }

  @Test
  void aRotatedTokenNeedsNoRestart() throws IOException {
    try (var server = GitHttpServer.plain(team.repository).requireToken(TOKEN)) {
      var source = settings(server).token(token).source();
      Files.writeString(token, "outdated");
      assertThat(reason(source.fetch())).contains("127.0.0.1 refuses the token in " + token);

      Files.writeString(token, TOKEN);

      assertHead(source.fetch());
    }
  }

  @Test
  void aMissingTokenIsAskedFor() throws IOException {
    try (var server = GitHttpServer.plain(team.repository).requireToken(TOKEN)) {
      assertThat(reason(settings(server).source().fetch())).contains("PGBATON_GIT_TOKEN_FILE");
    }
  }

  @Test
  void aTokenWithoutTheRightToReadIsTold() throws IOException {
    try (var server = GitHttpServer.plain(team.repository).requireToken(TOKEN).forbid()) {
      assertThat(reason(settings(server).token(token).source().fetch()))
          .contains("give it the right to read");
    }
  }

  @Test
  void aMissingRepositoryIsTold() throws IOException {
    try (var server = GitHttpServer.plain(team.repository)) {
      var url = server.url().replace("clusters", "nowhere");

      assertThat(reason(of(url).token(token).source().fetch()))
          .contains("there is no such repository, or the token may not read it");
    }
  }

  @Test
  void aRedirectToAnotherServerDoesNotCarryTheTokenAway() throws IOException {
    try (var other = GitHttpServer.plain(team.repository).requireToken(TOKEN);
        var server = GitHttpServer.plain(team.repository).redirectTo(other)) {
      assertThat(settings(server).token(token).source().fetch()).isInstanceOf(Unreachable.class);
      assertThat(other.authorizations).isEmpty();
    }
  }

  @Test
  void aCaFileMakesItsServersTrusted() throws IOException {
    try (var server = GitHttpServer.tls(team.repository, authority.server()).requireToken(TOKEN)) {
      assertHead(settings(server).token(token).ca(authority.caFile()).source().fetch());
    }
  }

  @Test
  void aServerOfAnUnknownAuthorityIsNotTrusted() throws IOException {
    try (var server = GitHttpServer.tls(team.repository, authority.server())) {
      assertThat(reason(settings(server).token(token).source().fetch()))
          .contains("the certificate of 127.0.0.1 is not trusted")
          .contains("PGBATON_GIT_CA_FILE");
      assertThat(server.authorizations).isEmpty();
    }
  }

  @Test
  void aCertificateForAnotherNameIsNotTrusted() throws IOException {
    try (var server = GitHttpServer.tls(team.repository, authority.server())) {
      var url = server.url().replace("127.0.0.1", "localhost");

      assertThat(reason(of(url).ca(authority.caFile()).source().fetch()))
          .contains("the certificate of localhost is not trusted");
    }
  }

  @Test
  void theProxyIsUsed() throws IOException {
    try (var server = GitHttpServer.plain(team.repository)) {
      // Answers for any host: the name in the URL does not exist, so the request can only have come
      // this way.
      var proxy = "http://127.0.0.1:" + server.port();

      assertHead(of("http://git.invalid/team/clusters.git").proxy(proxy).source().fetch());
    }
  }

  @Test
  void httpsGoesThroughTheProxyEndToEnd() throws IOException {
    try (var server = GitHttpServer.tls(team.repository, authority.server()).requireToken(TOKEN);
        var proxy = new TunnelProxy()) {
      assertHead(
          settings(server).token(token).ca(authority.caFile()).proxy(proxy.url()).source().fetch());
      assertThat(proxy.asked())
          .isNotEmpty()
          .allMatch(it -> it.startsWith("CONNECT 127.0.0.1:" + server.port()));
    }
  }

  @Test
  void anUnreachableServerIsTold() throws IOException {
    int port;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }

    assertThat(reason(of("http://127.0.0.1:" + port + "/x.git").source().fetch()))
        .contains("127.0.0.1 can't be reached")
        .contains("was not read, what was read before stays in force");
  }

  @Test
  void anUnknownNameIsTold() {
    assertThat(reason(of("https://git.invalid/x.git").source().fetch()))
        .contains("the name git.invalid can't be resolved");
  }

  @Test
  void aSilentServerIsGivenUp() throws IOException {
    try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var source =
          of("http://127.0.0.1:" + silent.getLocalPort() + "/x.git")
              .timeout(Duration.ofSeconds(1))
              .source();

      assertThat(reason(source.fetch()))
          .contains("did not answer in time (PGBATON_GIT_TIMEOUT is 1 s)");
    }
  }

  @Test
  void aServerThatSendsAByteNowAndThenIsGivenUp() throws IOException, InterruptedException {
    var gone = new CountDownLatch(1);
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange
              .getResponseHeaders()
              .add("Content-Type", "application/x-git-upload-pack-advertisement");
          exchange.sendResponseHeaders(200, 0);
          try (var body = exchange.getResponseBody()) {
            body.write(
                "001e# service=git-upload-pack\n0000ff00".getBytes(StandardCharsets.US_ASCII));
            while (true) {
              body.write('x');
              body.flush();
              Thread.sleep(20);
            }
          } catch (IOException e) {
            gone.countDown();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    server.start();
    try {
      var url = "http://127.0.0.1:" + server.getAddress().getPort() + "/x.git";
      var source = new JGitSpecSource(of(url).settings(), Duration.ofSeconds(2));

      assertThat(reason(source.fetch())).contains("did not answer in time");
      assertThat(gone.await(10, TimeUnit.SECONDS)).as("the connection is closed").isTrue();
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aServerInTroubleIsTold() throws IOException {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(502, -1);
          exchange.close();
        });
    server.start();
    try {
      var url = "http://127.0.0.1:" + server.getAddress().getPort() + "/x.git";

      assertThat(reason(of(url).source().fetch())).contains("502");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void whatWasReadComesBackWithTheServer() throws IOException {
    var server = GitHttpServer.plain(team.repository).requireToken(TOKEN);
    try (server) {
      var source = settings(server).token(token).source();
      var head = source.fetch();
      Files.writeString(token, "outdated");
      source.fetch();
      Files.writeString(token, TOKEN);

      assertThat(source.fetch()).isSameAs(head);
    }
  }

  private SettingsFixture settings(GitHttpServer server) {
    return of(server.url());
  }

  private SettingsFixture of(String url) {
    return SettingsFixture.of(url, directory.resolve("cache"));
  }

  private static void assertHead(Fetched fetched) {
    assertThat(fetched)
        .isInstanceOfSatisfying(
            Head.class,
            head -> assertThat(head.files()).extracting(SpecFile::text).containsExactly("a"));
  }

  private static String reason(Fetched fetched) {
    assertThat(fetched).isInstanceOf(Unreachable.class);
    var reason = ((Unreachable) fetched).reason();
    assertThat(reason).doesNotContain(TOKEN);
    return reason;
  }
}
