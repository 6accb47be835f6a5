package dev.pgbaton.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The time since the boot, sleep included, to a hundredth of a second. */
final class Uptime {
  private static final Path FILE = Path.of("/proc/uptime");

  private Uptime() {}

  /** The JVM's own clock where the kernel doesn't tell. */
  static long nanos() {
    try {
      var text = Files.readString(FILE);
      var seconds = text.substring(0, text.indexOf(' '));
      return (long) (Double.parseDouble(seconds) * 1e9);
    } catch (IOException | RuntimeException e) {
      return System.nanoTime();
    }
  }
}
