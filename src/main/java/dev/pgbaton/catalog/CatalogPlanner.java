package dev.pgbaton.catalog;

import static dev.pgbaton.catalog.CatalogChange.make;
import static dev.pgbaton.catalog.CatalogChange.mend;

import dev.pgbaton.catalog.Declaration.Database;
import dev.pgbaton.catalog.Declaration.Grant;
import dev.pgbaton.catalog.Declaration.User;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What is declared × what is there → statements, in order. What others made is in neither: it is
 * never named.
 */
public final class CatalogPlanner {
  /**
   * On each role and database that was declared once, in PostgreSQL itself, where no Secret that is
   * lost and no failover loses it: a setting that nothing reads. What others made has none.
   */
  public static final String MARK = "pgbaton.declared";

  private final Declaration declared;
  private final Catalog found;
  private final List<String> marks = new ArrayList<>();
  private final Set<String> left = new TreeSet<>();
  private final List<CatalogChange> changes = new ArrayList<>();
  private final List<String> refusals = new ArrayList<>();

  private CatalogPlanner(Declaration declared, Catalog found) {
    this.declared = declared;
    this.found = found;
  }

  /**
   * @param roles first: whoever has another password waits for no database
   * @param databases and what goes
   * @param refusals what is declared and can't be, for a person
   * @param marks statements after all else, which nobody need hear of
   * @param left databases that are not looked into
   */
  public record Result(
      List<CatalogChange> roles,
      List<CatalogChange> databases,
      List<String> refusals,
      List<String> marks,
      Set<String> left) {
    public List<CatalogChange> changes() {
      return Stream.concat(roles.stream(), databases.stream()).toList();
    }
  }

  /** Roles, databases, and who may connect. */
  public static Result shared(Declaration declared, Catalog found) {
    var planner = new CatalogPlanner(declared, found);
    declared.users().forEach(planner::role);
    // Once all of them are there.
    declared.users().forEach(planner::memberships);
    var roles = List.copyOf(planner.changes);
    planner.changes.clear();
    declared.databases().forEach(planner::database);
    // Databases first: a role that owns one can't go.
    declared.databases().forEach(planner::dropDatabase);
    declared.users().forEach(planner::dropRole);
    return new Result(
        roles,
        List.copyOf(planner.changes),
        List.copyOf(planner.refusals),
        List.copyOf(planner.marks),
        Set.copyOf(planner.left));
  }

  /**
   * Whether its application would be locked out: others made it, and have another password, or log
   * in as what shall be a group.
   */
  private static boolean isOthers(User user, Catalog.Role role) {
    if (user.adopt() || role.known()) return false;
    if (!user.login()) return role.login();
    return !role.verifier().text().isEmpty()
        && user.verifier().filter(verifier -> !verifier.equals(role.verifier())).isPresent();
  }

  private static boolean isOthers(Database database, Catalog.Database there) {
    return !database.adopt() && !there.known() && !there.owner().equals(database.owner());
  }

  private void role(User user) {
    if (!user.present()) return;
    var name = Sql.name(user.name());
    var role = found.roles().get(user.name());
    if (role != null && role.above()) {
      refusals.add(
          "role %s is a superuser, or a member of one, or may replicate: it is left alone"
              .formatted(user.name()));
      return;
    }
    if (role != null && isOthers(user, role)) {
      refusals.add(
          user.login()
              ? "role %s is there already, with a password that others gave it: it is left alone, or its application would be locked out. Name where that password is (password: secretKeyRef, sops or vault), or put adopt: true, and it gets the generated one"
                  .formatted(user.name())
              : "role %s is there already, and somebody may log in as it: it is left alone. Put adopt: true to make it a group"
                  .formatted(user.name()));
      return;
    }
    if (role == null || !role.known()) marks.add(mark("ROLE", user.name()));
    if (role == null) {
      var sql = new StringBuilder("CREATE ROLE ").append(name);
      sql.append(user.login() ? " LOGIN" : " NOLOGIN");
      user.connectionLimit().ifPresent(limit -> sql.append(" CONNECTION LIMIT ").append(limit));
      user.verifier().ifPresent(v -> sql.append(" PASSWORD ").append(Sql.value(v.text())));
      changes.add(make("create role " + user.name(), sql.toString()));
    } else {
      if (role.login() != user.login())
        alter(
            user,
            user.login() ? "may log in" : "may not log in",
            user.login() ? "LOGIN" : "NOLOGIN");
      user.connectionLimit()
          .filter(limit -> limit != role.connectionLimit())
          .ifPresent(
              limit -> alter(user, "connection limit " + limit, "CONNECTION LIMIT " + limit));
      user.verifier()
          .filter(verifier -> !verifier.equals(role.verifier()))
          .ifPresent(v -> alter(user, "password", "PASSWORD " + Sql.value(v.text())));
    }
    user.settings()
        .forEach(
            (setting, value) -> {
              var has = role == null ? null : role.settings().get(setting);
              if (has != null && Sql.sameSetting(setting, has, value)) return;
              alter(
                  user,
                  "%s = %s".formatted(setting, value),
                  "SET %s = %s".formatted(Sql.setting(setting), Sql.settingValue(setting, value)));
            });
  }

  private static String mark(String kind, String name) {
    return "ALTER %s %s SET %s = 'true'".formatted(kind, Sql.name(name), MARK);
  }

  private void alter(User user, String what, String how) {
    changes.add(
        mend(
            "role %s: %s".formatted(user.name(), what),
            "ALTER ROLE %s %s".formatted(Sql.name(user.name()), how)));
  }

