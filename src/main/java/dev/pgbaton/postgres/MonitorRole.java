package dev.pgbaton.postgres;

import dev.pgbaton.catalog.ScramSecret;
import dev.pgbaton.cluster.Names;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The daemon's login and its heartbeat table, where the data did not begin with pgbaton, or came to
 * another set of manifests: the primary makes what is absent, and the role has the password that
 * the daemon will come with.
 */
public final class MonitorRole {
  private static final Duration EVERY = Duration.ofSeconds(10);
  private static final int SECONDS = 10;

  private final LocalConnection local;
  private final Supplier<Optional<Password>> password;
  private final Consumer<String> log;
  private final AtomicBoolean looking = new AtomicBoolean();
  private Duration lookedAt = Duration.ofDays(-1);
  private volatile String trouble = "";

  /**
   * @param password asked for each time: a mounted file may change. Empty where it is another
   *     login's turn
   */
  MonitorRole(LocalConnection local, Supplier<Optional<Password>> password, Consumer<String> log) {
    this.local = local;
    this.password = password;
    this.log = log;
  }

  /** Called again and again where this instance is the primary, and answers. */
  public void look(Duration now) {
    if (now.minus(lookedAt).compareTo(EVERY) < 0 || !looking.compareAndSet(false, true)) return;
    lookedAt = now;
    Thread.ofPlatform().name("monitor-role").daemon().start(this::lookNow);
  }

  private void lookNow() {
    try (var connection = local.connect("postgres", SECONDS)) {
      mend(connection, password.get()).ifPresent(log);
      trouble = "";
    } catch (SQLException e) {
      // Mostly it is about to stop; what stays is told once.
      var text = "the login of the daemon could not be looked at: " + e.getMessage();
      if (!text.equals(trouble) && !trouble.isEmpty()) log.accept(text);
      trouble = text;
    } finally {
      looking.set(false);
    }
  }

  /** What was done, in words; empty where everything was well. */
  static Optional<String> mend(Connection connection, Optional<Password> password)
      throws SQLException {
    try (var statement = connection.createStatement()) {
      // The statement has what the password is checked with.
      statement.execute(CatalogExecutor.QUIETLY);
      connection.setAutoCommit(false);
      var done = mend(statement, password);
      connection.commit();
      return done.isEmpty()
          ? Optional.empty()
          : Optional.of("for the daemon: " + String.join(", ", done));
    }
  }

  private static List<String> mend(Statement statement, Optional<Password> password)
      throws SQLException {
    var done = new ArrayList<String>();
    var secret = secret(statement);
    var has = has(statement);
    var well =
        secret.isPresent()
            && password.filter(p -> !ScramSecret.fits(secret.get(), p.value())).isEmpty();
    if (well && has.everything()) return done;
    if (secret.isEmpty()) {
      statement.execute(
          password.isPresent()
              ? "CREATE ROLE %s LOGIN PASSWORD '%s'".formatted(ROLE, Verifiers.of(password.get()))
              : "CREATE ROLE %s NOLOGIN".formatted(ROLE));
      done.add("the role " + ROLE + " is made");
    } else if (!well) {
      statement.execute(
          "ALTER ROLE %s LOGIN PASSWORD '%s'"
              .formatted(ROLE, Verifiers.of(password.orElseThrow())));
      done.add("the role " + ROLE + " has the password that is known here");
    }
    if (!has.everything()) {
      statement.execute("GRANT pg_monitor TO " + ROLE);
      statement.execute("GRANT SELECT ON pg_catalog.pg_file_settings TO " + ROLE);
      statement.execute(
          "GRANT EXECUTE ON FUNCTION pg_catalog.pg_show_all_file_settings() TO " + ROLE);
      if (!has.heartbeat()) {
        statement.execute("CREATE SCHEMA IF NOT EXISTS pgbaton AUTHORIZATION " + ROLE);
        statement.execute(
            "CREATE TABLE pgbaton.heartbeat (id int PRIMARY KEY, beat bigint NOT NULL, at timestamptz NOT NULL DEFAULT now())");
      }
      statement.execute("GRANT USAGE ON SCHEMA pgbaton TO " + ROLE);
      statement.execute("ALTER TABLE pgbaton.heartbeat OWNER TO " + ROLE);
      done.add("its rights and pgbaton.heartbeat are as they have to be");
    }
    return done;
  }

  private static final String ROLE = Names.MONITOR_USER;

  private record Has(boolean role, boolean heartbeat, boolean rights) {
    boolean everything() {
      return role && heartbeat && rights;
    }
  }

  private static Has has(Statement statement) throws SQLException {
    boolean role;
    boolean heartbeat;
    try (var row =
        statement.executeQuery(
            "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = '%s'), to_regclass('pgbaton.heartbeat') IS NOT NULL"
                .formatted(ROLE))) {
      row.next();
      role = row.getBoolean(1);
      heartbeat = row.getBoolean(2);
    }
    if (!role || !heartbeat) return new Has(role, heartbeat, false);
    try (var row =
        statement.executeQuery(
            """
            SELECT pg_has_role('%1$s', 'pg_monitor', 'USAGE')
              AND has_schema_privilege('%1$s', 'pgbaton', 'USAGE')
              AND has_table_privilege('%1$s', 'pgbaton.heartbeat', 'INSERT')
              AND has_table_privilege('%1$s', 'pgbaton.heartbeat', 'UPDATE')
              AND has_table_privilege('%1$s', 'pgbaton.heartbeat', 'SELECT')
              AND has_table_privilege('%1$s', 'pg_catalog.pg_file_settings', 'SELECT')
              AND has_function_privilege('%1$s', 'pg_catalog.pg_show_all_file_settings()', 'EXECUTE')
            """
                .formatted(ROLE))) {
      row.next();
      return new Has(true, true, row.getBoolean(1));
    }
  }

  /** As the server keeps it; empty without the role. */
  private static Optional<String> secret(Statement statement) throws SQLException {
    try (var row =
        statement.executeQuery(
            "SELECT coalesce(rolpassword, '') FROM pg_authid WHERE rolname = '%s'"
                .formatted(ROLE))) {
      return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
    }
  }
}
