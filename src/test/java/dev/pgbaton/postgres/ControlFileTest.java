package dev.pgbaton.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlFileTest {
  @TempDir Path directory;

  @Test
  void theShutdownCheckpointIsSeenWhenItIsWrittenAndNotBefore() throws Exception {
    var data = directory.resolve("data");
    try (var server =
            EmbeddedPostgres.builder().setDataDirectory(data).setCleanDataDirectory(false).start();
        var connection = server.getPostgresDatabase().getConnection();
        var statement = connection.createStatement();
        var row =
            statement.executeQuery("SELECT checkpoint_lsn::text FROM pg_control_checkpoint()")) {
      row.next();
      var running = ControlFile.read(data).orElseThrow();
      assertThat(running.checkpoint().toString()).isEqualTo("1:" + row.getString(1));
      assertThat(running.shutDown()).isEmpty();
    }
    var stopped = ControlFile.read(data).orElseThrow();
    assertThat(stopped.shutDown()).contains(stopped.checkpoint());
  }

  @Test
  void anotherVersionsFileOrAHalfWrittenOneIsNotRead() throws Exception {
    var file = Files.createDirectory(directory.resolve("global")).resolve("pg_control");
    var bytes = new byte[8192];
    bytes[16] = 1;
    Files.write(file, bytes);

    assertThat(ControlFile.read(directory)).isEmpty();
    assertThat(ControlFile.read(directory.resolve("nowhere"))).isEmpty();
  }
}
