package dev.pgbaton.forge;

import dev.pgbaton.report.CommitStatus;
import dev.pgbaton.report.CommitStatuses;
import java.util.Map;

/** Gitea and Forgejo. */
final class GiteaStatuses implements CommitStatuses {
  private final StatusApi api;

  GiteaStatuses(StatusApi api) {
    this.api = api;
  }

  @Override
  public Delivery post(CommitStatus status) {
    return api.post(
        status, "token", Map.of("Accept", "application/json"), "the scope write:repository");
  }
}
