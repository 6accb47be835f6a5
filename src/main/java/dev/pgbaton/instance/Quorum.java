package dev.pgbaton.instance;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who makes up the cluster, and how many of the others confirm each commit. On the Lease it says
 * who may take it, and how many have to be asked before.
 *
 * @param members in ordinal order; empty = nothing was written yet
 * @param standbys how many standbys confirm each commit, 0 = none
 */
public record Quorum(List<String> members, int standbys) {
  public static final Quorum NONE = new Quorum(List.of(), 0);

  private static final Pattern ANY = Pattern.compile("ANY (\\d+) \\((.*)\\)");

  /** PostgreSQL's {@code synchronous_standby_names}. */
  public String setting() {
    return standbys == 0
        ? ""
        : members.stream()
            .map(name -> "\"" + name + "\"")
            .collect(Collectors.joining(", ", "ANY " + standbys + " (", ")"));
  }

  /** What {@link #setting} has written; anything else waits for nobody. */
  public static Quorum parse(String setting) {
    var match = ANY.matcher(setting.strip());
    return match.matches()
        ? new Quorum(
            Stream.of(match.group(2).split(","))
                .map(name -> name.strip().replace("\"", ""))
                .toList(),
            Integer.parseInt(match.group(1)))
        : NONE;
  }

  /**
   * How many instances, cut off from the last primary, are sure to have every confirmed commit
   * among them: without synchronous replication one is as good as another.
   */
  int neededToSucceed() {
    return standbys == 0 ? 1 : members.size() - standbys;
  }
}
