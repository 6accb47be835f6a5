package dev.pgbaton.instance.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.cluster.WalPosition;
import dev.pgbaton.instance.Answer;
import dev.pgbaton.instance.InstanceStatus;
import dev.pgbaton.instance.Moment;
import dev.pgbaton.instance.TimelineHistory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HttpPeersTest {
  private static final InstanceStatus STATUS =
      new InstanceStatus(
          "pg-1",
          "10.0.0.1",
          Role.REPLICA,
          true,
          true,
          false,
          true,
          false,
          true,
          Optional.of("7710584129022943288"),
          Optional.of(WalPosition.parse("3:0/5000148")),
          Optional.of(Lsn.parse("0/5000100")),
          Optional.of("pg-0"),
          new TimelineHistory(List.of(WalPosition.parse("1:0/3000148")), 4, Map.of(1, 2)),
          "9f86d0",
          List.of("work_mem (line 1): setting could not be applied"),
          Optional.of(new Answer("a-uid", Duration.ofNanos(17), new Moment(4_000, 5_000))));

  @Test
  void aStatusIsReadAsItWasWritten() {
    assertThat(StatusJson.read(StatusJson.write(STATUS))).isEqualTo(STATUS);
  }

  @Test
  void anEmptyInstanceLeavesOutWhatItDoesNotKnow() {
    var empty = InstanceStatus.empty("pg-1", "10.0.0.1");

    assertThat(StatusJson.read(StatusJson.write(empty))).isEqualTo(empty);
    assertThat(StatusJson.write(empty)).doesNotContain("receivedLsn");
  }

  @Test
  void peersAreAskedInTheBackgroundAndOneThatDoesNotAnswerIsUnreachable() throws IOException {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/status",
        exchange -> {
          try (exchange) {
            var body = StatusJson.write(STATUS).getBytes();
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    server.start();
    var nobody = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    var closed = nobody.getAddress().getPort();
    nobody.stop(0);
    try {
      var peers =
          new HttpPeers(
              name ->
                  URI.create(
                      "http://127.0.0.1:%d/status"
                          .formatted(name.equals("pg-1") ? server.getAddress().getPort() : closed)),
              () -> {});
      peers.among(List.of("pg-1", "pg-2"));

      await().until(() -> peers.latest().stream().allMatch(p -> p.askedAt().isPresent()));
      // On a busy machine the first question may take longer than a peer is given.
      await().until(() -> peers.latest().get(0).status().isPresent());
      assertThat(peers.latest().get(0).status()).contains(STATUS);
      assertThat(peers.latest().get(1).status()).isEmpty();

      peers.among(List.of("pg-2"));
      assertThat(peers.latest()).extracting(p -> p.name()).containsExactly("pg-2");
    } finally {
      server.stop(0);
    }
  }
}
