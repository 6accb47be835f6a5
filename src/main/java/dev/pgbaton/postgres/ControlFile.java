package dev.pgbaton.postgres;

import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.WalPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The few fields of {@code global/pg_control} that a handoff waits for, read without starting a
 * program. It is only believed with its checksum at the place where PostgreSQL 13 to 17 have it:
 * another version's, or one that is just being written, is not read.
 */
record ControlFile(int state, WalPosition checkpoint) {
  private static final int STATE = 16;
  private static final int CHECKPOINT = 32;
  private static final int TIMELINE = 48;
  static final int CHECKSUM = 288;
  private static final int SHUT_DOWN = 1;

  static Optional<ControlFile> read(Path data) {
    try (var file = Files.newByteChannel(data.resolve("global/pg_control"))) {
      var bytes = ByteBuffer.allocate(CHECKSUM + 4).order(ByteOrder.nativeOrder());
      while (bytes.hasRemaining()) if (file.read(bytes) < 0) return Optional.empty();
      var checksum = new CRC32C();
      checksum.update(bytes.array(), 0, CHECKSUM);
      if ((int) checksum.getValue() != bytes.getInt(CHECKSUM)) return Optional.empty();
      return Optional.of(
          new ControlFile(
              bytes.getInt(STATE),
              new WalPosition(bytes.getInt(TIMELINE), new Lsn(bytes.getLong(CHECKPOINT)))));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Where the shutdown checkpoint is, if the last thing that was written is one. */
  Optional<WalPosition> shutDown() {
    return state == SHUT_DOWN ? Optional.of(checkpoint) : Optional.empty();
  }
}
