package dev.pgbaton.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A password that can't be printed. */
public record Password(String value) {
  public static Password read(Path file) {
    try {
      return new Password(Files.readString(file).stripTrailing());
    } catch (IOException e) {
      throw new UncheckedIOException("the password file " + file + " can't be read", e);
    }
  }

  @Override
  public String toString() {
    return "***";
  }
}
