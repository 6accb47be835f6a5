package dev.pgbaton.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.io.IOException;
import java.io.Reader;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** Nobody can have the program log what Secrets hold. */
class LogLevelTest {
  private static final String TOKEN = "bjB0LXQwLWJlLWwwZ2dlZA";
  private static final String FABRIC8 = "io.fabric8.kubernetes";
  private static final String JDK = "sun.net.www.protocol.http";
  private static final String OF_THE_JDK = "quarkus.log.category.\"%s\"".formatted(JDK);

  private static final String SECRET =
      "{\"kind\":\"Secret\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"s\",\"namespace\":\"n\"},\"data\":{\"password\":\"bjB0LXQwLWJlLWwwZ2dlZA==\"}}";

  @Test
  void theProgramIsBuiltWithoutTrace() throws IOException {
    var properties = new Properties();
    try (Reader in =
        Files.newBufferedReader(Path.of("src/main/resources/application.properties"))) {
      properties.load(in);
    }
    assertThat(properties.stringPropertyNames())
        .filteredOn(name -> name.startsWith("quarkus.log.") && name.endsWith("min-level"))
        .containsExactlyInAnyOrder("quarkus.log.min-level", OF_THE_JDK + ".min-level");
    assertThat(properties.getProperty("quarkus.log.min-level")).isEqualTo("DEBUG");
    assertThat(properties.getProperty(OF_THE_JDK + ".min-level")).isEqualTo("INFO");
    assertThat(properties.getProperty(OF_THE_JDK + ".level")).isEqualTo("INFO");
  }

  /** JGit fetches by it. */
  @Test
  void onlyDebugHasTheHeadersOfTheJdksClient() throws IOException {
    assertThat(logged(JDK, Level.INFO, LogLevelTest::fetch)).doesNotContain(TOKEN);
    assertThat(logged(JDK, Level.FINE, LogLevelTest::fetch)).contains(TOKEN);
  }

  private static void fetch(URI address) throws IOException {
    var connection = (HttpURLConnection) address.toURL().openConnection();
    connection.setRequestProperty("Authorization", "Basic " + TOKEN);
    assertThat(connection.getResponseCode()).isEqualTo(200);
  }

  @Test
  void onlyTraceHasTheBodiesOfTheKubernetesClient() throws IOException {
    assertThat(logged(FABRIC8, Level.FINE, LogLevelTest::ask)).doesNotContain(TOKEN);
    // So that its silence says something.
    assertThat(logged(FABRIC8, Level.ALL, LogLevelTest::ask)).contains(TOKEN);
  }

  private static void ask(URI address) {
    var config = new ConfigBuilder().withMasterUrl(address.toString()).build();
    try (var client =
        new KubernetesClientBuilder()
            .withConfig(config)
            .withHttpClientFactory(new JdkHttpClientFactory())
            .build()) {
      assertThat(client.secrets().inNamespace("n").withName("s").get().getData()).hasSize(1);
    }
  }

  private interface Question {
    void ask(URI server) throws IOException;
  }

  private static String logged(String category, Level level, Question question) throws IOException {
    var logger = Logger.getLogger(category);
    var lines = new ConcurrentLinkedQueue<String>();
    var handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            lines.add(line.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    handler.setLevel(Level.ALL);
    var before = logger.getLevel();
    logger.setLevel(level);
    logger.addHandler(handler);
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          var bytes = SECRET.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
    try {
      question.ask(URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
    } finally {
      server.stop(0);
      logger.removeHandler(handler);
      logger.setLevel(before);
    }
    return String.join("\n", lines);
  }
}
