package dev.pgbaton.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** What was done and what was seen, one line each with its time, beside the logs of the pods. */
final class Timeline {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

  private final Path file;

  Timeline(Path directory) {
    this.file = directory.resolve("timeline.log");
  }

  synchronized void note(String format, Object... arguments) {
    try {
      Files.writeString(
          file,
          TIME.format(Instant.now()) + " " + format.formatted(arguments) + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Noted, and shown to whoever waits. */
  void say(String format, Object... arguments) {
    note(format, arguments);
    System.out.printf(TIME.format(Instant.now()) + " " + format + "%n", arguments);
  }
}
