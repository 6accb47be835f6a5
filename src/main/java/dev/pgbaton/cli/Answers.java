package dev.pgbaton.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command's answer, for a person or for a program. */
final class Answers {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text (the default), json or yaml.")
  Output output;

  @Spec(Spec.Target.MIXEE)
  CommandSpec command;

  boolean areForAPerson() {
    return output == Output.text;
  }

  void print(Supplier<String> text, Supplier<JsonNode> json) {
    var out = command.commandLine().getOut();
    out.print(areForAPerson() ? text.get() : output.of(json.get()));
    out.flush();
  }
}
