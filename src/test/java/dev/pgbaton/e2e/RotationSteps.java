package dev.pgbaton.e2e;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The steps of a rotation of pgbaton's own passwords, as the daemon's log names them. */
final class RotationSteps implements Function<String, Optional<String>> {
  /** Each write of the Secret, and who is told of it. */
  static final List<String> ALL =
      List.of(
          "give pgbaton's roles a second login",
          "tell of: give pgbaton's roles a second login",
          "come with the new logins, and change the superuser's password",
          "tell of: come with the new logins, and change the superuser's password",
          "lock the former logins",
          "tell of: lock the former logins");

  private static final Pattern WRITTEN = Pattern.compile(": rotation \\S+: (.*)$");
  private static final Pattern TOLD = Pattern.compile(": tell .* of new passwords$");

  private final String commit;
  private String written = "";

  /**
   * @param commit that it is done for
   */
  RotationSteps(String commit) {
    this.commit = "@" + commit.substring(0, 8) + ": ";
  }

  @Override
  public Optional<String> apply(String line) {
    if (!line.contains(commit)) return Optional.empty();
    var writes = WRITTEN.matcher(line);
    if (writes.find()) {
      written = writes.group(1);
      return Optional.of(written);
    }
    return TOLD.matcher(line).find() ? Optional.of("tell of: " + written) : Optional.empty();
  }
}
