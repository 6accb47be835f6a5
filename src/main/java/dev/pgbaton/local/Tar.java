package dev.pgbaton.local;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Predicate;

/** As much of tar as the archive with PostgreSQL needs: files, directories and symbolic links. */
final class Tar {
  private static final int BLOCK = 512;

  private Tar() {}

  static void unpack(InputStream from, Path to, Predicate<String> wanted) throws IOException {
    Files.createDirectories(to);
    while (true) {
      var header = from.readNBytes(BLOCK);
      if (header.length < BLOCK || header[0] == 0) return;
      var name = text(header, 0, 100);
      var size = Long.parseLong(text(header, 124, 12).strip(), 8);
      var target = to.resolve(name).normalize();
      if (!target.startsWith(to)) throw new IOException("the archive has a file outside of it");
      if (wanted.test(name)) write(from, header, target, size);
      else from.skipNBytes(size);
      from.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
    }
  }

  private static void write(InputStream from, byte[] header, Path target, long size)
      throws IOException {
    switch (header[156]) {
      case '5' -> Files.createDirectories(target);
      case '2' -> {
        Files.createDirectories(target.getParent());
        Files.createSymbolicLink(target, Path.of(text(header, 157, 100)));
      }
      case '0', 0 -> {
        Files.createDirectories(target.getParent());
        try (var file = Files.newOutputStream(target)) {
          var buffer = new byte[1 << 16];
          for (var left = size; left > 0; ) {
            var read = from.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (read < 0) throw new EOFException("the archive ends too early");
            file.write(buffer, 0, read);
            left -= read;
          }
        }
        var executable = (Integer.parseInt(text(header, 100, 8).strip(), 8) & 0100) != 0;
        Files.setPosixFilePermissions(
            target, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
      }
      default -> from.skipNBytes(size);
    }
  }

  private static String text(byte[] header, int at, int length) {
    var end = at;
    while (end < at + length && header[end] != 0) end++;
    return new String(header, at, end - at, StandardCharsets.UTF_8);
  }
}
