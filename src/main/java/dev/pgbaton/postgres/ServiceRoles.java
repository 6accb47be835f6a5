package dev.pgbaton.postgres;

import dev.pgbaton.catalog.ScramSecret;
import dev.pgbaton.cluster.LoginTurn;
import dev.pgbaton.cluster.LoginTurn.Phase;
import dev.pgbaton.cluster.LoginTurn.Which;
import dev.pgbaton.cluster.LoginsTaken;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ServiceRole;
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

  /** Who is logged in with a login that is to be locked may come to an end until then. */
  private static final Duration GRACE = Duration.ofSeconds(20);

  /**
   * The same of a Secret that was made anew, which no instance was told of: the kubelets bring it
   * within 90 s.
   */
  private static final Duration UNTOLD_GRACE = Duration.ofMinutes(3);

  private static final int SECONDS = 10;

  private final LocalConnection local;
  private final Supplier<Optional<Credentials>> mounted;
  private final Consumer<Credentials> comeWith;
  private final Consumer<String> log;
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile LoginsTaken taken;
  private Duration askedAt = Duration.ofDays(-1);
  private Duration lookedAt = Duration.ofDays(-1);
  private volatile boolean settled;
  private boolean wasPrimary;
  private volatile Duration toBeLockedSince = Duration.ZERO;
  private volatile String toBeLocked = "";
  private volatile String trouble = "";

  /**
   * A role as the catalog has it.
   *
   * @param secret may be empty
   * @param able whether it may do what it is there for
   */
  private record Found(boolean login, String secret, boolean able) {}

  /**
   * @param atFirst what is said as long as nothing is mounted
   */
  ServiceRoles(
      LocalConnection local,
      LoginsTaken atFirst,
      Supplier<Optional<Credentials>> mounted,
      Consumer<Credentials> comeWith,
      Consumer<String> log) {
    this.local = local;
    this.taken = atFirst;
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
    Thread.ofPlatform().name("service-roles").daemon().start(() -> lookNow(primary, now));
  }

  /** The same where PostgreSQL does not run: what copies or rewinds comes to others, too. */
  public void comeWithMounted(Duration now) {
    if (now.minus(askedAt).compareTo(SOON) < 0) return;
    askedAt = now;
    try {
      mounted.get().ifPresent(comeWith);
    } catch (RuntimeException e) {
      // It is tried again, and told once PostgreSQL runs.
    }
  }

  private boolean anotherIsMounted() {
    return mounted
        .get()
        .flatMap(Credentials::turn)
        .filter(turn -> !turn.id().equals(taken.id()))
        .isPresent();
  }

  private void lookNow(boolean primary, Duration at) {
    try {
      var now = mounted.get();
      if (now.isEmpty()) {
        settled = true;
        return;
      }
      if (primary || !streamsMeanwhile(now.get())) comeWith.accept(now.get());
      try (var connection = local.connect("postgres", SECONDS)) {
        var atOnce = graceIsOver(now.get(), at);
        if (primary) bring(connection, now.get(), atOnce).forEach(log);
        // A replica has sessions of its own, which nothing else ends.
        else if (atOnce) endSessions(connection, now.get());
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
   * Of a standby that has not replayed the verifiers: the primary may not have them either, and its
   * connection, once broken, would not come again with the new password.
   */
  private boolean streamsMeanwhile(Credentials now) {
    try (var connection = local.connect("postgres", SECONDS)) {
      var found = found(connection);
      var login = now.inUse(ServiceRole.REPMGR);
      return streamsAs(connection).isPresent()
          && now.of(login.role())
              .filter(
                  password ->
                      Optional.ofNullable(found.get(login.role()))
                          .filter(there -> isWell(there, password))
                          .isEmpty())
              .isPresent();
    } catch (SQLException e) {
      return false;
    }
  }

  private boolean graceIsOver(Credentials wanted, Duration at) {
    var turn = wanted.turn().orElseThrow();
    if (!turn.id().equals(toBeLocked)) {
      toBeLocked = turn.id();
      toBeLockedSince = at;
    }
    var grace = turn.id().equals(LoginTurn.AT_FIRST.id()) ? UNTOLD_GRACE : GRACE;
    return turn.phase() == Phase.ended && at.minus(toBeLockedSince).compareTo(grace) >= 0;
  }

  /**
   * Where this is the primary.
   *
   * @param atOnce logins are locked whoever is logged in with them, and whoever is is ended: a
   *     session that nobody ends would keep a password that has leaked alive
   * @return what was done, for a person
   */
  static List<String> bring(Connection connection, Credentials wanted, boolean atOnce)
      throws SQLException {
    try (var statement = connection.createStatement()) {
      // The statements have what the passwords are checked with.
      statement.execute(CatalogExecutor.QUIETLY);
      var changes = changes(connection, wanted, atOnce);
      connection.setAutoCommit(false);
      for (var change : changes.values()) statement.execute(change);
      connection.commit();
      // Once nobody can come again.
      if (atOnce) {
        endSessions(connection, wanted);
        connection.commit();
      }
      return List.copyOf(changes.keySet());
    } finally {
      connection.setAutoCommit(true);
    }
  }

  /** Statements, by what they do. */
  private static TreeMap<String, String> changes(
      Connection connection, Credentials wanted, boolean atOnce) throws SQLException {
    var changes = new TreeMap<String, String>();
    var found = found(connection);
    for (var role : ServiceRole.values()) {
      for (var which : Which.values()) {
        var login = role.login(which);
        var password = wanted.of(login);
        var there = Optional.ofNullable(found.get(login));
        if (password.isEmpty()) {
          if (there.filter(Found::login).isPresent()
              && (atOnce || sessions(connection, login) == 0))
            changes.put(
                "the login %s is locked".formatted(login),
                "ALTER ROLE %s NOLOGIN PASSWORD NULL".formatted(login));
        } else if (there.isEmpty()) {
          changes.put(
              "the login %s is made".formatted(login),
              "CREATE ROLE %s LOGIN %s PASSWORD '%s'"
                  .formatted(login, attributes(role), Verifiers.of(password.get())));
        } else if (!there.get().able()) {
          changes.put(
              "the login %s may do what it is there for".formatted(login), enable(role, login));
        }
        if (password.isPresent() && there.isPresent() && !isWell(there.get(), password.get())) {
          changes.put(
              "the login %s has the password that is known here".formatted(login),
              "ALTER ROLE %s LOGIN PASSWORD '%s'".formatted(login, Verifiers.of(password.get())));
        }
      }
    }
    var superuser = Optional.ofNullable(found.get(Names.SUPERUSER));
    if (superuser.filter(s -> !isWell(s, wanted.superuser())).isPresent())
      changes.put(
          "the superuser has the password that is known here",
          "ALTER ROLE %s PASSWORD '%s'"
              .formatted(Names.SUPERUSER, Verifiers.of(wanted.superuser())));
    return changes;
  }

  private static String enable(ServiceRole role, String login) {
    return switch (role) {
      case REPMGR -> "ALTER ROLE %s SUPERUSER REPLICATION".formatted(login);
      case MONITOR -> "GRANT %s TO %s".formatted(role.owner(), login);
    };
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
        else if (password.isPresent() && !there.get().able())
          lacks.add("%s may not do what it is there for".formatted(login));
        if (password.isPresent() || there.isEmpty()) continue;
        var sessions = sessions(connection, login);
        if (there.get().login() || sessions > 0)
          lacks.add(
              "%s %s (%d sessions)"
                  .formatted(
                      login, there.get().login() ? "may still log in" : "is locked", sessions));
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
                SELECT rolname, rolcanlogin, coalesce(rolpassword, ''),
                  CASE WHEN rolname ~ '^%2$s' THEN rolsuper AND rolreplication
                    WHEN rolname ~ '^%3$s_' THEN
                      (SELECT pg_has_role(a.oid, r.oid, 'USAGE') FROM pg_roles r WHERE r.rolname = '%3$s')
                    ELSE true END
                FROM pg_authid a
                WHERE rolname IN ('%1$s', '%4$s')
                """
                    .formatted(
                        Names.SUPERUSER,
                        ServiceRole.REPMGR.owner(),
                        ServiceRole.MONITOR.owner(),
                        String.join(
                            "', '",
                            java.util.Arrays.stream(ServiceRole.values())
                                .flatMap(role -> role.logins().stream())
                                .toList())))) {
      while (rows.next())
        found.put(
            rows.getString(1),
            new Found(rows.getBoolean(2), rows.getString(3), rows.getBoolean(4)));
    }
    return found;
  }

  private static void endSessions(Connection connection, Credentials wanted) throws SQLException {
    var found = found(connection);
    for (var role : ServiceRole.values()) {
      for (var login : role.logins()) {
        // Only of one that can't come again.
        if (wanted.of(login).isPresent()
            || Optional.ofNullable(found.get(login)).filter(Found::login).isPresent()) continue;
        try (var statement =
            connection.prepareStatement(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = ?")) {
          statement.setString(1, login);
          statement.execute();
        }
      }
    }
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
}
