package dev.pgbaton.postgres;

import dev.pgbaton.catalog.ScramSecret;
import dev.pgbaton.cluster.LoginTurn.Which;
import dev.pgbaton.cluster.LoginsTaken;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ServiceRole;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The logins of pgbaton's own roles, and the superuser's password, as the mounted Secret has them:
 * the primary brings them about, and every instance comes to the others with the one whose turn it
 * is. Nothing of it is remembered: what is mounted is compared with the catalog, wherever somebody
 * stopped.
 */
public final class ServiceRoles {
  private static final Duration SOON = Duration.ofSeconds(1);
  private static final Duration EVERY = Duration.ofSeconds(10);
  private static final int SECONDS = 10;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final LocalConnection local;
  private final Supplier<Optional<Credentials>> mounted;
  private final Consumer<Credentials> comeWith;
  private final Consumer<String> log;
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile LoginsTaken taken = LoginsTaken.NOTHING;
  private Duration askedAt = Duration.ofDays(-1);
  private Duration lookedAt = Duration.ofDays(-1);
  private volatile boolean settled;
  private boolean wasPrimary;
  private volatile String trouble = "";

  /** A role as the catalog has it; {@code secret} may be empty. */
  private record Found(boolean login, String secret) {}

  ServiceRoles(
      LocalConnection local,
      Supplier<Optional<Credentials>> mounted,
      Consumer<Credentials> comeWith,
      Consumer<String> log) {
    this.local = local;
    this.mounted = mounted;
    this.comeWith = comeWith;
    this.log = log;
  }

  public LoginsTaken taken() {
    return taken;
  }

  /**
   * Called again and again where PostgreSQL answers.
   *
   * @param primary whether it may write
   */
  public void look(boolean primary, Duration now) {
    var news = primary && !wasPrimary;
    wasPrimary = primary;
    if (!news && now.minus(askedAt).compareTo(SOON) < 0) return;
    askedAt = now;
    var due = !settled || now.minus(lookedAt).compareTo(EVERY) >= 0;
    if (!news && !due && !anotherIsMounted()) return;
    if (!looking.compareAndSet(false, true)) return;
    lookedAt = now;
    Thread.ofPlatform().name("service-roles").daemon().start(() -> lookNow(primary));
  }

  private boolean anotherIsMounted() {
    try {
      return mounted
          .get()
          .flatMap(Credentials::turn)
          .filter(turn -> !turn.id().equals(taken.id()))
          .isPresent();
    } catch (UncheckedIOException e) {
      // It is told when it is really wanted.
      return true;
    }
  }

  private void lookNow(boolean primary) {
    try {
      var now = mounted.get();
      if (now.isEmpty()) {
        settled = true;
        return;
      }
      comeWith.accept(now.get());
      try (var connection = local.connect("postgres", SECONDS)) {
        if (primary) bring(connection, now.get()).forEach(log);
        var lacks = lacks(connection, now.get()).or(() -> metadata(now.get()));
        taken =
            lacks
                .map(words -> new LoginsTaken(taken.id(), words))
                .orElseGet(() -> new LoginsTaken(now.get().turn().orElseThrow().id(), ""));
        settled = lacks.isEmpty();
      }
      trouble = "";
    } catch (SQLException | RuntimeException e) {
      settled = false;
      // Mostly it is about to stop; what stays is told once.
      var text = "the passwords of pgbaton's own roles can't be looked at: " + e.getMessage();
      if (!text.equals(trouble) && !trouble.isEmpty()) log.accept(text);
      trouble = text;
    } finally {
      looking.set(false);
    }
  }

  /**
   * Where this is the primary.
   *
   * @return what was done, for a person
   */
  static List<String> bring(Connection connection, Credentials wanted) throws SQLException {
    connection.setAutoCommit(false);
    try (var statement = connection.createStatement()) {
      var changes = changes(connection, wanted);
      if (!changes.isEmpty()) {
        // No standby need confirm what the next primary would bring about again.
        statement.execute("SET LOCAL synchronous_commit = local");
        // The statements have what the passwords are checked with.
        statement.execute("SET LOCAL log_statement = 'none'");
        statement.execute("SET LOCAL log_min_duration_statement = -1");
        statement.execute("SET LOCAL log_min_error_statement = 'panic'");
        statement.execute("SET LOCAL track_activities = off");
      }
      for (var change : changes.values()) statement.execute(change);
      connection.commit();
      return List.copyOf(changes.keySet());
    } finally {
      connection.setAutoCommit(true);
    }
  }