  private void memberships(User user) {
    if (!user.present()) return;
    var role = found.roles().get(user.name());
    if (role != null && (role.above() || isOthers(user, role))) return;
    for (var group : user.memberOf()) {
      if (role != null && role.memberOf().containsKey(group)) continue;
      var other = found.roles().get(group);
      if (other != null && (other.above() || other.mighty()))
        refusals.add(
            "role %s: %s may do what a superuser may, or replicate, and has no members by declaration"
                .formatted(user.name(), group));
      else
        changes.add(
            mend(
                "role %s: member of %s".formatted(user.name(), group),
                "GRANT %s TO %s".formatted(Sql.name(group), Sql.name(user.name()))));
    }
    if (role == null) return;
    for (var group : user.notMemberOf())
      for (var grantor : new TreeSet<>(role.memberOf().getOrDefault(group, Set.of())))
        changes.add(
            mend(
                "role %s: no longer a member of %s".formatted(user.name(), group),
                "REVOKE %s FROM %s GRANTED BY %s"
                    .formatted(Sql.name(group), Sql.name(user.name()), Sql.name(grantor))));
  }

  private void database(Database database) {
    if (!database.present()) return;
    var name = Sql.name(database.name());
    var there = found.databases().get(database.name());
    if (there != null && isOthers(database, there)) {
      left.add(database.name());
      refusals.add(
          "database %s is there already, and belongs to %s: it is left alone. Put adopt: true, and it and what is declared in it become %s's"
              .formatted(database.name(), there.owner(), database.owner()));
      return;
    }
    if (there == null || !there.known()) marks.add(mark("DATABASE", database.name()));
    if (there == null) {
      changes.add(make("create database " + database.name(), create(database)));
    } else {
      if (!there.owner().equals(database.owner()))
        changes.add(
            mend(
                "database %s: owner %s".formatted(database.name(), database.owner()),
                "ALTER DATABASE %s OWNER TO %s".formatted(name, Sql.name(database.owner()))));
      database
          .encoding()
          .filter(wanted -> !sameEncoding(wanted, there.encoding()))
          .ifPresent(wanted -> refuseChange(database, "encoding", there.encoding(), wanted));
      database
          .locale()
          .filter(wanted -> !wanted.equals(there.locale()))
          .ifPresent(wanted -> refuseChange(database, "locale", there.locale(), wanted));
    }
    database
        .connectionLimit()
        .filter(limit -> limit != (there == null ? -1 : there.connectionLimit()))
        .ifPresent(
            limit ->
                changes.add(
                    mend(
                        "database %s: connection limit %d".formatted(database.name(), limit),
                        "ALTER DATABASE %s CONNECTION LIMIT %d".formatted(name, limit))));
    privileges(
        Giving.GRANT, database, database.grants(), there == null ? Map.of() : there.grants());
    privileges(
        Giving.REVOKE,
        database,
        database.gone().grants(),
        there == null ? Map.of() : there.byOwner());
  }

  private void privileges(
      Giving way, Database database, List<Grant> grants, Map<String, Set<String>> has) {
    for (var grant : grants) {
      if (grant.schema().isPresent()) continue;
      var due = way.due(grant.privileges(), has.getOrDefault(grant.to(), Set.of()));
      if (!due.isEmpty())
        changes.add(
            mend(
                "database %s: %s".formatted(database.name(), way.words(grant.to(), due)),
                way.sql(due, "DATABASE " + Sql.name(database.name()), grant.to())));
    }
  }

  private void refuseChange(Database database, String what, String has, String wanted) {
    refusals.add(
        "database %s: its %s is %s and can't become %s"
            .formatted(database.name(), what, has, wanted));
  }

  /** Utf-8 is UTF8. */
  private static boolean sameEncoding(String one, String other) {
    return normalised(one).equals(normalised(other));
  }

  private static String normalised(String encoding) {
    return encoding.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "");
  }

  private static String create(Database database) {
    var sql = new StringBuilder("CREATE DATABASE ").append(Sql.name(database.name()));
    sql.append(" OWNER ").append(Sql.name(database.owner()));
    // Only the empty one may be copied into another encoding.
    database
        .template()
        .or(
            () ->
                database.encoding().or(database::locale).isPresent()
                    ? Optional.of("template0")
                    : Optional.empty())
        .ifPresent(template -> sql.append(" TEMPLATE ").append(Sql.name(template)));
    database.encoding().ifPresent(e -> sql.append(" ENCODING ").append(Sql.value(e)));
    database.locale().ifPresent(l -> sql.append(" LOCALE ").append(Sql.value(l)));
    return sql.toString();
  }

  private void dropDatabase(Database database) {
    var there = found.databases().get(database.name());
    if (database.present() || there == null) return;
    // Tried all the same, the server would wait five seconds for them, and let nobody in meanwhile.
    if (there.sessions() > 0)
      refusals.add(
          "database %s: it is dropped once nobody is connected to it; sessions now: %d"
              .formatted(database.name(), there.sessions()));
    else
      changes.add(
          make("drop database " + database.name(), "DROP DATABASE " + Sql.name(database.name())));
  }

  private void dropRole(User user) {
    var role = found.roles().get(user.name());
    if (user.present() || role == null) return;
    if (role.above())
      refusals.add(
          "role %s is a superuser, or a member of one, or may replicate: it is left alone"
              .formatted(user.name()));
    else changes.add(make("drop role " + user.name(), "DROP ROLE " + Sql.name(user.name())));
  }
}
