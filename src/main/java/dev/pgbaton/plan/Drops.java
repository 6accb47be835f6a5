package dev.pgbaton.plan;

import dev.pgbaton.cluster.UsersTaken;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.UserSecrets;
import dev.pgbaton.observed.ObservedCluster;
import java.util.ArrayList;
import java.util.List;

/**
 * What the primary is going to drop because the spec says so: data goes by it, so it is told
 * before.
 */
final class Drops {
  private Drops() {}

  /**
   * @param changes to Kubernetes' objects, still to be made
   */
  static List<String> of(DesiredCluster desired, ObservedCluster observed, List<Change> changes) {
    var steps = new ArrayList<String>();
    var absent = UserSecrets.absent(desired);
    var users = desired.layout().key("Secret", desired.layout().usersSecret());
    var news =
        changes.stream().anyMatch(change -> change.object().key().equals(users))
            || Users.untaken(desired, observed).isPresent();
    var errors = Users.taken(observed).map(UsersTaken::errors).orElse(List.of());
    for (var database : absent.databases()) {
      if (news || isNamed("database " + database, errors))
        steps.add(
            "drop database %s with all of its data, if it is there, once nobody is connected to it"
                .formatted(database));
    }
    for (var gone : absent.within()) {
      if (news || isNamed("database %s: drop %s".formatted(gone.database(), gone.what()), errors))
        steps.add(
            "drop %s of database %s, if it is there and nothing is in it or uses it"
                .formatted(gone.what(), gone.database()));
    }
    for (var user : absent.users()) {
      if (news || isNamed("role " + user, errors))
        steps.add("drop role %s, if it is there and owns nothing".formatted(user));
    }
    return steps;
  }

  /** What could not be dropped is still going to be. */
  private static boolean isNamed(String what, List<String> errors) {
    return errors.stream()
        .anyMatch(error -> error.startsWith(what + ":") || error.startsWith("drop " + what + ":"));
  }
}
