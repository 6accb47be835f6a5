package dev.pgbaton.spec;

import java.time.Instant;

/** The commit that an intent was read from. */
public record SpecRevision(String commit, Instant committedAt, String subject) {
  /** The first eight digits, for a person. */
  public String shortCommit() {
    return commit.substring(0, Math.min(8, commit.length()));
  }
}
