package dev.pgbaton.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** What was built, and from which commit. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    var built = new Properties();
    try (var file = Version.class.getResourceAsStream("version.properties")) {
      built.load(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new String[] {
      "pgbaton %s (commit %s)".formatted(built.getProperty("version"), built.getProperty("commit"))
    };
  }
}
