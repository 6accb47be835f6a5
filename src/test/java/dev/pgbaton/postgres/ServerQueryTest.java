package dev.pgbaton.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerQueryTest {
  @TempDir static Path directory;

  @Test
  void aStandbyHasReadItsLogOnceItStreamsOrLooksForMore() throws Exception {
    try (var pair = new PostgresPair(directory)) {
      await().atMost(Duration.ofSeconds(30)).until(() -> ask(pair).receiving());
      assertThat(ask(pair).inRecovery()).isTrue();
      assertThat(ask(pair).logRead()).isTrue();

      pair.stopPrimary();
      await().atMost(Duration.ofSeconds(30)).until(() -> !ask(pair).receiving());
      assertThat(ask(pair).logRead()).isTrue();
    }
  }

  private static ServerQuery ask(PostgresPair pair) throws SQLException {
    try (var connection = pair.standby().getPostgresDatabase().getConnection();
        var statement = connection.createStatement();
        var row = statement.executeQuery(ServerQuery.SQL)) {
      return ServerQuery.read(row);
    }
  }
}
