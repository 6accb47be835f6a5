package dev.pgbaton.catalog;

import java.util.List;
import java.util.Set;

/** Privileges that a role is given, or that are taken from it. */
enum Giving {
  GRANT("may", "may", "GRANT %s ON %s TO %s"),
  REVOKE("may no longer", "may not", "REVOKE %s ON %s FROM %s");

  private final String now;
  private final String later;
  private final String sql;

  Giving(String now, String later, String sql) {
    this.now = now;
    this.later = later;
    this.sql = sql;
  }

  /** Those of these privileges that are still to be given, or taken. */
  List<String> due(List<String> privileges, Set<String> has) {
    return privileges.stream().filter(p -> has.contains(p) == (this == REVOKE)).toList();
  }

  /** For a person, of what is there. */
  String words(String role, List<String> privileges) {
    return "%s %s %s".formatted(role, now, String.join(", ", privileges));
  }

  /** For a person, of what will be made later. */
  String wordsOfLater(String role, List<String> privileges) {
    return "%s %s %s".formatted(role, later, String.join(", ", privileges));
  }

  /**
   * @param on PostgreSQL's words for what it is about
   */
  String sql(List<String> privileges, String on, String role) {
    return sql.formatted(String.join(", ", privileges), on, Sql.name(role));
  }
}
