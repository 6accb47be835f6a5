package dev.pgbaton.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

class CommandLineTest {
  private static final String VERSION =
      "pgbaton \\d+\\.\\d+\\.\\d+(-SNAPSHOT)? \\(commit ([0-9a-f]{7,40}|unknown)\\)";

  @TempDir Path directory;

  @Test
  void everyCommandIsDocumented() throws IOException {
    var page = Path.of("docs/cli.md");
    var text = Files.readString(page);
    var head = text.substring(0, text.indexOf("## pgbaton"));
    if ("write".equals(System.getProperty("pgbaton.golden")))
      Files.writeString(page, head + help());

    assertThat(Files.readString(page)).isEqualTo(head + help());
  }

  private static String help() {
    var program = Main.commandLine();
    var text = new StringBuilder(section("pgbaton", program));
    program
        .getSubcommands()
        .forEach((name, command) -> text.append('\n').append(section("pgbaton " + name, command)));
    return text.toString();
  }

  private static String section(String title, CommandLine command) {
    return "## %s\n\n```text\n%s```\n".formatted(title, command.getUsageMessage(Ansi.OFF));
  }

  @Test
  void everyCommandHasHelpAndSaysHowItEnds() {
    Main.commandLine()
        .getSubcommands()
        .forEach(
            (name, command) ->
                assertThat(command.getUsageMessage(Ansi.OFF))
                    .as(name)
                    .contains("--help", "Exit codes:", "64 "));
  }

  @Test
  void everyCommandTellsTheVersion() {
    Main.commandLine()
        .getSubcommands()
        .keySet()
        .forEach(name -> assertThat(printed(name, "--version")).as(name).matches(VERSION));
    assertThat(printed("-V")).matches(VERSION);
  }

  private static String printed(String... arguments) {
    var out = new StringWriter();
    assertThat(Main.commandLine().setOut(new PrintWriter(out)).execute(arguments)).isZero();
    return out.toString().strip();
  }

  @Test
  void aWrongCommandLineHasAnExitCodeOfItsOwn() {
    var said = new PrintWriter(new StringWriter());
    var program = Main.commandLine().setOut(said).setErr(said);

    assertThat(program.execute("status", "--colour")).isEqualTo(64);
    assertThat(program.execute("handoff")).isEqualTo(64);
    assertThat(program.execute("statuss")).isEqualTo(64);
    assertThat(program.execute("status", "-o", "xml")).isEqualTo(64);
    for (var command : program.getSubcommands().keySet())
      assertThat(program.execute(command, "--colour")).as(command).isEqualTo(64);
  }

  @Test
  void whatIsOnlyPrintedEndsWithNothing() {
    var said = new PrintWriter(new StringWriter());

    assertThat(Main.commandLine().setOut(said).execute("schema")).isZero();
    assertThat(Main.commandLine().setOut(said).execute("completion", "zsh")).isZero();
    assertThat(Main.commandLine().setErr(said).execute("completion", "fish")).isEqualTo(64);
  }

  @Test
  void bashCompletesCommandsAndOptions() throws Exception {
    var out = new StringWriter();
    assertThat(Main.commandLine().setOut(new PrintWriter(out)).execute("completion", "bash"))
        .isZero();
    var script = Files.writeString(directory.resolve("pgbaton.bash"), out.toString());

    assertThat(completed(script, "pgbaton", "sta")).isEqualTo("status");
    assertThat(completed(script, "pgbaton", "handoff", "--wa")).isEqualTo("--wait");
    assertThat(completed(script, "pgbaton", "status", "-o", "y")).isEqualTo("yaml");
  }

  private static String completed(Path script, String... words)
      throws IOException, InterruptedException {
    var typed = String.join(" ", words);
    var process =
        new ProcessBuilder(
                "bash",
                "-c",
                "source %s; COMP_WORDS=(%s); COMP_CWORD=%d; COMP_LINE='%s'; _complete_pgbaton; echo \"${COMPREPLY[*]}\""
                    .formatted(script, typed, words.length - 1, typed))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return said.strip();
  }
}
