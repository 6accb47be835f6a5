package dev.pgbaton.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/** A file that nobody but its owner reads, not even while it is written. */
public final class PrivateFile {
  private PrivateFile() {}

  /** Whole or not at all: somebody may be reading right now. Makes the directory, too. */
  public static void write(Path file, CharSequence text) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    var fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    try {
      Files.createFile(
          fresh,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(fresh, text);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      // On a full volume half of a secret would stay.
      Files.deleteIfExists(fresh);
    }
  }
}
