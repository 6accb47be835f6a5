package dev.pgbaton.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.observed.InstanceProbe;
import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.reconcile.Pass;
import dev.pgbaton.report.ClusterHealth;
import dev.pgbaton.report.ClusterHealth.Condition;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.jboss.logging.MDC;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a collector is sent. */
class TracesTest {
  private static final ClusterId ORDERS = new ClusterId("shop", "orders");

  private final ByteArrayOutputStream received = new ByteArrayOutputStream();
  private HttpServer collector;
  private Traces traces;

  @BeforeEach
  void start() throws IOException {
    collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext(
        "/v1/traces",
        exchange -> {
          try (exchange) {
            var body = exchange.getRequestBody().readAllBytes();
            var packed = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
            synchronized (received) {
              received.write(
                  packed
                      ? new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes()
                      : body);
            }
            exchange.sendResponseHeaders(200, -1);
          }
        });
    collector.start();
    traces =
        Traces.to(URI.create("http://127.0.0.1:%d/".formatted(collector.getAddress().getPort())));
  }

  @AfterEach
  void stop() {
    traces.close();
    collector.stop(0);
  }

  private String sent() {
    traces.flush();
    synchronized (received) {
      return received.toString(StandardCharsets.UTF_8);
    }
  }

  @Test
  void aLookIsATraceWithTheClusterTheReasonAndWhatItTook() {
    MDC.put(DaemonLog.PASS, "ab12-7");
    InstanceProbe probe = (_, _, _) -> Map.of("orders-0", new Answer.Unknown("no route"));

    traces.begins(ORDERS);
    assertThat((String) MDC.get("traceId")).hasSize(32);
    traces.around(InstanceProbe.class, probe).ask(null, List.of(), Set.of());
    traces.passed(
        new Pass.Refused(
            ORDERS,
            List.of(),
            new ClusterHealth(Condition.BLOCKED, "StorageShrinks", "8Gi is smaller")),
        Optional.empty());
    traces.ended(ORDERS);
    MDC.remove(DaemonLog.PASS);

    assertThat(MDC.get("traceId")).isNull();
    assertThat(sent())
        .contains("service.name", "pgbaton", "pass", "ab12-7", "orders", "InstanceProbe.ask")
        .contains("BLOCKED", "StorageShrinks", "8Gi is smaller");
  }

  @Test
  void whatWentWrongIsNamedWithoutItsMessage() {
    InstanceProbe probe =
        (_, _, _) -> {
          throw new IllegalStateException("password=hunter2");
        };

    traces.begins(ORDERS);
    try {
      traces.around(InstanceProbe.class, probe).ask(null, List.of(), Set.of());
    } catch (IllegalStateException e) {
      traces.failed(ORDERS, e);
    } finally {
      traces.ended(ORDERS);
    }

    assertThat(sent()).contains("IllegalStateException").doesNotContain("hunter2");
  }
}
