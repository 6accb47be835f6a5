package dev.pgbaton.postgres;

import dev.pgbaton.catalog.CatalogChange;
import dev.pgbaton.catalog.CatalogPlanner;
import dev.pgbaton.catalog.ContentPlanner;
import dev.pgbaton.catalog.Declaration;
import dev.pgbaton.catalog.Declaration.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Brings the catalog to what is declared: reads, and changes what differs, each change by itself.
 */
final class CatalogExecutor {
  /**
   * A statement has what a password is checked with: it goes into no log, no statistics, and no
   * list of what runs. No standby need confirm what the next primary would do again. And nobody
   * waits for long behind what waits for a lock: it is tried again.
   */
  static final String QUIETLY =
      """
      SET log_statement = 'none'; SET log_min_duration_statement = -1; SET log_min_duration_sample = -1;
      SET log_duration = off; SET log_transaction_sample_rate = 0; SET log_min_error_statement = 'panic';
      SET track_activities = off; SET debug_print_parse = off; SET debug_print_rewritten = off;
      SET debug_print_plan = off; SET pg_stat_statements.track_utility = off; SET pgaudit.log = 'none';
      SET synchronous_commit = local; SET lock_timeout = '2s'
      """;

  private final Connections connections;
  private final List<CatalogChange> done = new ArrayList<>();
  private final List<String> errors = new ArrayList<>();
  private final Set<String> failed = new TreeSet<>();
  private final Set<String> left = new TreeSet<>();

  /** As the superuser. */
  interface Connections {
    Connection to(String database) throws SQLException;
  }

  /**
   * @param errors what could not be done, for a person
   * @param failed the databases in which something could not be done
   */
  record Result(List<CatalogChange> done, List<String> errors, Set<String> failed) {}

  private CatalogExecutor(Connections connections) {
    this.connections = connections;
  }

  /**
   * @param within which databases are looked into; the others only from outside
   * @param roles told once the roles are as they shall be, or can't be
   * @throws SQLException if the server can't be asked
   */
  static Result bring(
      Declaration declared, Predicate<Database> within, Connections connections, Runnable roles)
      throws SQLException {
    var executor = new CatalogExecutor(connections);
    executor.shared(declared, roles);
    for (var database : declared.databases()) {
      if (!database.hasContent()
          || executor.left.contains(database.name())
          || !within.test(database)) continue;
      var before = executor.errors.size();
      executor.content(database);
      if (executor.errors.size() > before) executor.failed.add(database.name());
    }
    return new Result(
        List.copyOf(executor.done), List.copyOf(executor.errors), Set.copyOf(executor.failed));
  }

  private void shared(Declaration declared, Runnable roles) throws SQLException {
    try (var connection = connections.to("postgres")) {
      trustNames(connection);
      var plan = CatalogPlanner.shared(declared, CatalogReader.shared(connection, declared));
      errors.addAll(plan.refusals());
      execute(connection, plan.roles());
      roles.run();
      execute(connection, plan.databases());
      left.addAll(plan.left());
      mark(connection, plan.marks());
    }
  }

  /** What could not be made has no mark yet, and has said why. */
  private static void mark(Connection connection, List<String> marks) throws SQLException {
    if (marks.isEmpty()) return;
    try (var statement = connection.createStatement()) {
      statement.execute(QUIETLY);
      for (var mark : marks) {
        try {
          statement.execute(mark);
        } catch (SQLException e) {
          if (connection.isClosed()) throw e;
        }
      }
    }
  }

  private void content(Database database) throws SQLException {
    Connection connection;
    try {
      connection = connections.to(database.name());
    } catch (SQLException e) {
      // It could not be made, or lets nobody in; the others are looked at all the same.
      errors.add("database %s: %s".formatted(database.name(), words(e)));
      return;
    }
    try (connection) {
      trustNames(connection);
      var changes = ContentPlanner.plan(database, CatalogReader.content(connection, database));
      // An extension may bring the schema that is granted next, with tables in it.
      execute(connection, changes);
    }
  }

  /**
   * A database's owner may have set where names are looked up in it, and made functions there that
   * look like PostgreSQL's: the superuser would run them.
   */
  private static void trustNames(Connection connection) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute("SET search_path = pg_catalog");
    }
  }

  private void execute(Connection connection, List<CatalogChange> changes) throws SQLException {
    if (changes.isEmpty()) return;
    try (var statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(QUIETLY);
      for (var change : changes) execute(statement, change);
    }
  }

  private void execute(Statement statement, CatalogChange change) throws SQLException {
    try {
      // Without a schema of its own, an extension goes where the path begins: not among the
      // server's.
      if (change.extension()) statement.execute("SET search_path = public");
      statement.execute(change.sql());
      done.add(change);
    } catch (SQLException e) {
      if (statement.getConnection().isClosed()) throw e;
      errors.add("%s: %s".formatted(change.what(), words(e)));
    } finally {
      if (change.extension() && !statement.getConnection().isClosed())
        statement.execute("SET search_path = pg_catalog");
    }
  }

  /** PostgreSQL's words, with all that belongs to what a role would leave; never its statement. */
  static String words(SQLException e) {
    var message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return message
        .lines()
        .map(String::strip)
        .filter(line -> !line.startsWith("Position:"))
        .limit(3)
        .map(line -> line.replaceFirst("^ERROR: ", ""))
        .reduce((one, other) -> one + "; " + other)
        .orElse(message)
        .replaceAll("SCRAM-SHA-256\\S*", "***");
  }
}