  /** Statements, by what they do. */
  private static TreeMap<String, String> changes(Connection connection, Credentials wanted)
      throws SQLException {
    var changes = new TreeMap<String, String>();
    var found = found(connection);
    for (var role : ServiceRole.values()) {
      for (var which : Which.values()) {
        var login = role.login(which);
        var password = wanted.of(login);
        var there = Optional.ofNullable(found.get(login));
        if (password.isEmpty()) {
          if (there.filter(Found::login).isPresent() && sessions(connection, login) == 0)
            changes.put(
                "the login %s is locked".formatted(login),
                "ALTER ROLE %s NOLOGIN PASSWORD NULL".formatted(login));
        } else if (there.isEmpty()) {
          changes.put(
              "the login %s is made".formatted(login),
              "CREATE ROLE %s LOGIN %s PASSWORD '%s'"
                  .formatted(login, attributes(role), verifier(password.get())));
        } else if (!isWell(there.get(), password.get())) {
          changes.put(
              "the login %s has the password that is known here".formatted(login),
              "ALTER ROLE %s LOGIN PASSWORD '%s'".formatted(login, verifier(password.get())));
        }
      }
    }
    var superuser = Optional.ofNullable(found.get(Names.SUPERUSER));
    if (superuser.filter(s -> !isWell(s, wanted.superuser())).isPresent())
      changes.put(
          "the superuser has the password that is known here",
          "ALTER ROLE %s PASSWORD '%s'".formatted(Names.SUPERUSER, verifier(wanted.superuser())));
    return changes;
  }

  /** What is inherited need not be granted again; to be a superuser is not inherited. */
  private static String attributes(ServiceRole role) {
    return switch (role) {
      case REPMGR -> "SUPERUSER REPLICATION";
      case MONITOR -> "IN ROLE " + role.owner();
    };
  }

  /** What this instance's catalog lacks, for a person: on a standby it has not been replayed. */
  static Optional<String> lacks(Connection connection, Credentials wanted) throws SQLException {
    var found = found(connection);
    var lacks = new ArrayList<String>();
    for (var role : ServiceRole.values()) {
      for (var login : role.logins()) {
        var password = wanted.of(login);
        var there = Optional.ofNullable(found.get(login));
        if (password.isPresent() && there.filter(f -> isWell(f, password.get())).isEmpty())
          lacks.add("%s has not its new password yet".formatted(login));
        if (password.isEmpty() && there.filter(Found::login).isPresent())
          lacks.add(
              "%s may still log in (%d sessions)".formatted(login, sessions(connection, login)));
      }
    }
    var inUse = wanted.inUse(ServiceRole.REPMGR).role();
    streamsAs(connection)
        .filter(login -> !login.equals(inUse))
        .ifPresent(login -> lacks.add("it still streams as " + login));
    return lacks.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", lacks));
  }

  /** repmgrd connects as the metadata says, which the primary's care mends. */
  private Optional<String> metadata(Credentials wanted) {
    var login = wanted.inUse(ServiceRole.REPMGR).role();
    try (var connection = local.connect("repmgr", SECONDS);
        var nodes =
            connection.prepareStatement(
                "SELECT node_name FROM repmgr.nodes WHERE conninfo !~ ('(^| )user=' || ? || '( |$)')")) {
      nodes.setString(1, login);
      try (var row = nodes.executeQuery()) {
        return row.next()
            ? Optional.of("repmgr's metadata has not %s yet".formatted(login))
            : Optional.empty();
      }
    } catch (SQLException e) {
      return Optional.of("repmgr's metadata can't be read: " + e.getMessage());
    }
  }

  /** On a standby whose connection is open. */
  private static Optional<String> streamsAs(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        var row =
            statement.executeQuery(
                "SELECT substring(conninfo FROM '(?:^| )user=([^ ]*)') FROM pg_stat_wal_receiver")) {
      return row.next() ? Optional.ofNullable(row.getString(1)) : Optional.empty();
    }
  }

  private static boolean isWell(Found found, Password password) {
    return found.login() && ScramSecret.fits(found.secret(), password.value());
  }

  private static TreeMap<String, Found> found(Connection connection) throws SQLException {
    var found = new TreeMap<String, Found>();
    try (var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                """
                SELECT rolname, rolcanlogin, coalesce(rolpassword, '') FROM pg_authid
                WHERE rolname IN ('%s', '%s')
                """
                    .formatted(
                        Names.SUPERUSER,
                        String.join(
                            "', '",
                            java.util.Arrays.stream(ServiceRole.values())
                                .flatMap(role -> role.logins().stream())
                                .toList())))) {
      while (rows.next())
        found.put(rows.getString(1), new Found(rows.getBoolean(2), rows.getString(3)));
    }
    return found;
  }

  private static int sessions(Connection connection, String login) throws SQLException {
    try (Statement statement = connection.createStatement();
        var row =
            statement.executeQuery(
                "SELECT count(*) FROM pg_stat_activity WHERE usename = '%s'".formatted(login))) {
      row.next();
      return row.getInt(1);
    }
  }

  private static String verifier(Password password) {
    var salt = new byte[ScramSecret.SALT_BYTES];
    RANDOM.nextBytes(salt);
    return ScramSecret.of(password.value(), salt);
  }
}
