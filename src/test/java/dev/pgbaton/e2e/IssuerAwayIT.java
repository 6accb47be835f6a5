package dev.pgbaton.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgbaton.sandbox.SeedRepository;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The daemon where nobody answers at the issuer's address, nor at the API server's. */
class IssuerAwayIT {
  @TempDir Path directory;

  @Test
  void keepsNobodyFromReadingAndSaysSoToWhoWouldSignIn() throws Exception {
    int port;
    int nobody;
    try (var one = new ServerSocket(0);
        var other = new ServerSocket(0)) {
      port = one.getLocalPort();
      nobody = other.getLocalPort();
    }
    SeedRepository.make(directory.resolve("repository"));
    var kubeconfig =
        Files.writeString(
            directory.resolve("kubeconfig"),
            """
            apiVersion: v1
            kind: Config
            clusters: [{name: it, cluster: {server: "http://127.0.0.1:%d"}}]
            contexts: [{name: it, context: {cluster: it, user: it}}]
            users: [{name: it, user: {}}]
            current-context: it
            """
                .formatted(nobody));
    var output = directory.resolve("output");
    var daemon =
        Packaged.start(
            Map.of(
                "KUBECONFIG",
                kubeconfig.toString(),
                "PGBATON_GIT_URL",
                directory.resolve("repository").toUri().toString(),
                "PGBATON_GIT_CACHE_DIR",
                directory.resolve("clone").toString(),
                "PGBATON_NAMESPACE",
                "it",
                "PGBATON_WEB_ACTIONS",
                "kubernetes",
                "PGBATON_OIDC_ISSUER_URL",
                "https://127.0.0.1:" + nobody,
                "PGBATON_OIDC_CLIENT_ID",
                "pgbaton",
                "QUARKUS_HTTP_HOST",
                "127.0.0.1",
                "QUARKUS_HTTP_PORT",
                Integer.toString(port)),
            output,
            "run");
    try {
      var visitor = new Visitor("http://127.0.0.1:" + port, "shop", "orders");
      await("the daemon listens")
          .atMost(Duration.ofSeconds(90))
          .pollInterval(Duration.ofMillis(200))
          .ignoreExceptions()
          .until(() -> visitor.get("/").statusCode() == 200);
      assertThat(Files.readString(output)).doesNotContain("sign in at");

      var answer = visitor.get("/sign-in/oidc");
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body()).contains("https://127.0.0.1:" + nobody + " does not answer");
      assertThat(Files.readString(output))
          .contains("somebody could not sign in at https://127.0.0.1:" + nobody + ": ");
      assertThat(visitor.get("/").statusCode()).isEqualTo(200);
    } finally {
      daemon.destroy();
      daemon.waitFor();
    }
  }
}
