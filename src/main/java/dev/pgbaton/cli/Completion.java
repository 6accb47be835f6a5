package dev.pgbaton.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "completion",
    description = {
      "Prints what a shell needs to complete commands and options.",
      "bash: source <(pgbaton completion bash), also in ~/.bashrc",
      "zsh:  source <(pgbaton completion zsh), also in ~/.zshrc, after compinit"
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:it is printed", "64:the command line is wrong"})
class Completion implements Callable<Integer> {
  enum Shell {
    bash,
    zsh
  }

  @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}.")
  Shell shell;

  @Spec CommandSpec command;

  @Override
  public Integer call() {
    // One script: in zsh it switches to bash's way of completion by itself.
    var program = command.root().commandLine();
    var out = command.commandLine().getOut();
    out.print(AutoComplete.bash("pgbaton", program));
    out.flush();
    return 0;
  }
}
