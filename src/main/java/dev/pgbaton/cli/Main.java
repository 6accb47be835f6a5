package dev.pgbaton.cli;

import io.quarkus.runtime.annotations.QuarkusMain;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The program. Only {@code run} and {@code try} start Quarkus: the others must not open a port
 * beside a daemon.
 */
@QuarkusMain
@Command(
    name = "pgbaton",
    description = "GitOps for highly available PostgreSQL on Kubernetes.",
    mixinStandardHelpOptions = true,
    subcommands = {
      Run.class,
      Try.class,
      InstanceCommand.class,
      Validate.class,
      Render.class,
      PlanCommand.class,
      Convert.class,
      Schema.class
    })
public class Main {
  public static void main(String... args) {
    System.exit(execute(args));
  }

  static int execute(String... args) {
    // The daemon is what an image without arguments runs, and quarkus:dev.
    return new CommandLine(new Main()).execute(args.length == 0 ? new String[] {"run"} : args);
  }
}
