package dev.pgbaton.cli;

import io.quarkus.runtime.Quarkus;
import picocli.CommandLine.Command;

@Command(
    name = "run",
    description = "Runs the daemon.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "1:it could not start, or may not work on; the last lines of its log say why",
      "2:the configuration is wrong; every mistake is said",
      "64:the command line is wrong",
      "130:it was told to end (SIGINT, Ctrl-C), and has",
      "143:it was told to end (SIGTERM), and has"
    })
class Run implements Runnable {
  @Override
  public void run() {
    Quarkus.run();
  }
}
