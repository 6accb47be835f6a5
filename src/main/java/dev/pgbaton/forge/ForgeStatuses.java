package dev.pgbaton.forge;

import dev.pgbaton.report.CommitStatuses;
import java.time.Clock;

/** The forge that the settings name. */
public final class ForgeStatuses {
  private ForgeStatuses() {}

  /**
   * @throws IllegalArgumentException with every {@link ForgeSettings#problems() problem} when the
   *     settings can't be used
   */
  public static CommitStatuses of(ForgeSettings settings) {
    var problems = settings.problems();
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", problems));
    }
    return switch (settings.kind()) {
      case NONE -> new NoStatuses();
      case GITEA -> new GiteaStatuses(new StatusApi(settings, Clock.systemUTC()));
      case GITHUB -> new GitHubStatuses(new StatusApi(settings, Clock.systemUTC()));
    };
  }
}
