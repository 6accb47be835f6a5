package dev.pgbaton.cli;

import dev.pgbaton.spec.SpecSchema;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "schema",
    description = "Prints the JSON schema of a spec, for editors and kubeconform.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:it is printed", "64:the command line is wrong"})
class Schema implements Runnable {
  @Spec CommandSpec command;

  @Override
  public void run() {
    var out = command.commandLine().getOut();
    out.print(SpecSchema.json());
    out.flush();
  }
}
