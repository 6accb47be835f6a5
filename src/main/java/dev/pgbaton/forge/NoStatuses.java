package dev.pgbaton.forge;

import dev.pgbaton.report.CommitStatus;
import dev.pgbaton.report.CommitStatuses;

/** No forge is configured: nothing is owed to one. */
final class NoStatuses implements CommitStatuses {
  @Override
  public Delivery post(CommitStatus status) {
    return new Delivery.Delivered();
  }
}
