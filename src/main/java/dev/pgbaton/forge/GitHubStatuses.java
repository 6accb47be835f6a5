package dev.pgbaton.forge;

import dev.pgbaton.report.CommitStatus;
import dev.pgbaton.report.CommitStatuses;
import java.util.Map;

/** GitHub and GitHub Enterprise. */
final class GitHubStatuses implements CommitStatuses {
  private final StatusApi api;

  GitHubStatuses(StatusApi api) {
    this.api = api;
  }

  @Override
  public Delivery post(CommitStatus status) {
    return api.post(
        status,
        "Bearer",
        Map.of("Accept", "application/vnd.github+json", "X-GitHub-Api-Version", "2022-11-28"),
        "the permission \"Commit statuses: read and write\" (classic tokens: repo:status)");
  }
}
