package dev.pgbaton.cli;

import io.quarkus.runtime.annotations.QuarkusMain;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

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
      Status.class,
      HandOffCommand.class,
      History.class,
      Convert.class,
      Schema.class,
      Completion.class
    })
public class Main {
  /** The property with the name that a person calls it by: {@code kubectl pgbaton}, as a plugin. */
  private static final String NAME = "pgbaton.name";

  /** Not one of those by which a command answers. */
  static final int WRONG_COMMAND = 64;

  private static final int WIDTH = 110;

  public static void main(String... args) {
    System.exit(execute(args));
  }

  static int execute(String... args) {
    // The daemon is what an image without arguments runs, and quarkus:dev.
    return commandLine()
        .setCommandName(System.getProperty(NAME, "pgbaton"))
        .execute(args.length == 0 ? new String[] {"run"} : args);
  }

  static CommandLine commandLine() {
    var program = new CommandLine(new Main());
    program.getCommandSpec().versionProvider(new Version());
    program
        .getSubcommands()
        .values()
        .forEach(command -> command.getCommandSpec().versionProvider(new Version()));
    return program
        .setUsageHelpWidth(WIDTH)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExitCodeExceptionMapper(e -> e instanceof ParameterException ? WRONG_COMMAND : 1);
  }
}
