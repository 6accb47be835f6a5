package dev.pgbaton.cli;

import io.quarkus.runtime.Quarkus;
import picocli.CommandLine.Command;

@Command(name = "run", description = "Runs the daemon.", mixinStandardHelpOptions = true)
class Run implements Runnable {
  @Override
  public void run() {
    Quarkus.run();
  }
}
