package dev.pgbaton.local;

import dev.pgbaton.postgres.InstancePaths;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Where one instance lives, over all lives of its pod.
 *
 * @param address its own, of the loopback network
 */
record Home(Path directory, String address) {
  private static final String DATA = "volume/pgdata";

  void make(Path postgresql, Account account) throws IOException {
    var volume = directory.resolve("volume");
    var run = directory.resolve("run");
    Files.createDirectories(volume);
    Files.createDirectories(run);
    // The sockets, and the password with which a standby connects.
    Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rwx------"));
    StandIns.make(directory.resolve("bin"), postgresql, account, address, volume, run);
  }

  Path data() {
    return directory.resolve(DATA);
  }

  Path mounts() {
    return directory.resolve("mounted");
  }

  Path serverLog() {
    return directory.resolve("postgresql.log");
  }

  Path programLog() {
    return directory.resolve("pgbaton.log");
  }

  InstancePaths paths(Mounts mounts) {
    return new InstancePaths(
        directory.resolve("bin"),
        data(),
        directory.resolve("run"),
        mounts.restartSettings(),
        mounts.reloadSettings());
  }

  void delete() {
    try {
      Trees.delete(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The postmaster and all of its children, at once. */
  void killPostgres() {
    try {
      var file = data().resolve("postmaster.pid");
      if (!Files.exists(file)) return;
      var pid = Long.parseLong(Files.readAllLines(file).getFirst().strip());
      ProcessHandle.of(pid)
          .filter(this::isOurs)
          .ifPresent(
              postmaster -> {
                var children = postmaster.descendants().toList();
                postmaster.destroyForcibly();
                children.forEach(ProcessHandle::destroyForcibly);
              });
    } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
      // It is just being written, or removed.
    }
  }

  /** The number may be somebody else's by now. */
  private boolean isOurs(ProcessHandle process) {
    try {
      var working = Path.of("/proc", Long.toString(process.pid()), "cwd");
      return Files.readSymbolicLink(working).equals(data().toRealPath());
    } catch (IOException e) {
      return false;
    }
  }
}
