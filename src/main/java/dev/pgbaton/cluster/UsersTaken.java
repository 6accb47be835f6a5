package dev.pgbaton.cluster;

import java.util.List;

/**
 * What a primary says of the users and databases that it was told of.
 *
 * @param hash of what it took last; empty as long as it took nothing
 * @param errors what it could not bring about, for a person
 * @param mended what it last put right because somebody had changed it
 */
public record UsersTaken(String hash, List<String> errors, List<String> mended) {
  public static final UsersTaken NOTHING = new UsersTaken("", List.of(), List.of());
}
