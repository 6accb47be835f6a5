package dev.pgbaton.report;

import dev.pgbaton.cluster.ClusterId;

/** The names under which statuses stand on a commit. */
public record Contexts(String environment) {
  /** The whole repository's. */
  public String summary() {
    return "pgbaton/" + environment;
  }

  public String of(ClusterId id) {
    return "pgbaton/%s/%s/%s".formatted(environment, id.namespace(), id.name());
  }

  /** Under which the journal keeps what was posted. */
  public static String key(String commit, String context) {
    return commit + " " + context;
  }
}
