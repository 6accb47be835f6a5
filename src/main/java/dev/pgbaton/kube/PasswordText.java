package dev.pgbaton.kube;

import java.util.regex.Pattern;

/** Whether a text can be a password, for PostgreSQL, for pgpool and for whoever reads it. */
sealed interface PasswordText {
  record Fit(String text) implements PasswordText {
    @Override
    public String toString() {
      return "***";
    }
  }

  /**
   * @param why what is said of it, without it
   */
  record Unfit(String why) implements PasswordText {}

  Pattern LINE_ENDS = Pattern.compile("[\\r\\n]+\\z");

  static PasswordText of(String value) {
    var text = LINE_ENDS.matcher(value).replaceFirst("");
    // pgpool keeps one line for each.
    if (text.isEmpty() || text.chars().anyMatch(Character::isISOControl))
      return new Unfit("is no password: it is empty, or has more than a line");
    // Whoever reads the Secret by itself sends it with them, or without.
    return text.equals(text.strip())
        ? new Fit(text)
        : new Unfit(
            "begins or ends with a blank, which programs take off or leave as they like: put a password without");
  }
}
