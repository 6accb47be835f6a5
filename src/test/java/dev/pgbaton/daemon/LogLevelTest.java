package dev.pgbaton.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.io.IOException;
import java.io.Reader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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
        .containsExactly("quarkus.log.min-level");
    assertThat(properties.getProperty("quarkus.log.min-level")).isEqualTo("DEBUG");
  }

  @Test
  void onlyTraceHasTheBodiesOfTheKubernetesClient() throws IOException {
    assertThat(logged(Level.FINE)).doesNotContain("bjB0LXQwLWJlLWwwZ2dlZA");
    // So that its silence says something.
    assertThat(logged(Level.ALL)).contains("bjB0LXQwLWJlLWwwZ2dlZA");
  }

  private static String logged(Level level) throws IOException {
    var logger = Logger.getLogger("io.fabric8.kubernetes");
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
    var config =
        new ConfigBuilder()
            .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
            .build();
    try (var client =
        new KubernetesClientBuilder()
            .withConfig(config)
            .withHttpClientFactory(new JdkHttpClientFactory())
            .build()) {
      assertThat(client.secrets().inNamespace("n").withName("s").get().getData()).hasSize(1);
    } finally {
      server.stop(0);
      logger.removeHandler(handler);
      logger.setLevel(before);
    }
    return String.join("\n", lines);
  }
}
