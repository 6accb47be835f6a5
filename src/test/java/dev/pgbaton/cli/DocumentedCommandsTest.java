package dev.pgbaton.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.ParameterException;

/** Whatever a page tells people to type is understood. */
class DocumentedCommandsTest {
  private static final Pattern FENCED = Pattern.compile("(?s)```(\\w*)\n(.*?)```");
  private static final Pattern INLINE = Pattern.compile("`((?:\\./|kubectl )?pgbaton [^`\n]+)`");
  private static final Pattern CALL =
      Pattern.compile("(?m)^\\s*(?:\\$ |- run: |- )?((?:\\./|kubectl )?pgbaton [^\n]+)$");

  @Test
  void everyDocumentedCommandIsUnderstood() throws IOException {
    var wrong = new ArrayList<String>();
    var count = 0;
    for (var page : pages()) {
      for (var command : commands(Files.readString(page))) {
        count++;
        var why = trouble(command);
        if (!why.isEmpty()) wrong.add("%s: %s: %s".formatted(page, command, why));
      }
    }

    assertThat(wrong).isEmpty();
    assertThat(count).isGreaterThan(30);
  }

  private static List<Path> pages() throws IOException {
    try (var docs = Files.walk(Path.of("docs"))) {
      return Stream.concat(
              Stream.of(Path.of("README.md"), Path.of("CONTRIBUTING.md")),
              docs.filter(file -> file.toString().endsWith(".md")))
          .toList();
    }
  }

  private static List<String> commands(String text) {
    var found = new ArrayList<String>();
    var prose = new StringBuilder();
    var fenced = FENCED.matcher(text);
    while (fenced.find()) {
      fenced.appendReplacement(prose, "");
      // What --help prints is no command.
      if (!fenced.group(1).equals("text")) calls(fenced.group(2), found);
    }
    fenced.appendTail(prose);
    // Indented, in older pages.
    prose
        .toString()
        .lines()
        .filter(line -> line.startsWith("    "))
        .forEach(line -> calls(line, found));
    INLINE.matcher(prose).results().forEach(match -> found.add(match.group(1)));
    return found;
  }

  private static void calls(String text, List<String> found) {
    CALL.matcher(text).results().forEach(match -> found.add(match.group(1)));
  }

  private static String trouble(String command) {
    var words =
        Stream.of(command.replaceFirst("\\s[#|>].*", "").split("\\s+"))
            .dropWhile(word -> !word.endsWith("pgbaton"))
            .skip(1)
            .map(word -> word.replace("\"", ""))
            .filter(word -> !word.equals("…"))
            .toList();
    var program = Main.commandLine();
    // The mention of a command, rather than a call.
    if (words.size() == 1)
      return program.getSubcommands().containsKey(words.getFirst()) ? "" : "no such command";
    try {
      program.parseArgs(words.toArray(String[]::new));
      return "";
    } catch (ParameterException e) {
      return e.getMessage();
    }
  }
}
