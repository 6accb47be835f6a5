package dev.pgbaton.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * As whom PostgreSQL runs, which refuses to run as root.
 *
 * @param setpriv where that program is; empty where there is none
 * @param root whether this is root, and PostgreSQL has to be somebody else
 */
record Account(Optional<Path> setpriv, boolean root) {
  /** That user is on every machine, and owns nothing. */
  private static final String NOBODY = "nobody";

  static Account here() throws IOException {
    var root = "root".equals(System.getProperty("user.name"));
    var setpriv = Path.of("/usr/bin/setpriv");
    var found = Files.isExecutable(setpriv) ? Optional.of(setpriv) : Optional.<Path>empty();
    if (root && found.isEmpty())
      throw new IOException(
          "PostgreSQL doesn't run as root, and there is no %s (util-linux) to run it as %s: start pgbaton as another user"
              .formatted(setpriv, NOBODY));
    return new Account(found, root);
  }

  /** What a shell puts before a command. */
  String as(String option) {
    if (setpriv.isEmpty()) return "";
    var somebodyElse =
        root ? " --reuid=%1$s --regid=$(id -g %1$s) --clear-groups".formatted(NOBODY) : "";
    if (somebodyElse.isEmpty() && option.isEmpty()) return "";
    return "%s%s %s ".formatted(setpriv.get(), somebodyElse, option);
  }

  /** A line of shell: what this program has written there becomes theirs. */
  String own(Path... trees) {
    if (!root) return "";
    var line = new StringBuilder("chown -R " + NOBODY);
    for (var tree : trees) line.append(" '").append(tree).append('\'');
    // What is only there for a moment may be gone.
    return line.append(" 2> /dev/null").toString();
  }
}
