package dev.pgbaton.postgres;

import dev.pgbaton.catalog.Declaration;
import dev.pgbaton.catalog.Declaration.Database;
import java.time.Duration;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which databases are looked into, and when the next time is: each costs a connection of its own,
 * and what stays wrong is tried ever more rarely.
 */
final class CatalogTurns {
  static final Duration AT_REST = Duration.ofSeconds(60);
  static final Duration AFTER_TROUBLE = Duration.ofSeconds(5);

  private int turn;
  private int failures;
  private Set<String> failed = Set.of();
  private Duration lastTurn = Duration.ofDays(-1);

  /**
   * All of them where something new is declared; else what had errors, and one a minute of the
   * others.
   */
  Predicate<Database> within(Declaration declared, boolean news, Duration now) {
    if (news) {
      failures = 0;
      lastTurn = now;
      return _ -> true;
    }
    Predicate<Database> again = database -> failed.contains(database.name());
    var within = declared.databases().stream().filter(Database::hasContent).toList();
    if (within.isEmpty() || now.compareTo(lastTurn.plus(AT_REST)) < 0) return again;
    lastTurn = now;
    var chosen = within.get(turn++ % within.size());
    return again.or(chosen::equals);
  }

  /**
   * @param errors whether anything could not be done
   * @param within in which databases
   * @return when to look again
   */
  Duration next(boolean errors, Set<String> within, Duration now) {
    failed = within;
    failures = errors ? failures + 1 : 0;
    if (!errors) return now.plus(AT_REST);
    var wait = AFTER_TROUBLE.multipliedBy(1L << Math.min(failures - 1, 4));
    return now.plus(wait.compareTo(AT_REST) < 0 ? wait : AT_REST);
  }
}
