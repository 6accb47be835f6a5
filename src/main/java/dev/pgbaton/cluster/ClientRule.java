package dev.pgbaton.cluster;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Who may connect from where, and how: an entry of {@code pg_hba.conf}, behind pgbaton's own.
 *
 * @param databases names, or words of {@link #DATABASES}
 * @param users names, groups with a plus before them, or {@link #ALL}
 * @param addresses as {@code 10.0.0.0/8}, or {@link #ALL}
 */
public record ClientRule(
    Type type, List<String> databases, List<String> users, List<String> addresses, Method method) {
  public static final String ALL = "all";

  /** Words that are no names, as long as they are not in quotes. */
  public static final Set<String> DATABASES = Set.of(ALL, "sameuser", "samerole", "replication");

  public static final Set<String> USERS = Set.of(ALL);

  private static final String NAME = "\\+?\"[^/\",\\x00-\\x1f\\x7f][^\",\\x00-\\x1f\\x7f]*\"";
  private static final String DATABASE = "(all|sameuser|samerole|replication|" + NAME + ")";
  private static final String USER = "(all|" + NAME + ")";
  private static final Pattern LINE =
      Pattern.compile(
          "(host|hostssl) %s(,%s)* %s(,%s)* (all|[0-9a-f:.]+/[0-9]{1,3}) (scram-sha-256|cert|reject)"
              .formatted(DATABASE, DATABASE, USER, USER));

  /** PostgreSQL's words. */
  public enum Type {
    host,
    hostssl
  }

  /** Those that ask for more than an address. */
  public enum Method {
    SCRAM("scram-sha-256"),
    CERT("cert"),
    REJECT("reject");

    private final String word;

    Method(String word) {
      this.word = word;
    }

    @Override
    public String toString() {
      return word;
    }
  }

  /** As PostgreSQL reads it, a line for each address. */
  public String lines() {
    return addresses.stream()
        .map(
            address ->
                "%s %s %s %s %s\n"
                    .formatted(
                        type, words(databases, DATABASES), words(users, USERS), address, method))
        .collect(Collectors.joining());
  }

  private static String words(List<String> names, Set<String> keywords) {
    return names.stream()
        .map(name -> keywords.contains(name) ? name : quoted(name))
        .collect(Collectors.joining(","));
  }

  private static String quoted(String name) {
    return name.startsWith("+") ? "+\"" + name.substring(1) + "\"" : "\"" + name + "\"";
  }

  /** Whether each line is one that {@link #lines} may have written: what else it could allow. */
  public static boolean wrote(String text) {
    return text.lines().allMatch(line -> LINE.matcher(line).matches());
  }

  /** Whether nothing that {@code later} is about gets past this one. */
  public boolean covers(ClientRule later) {
    return (type == Type.host || type == later.type)
        && (databases.contains(ALL) && !later.databases.contains("replication")
            || databases.containsAll(later.databases))
        && (users.contains(ALL) || users.containsAll(later.users))
        && (addresses.contains(ALL) || addresses.containsAll(later.addresses));
  }
}
