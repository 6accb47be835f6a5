package dev.pgbaton.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StandbyMinimumsTest {
  private static final String CONTROL =
      """
      Database cluster state:               in archive recovery
      max_connections setting:              300
      max_worker_processes setting:         8
      max_wal_senders setting:              20
      max_prepared_xacts setting:           10
      max_locks_per_xact setting:           64
      track_commit_timestamp setting:       off
      """;

  @TempDir Path directory;

  private String minimums(String restartSettings) throws IOException {
    var file = directory.resolve("restart.conf");
    Files.writeString(file, restartSettings);
    return StandbyMinimums.of(CONTROL, file);
  }

  @Test
  void aLowerValueWaitsForThePrimary() throws IOException {
    assertThat(minimums("max_connections = '200'\nmax_prepared_transactions = '10'\n"))
        .isEqualTo("max_connections = 300\n");
  }

  @Test
  void aSettingThatIsNoLongerAskedForCountsAsItsDefault() throws IOException {
    assertThat(minimums("max_connections = '300'\n")).isEqualTo("max_prepared_transactions = 10\n");
  }

  @Test
  void enoughIsLeftAlone() throws IOException {
    assertThat(minimums("max_connections = 300\nmax_prepared_transactions = 20\n")).isEmpty();
    assertThat(StandbyMinimums.of(CONTROL, directory.resolve("none"))).contains("max_connections");
  }
}
