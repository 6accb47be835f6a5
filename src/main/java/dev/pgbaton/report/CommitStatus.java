package dev.pgbaton.report;

/**
 * A line on a commit, at the forge.
 *
 * @param context {@code pgbaton/<environment>} or {@code
 *     pgbaton/<environment>/<namespace>/<cluster>}
 * @param description one sentence that a person can act on; adapters cut it to their forge's limit
 */
public record CommitStatus(String commit, String context, State state, String description) {
  public enum State {
    PENDING,
    SUCCESS,
    FAILURE,
    ERROR
  }
}
