package dev.pgbaton.cli;

import java.util.Map;
import picocli.CommandLine.Option;

/** On a terminal, unless NO_COLOR is set; or as it is asked for. */
final class Colours {
  enum When {
    auto,
    always,
    never
  }

  enum Colour {
    GREEN(32),
    YELLOW(33),
    RED(31),
    DIM(2),
    BOLD(1);

    private final int code;

    Colour(int code) {
      this.code = code;
    }
  }

  @Option(
      names = "--color",
      paramLabel = "WHEN",
      defaultValue = "auto",
      description =
          "auto (on a terminal, unless NO_COLOR is set), always or never; by default ${DEFAULT-VALUE}.")
  When when;

  String paint(Colour colour, String text) {
    return isOn(System.getenv()) ? "\u001b[%dm%s\u001b[0m".formatted(colour.code, text) : text;
  }

  private boolean isOn(Map<String, String> environment) {
    return switch (when) {
      case always -> true;
      case never -> false;
      case auto ->
          onTerminal()
              && environment.getOrDefault("NO_COLOR", "").isEmpty()
              && !"dumb".equals(environment.get("TERM"));
    };
  }

  static boolean onTerminal() {
    var console = System.console();
    return console != null && console.isTerminal();
  }
}
