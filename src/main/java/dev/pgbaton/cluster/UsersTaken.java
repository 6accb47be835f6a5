package dev.pgbaton.cluster;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a primary says of the users and databases that it was told of.
 *
 * @param hash of what it took last; empty as long as it took nothing
 * @param roles of what it took last of roles and their passwords: the databases may take longer
 * @param errors what it could not bring about, for a person
 * @param mended what it last put right because somebody had changed it
 * @param mendedAt when that was; empty where it was nothing, or whoever says so does not know
 */
public record UsersTaken(
    String hash,
    String roles,
    List<String> errors,
    List<String> mended,
    Optional<Instant> mendedAt) {
  public static final UsersTaken NOTHING = new UsersTaken("", List.of(), List.of());

  public UsersTaken(String hash, List<String> errors, List<String> mended) {
    this(hash, hash, errors, mended, Optional.empty());
  }

  /** Of something new, so far only the roles. */
  public UsersTaken withRoles(String newer) {
    return new UsersTaken(hash, newer, errors, mended, mendedAt);
  }
}
