package dev.pgbaton.spec;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.spec.DatabaseSpec.Grant;
import dev.pgbaton.spec.DatabaseSpec.Privilege;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What the users and databases of a spec must be to each other. */
final class CatalogRules {
  private static final Set<String> OWN_USERS = Names.OWN_ROLES;
  private static final Set<String> OWN_DATABASES =
      Set.of("postgres", "repmgr", "template0", "template1");

  /** Secrets of pgbaton's have these names behind the cluster's. */
  private static final Set<String> OWN_SECRETS =
      Set.of("credentials", "pgpool", "users", "pgpool-users");

  private static final Set<String> OF_THE_CERTIFICATE = Set.of("ca", "tls");

  private static final Set<String> PER_SESSION =
      Set.of("user", "superuser", "backend", "superuser-backend");

  private final ClusterSpec spec;
  private final List<UserSpec> users;
  private final List<DatabaseSpec> databases;
  private final Reading reading;

  private CatalogRules(ClusterSpec spec, Reading reading) {
    this.spec = spec;
    this.users = spec.users();
    this.databases = spec.databases();
    this.reading = reading;
  }

  static void check(ClusterSpec spec, Reading reading) {
    var rules = new CatalogRules(spec, reading);
    rules.users();
    rules.databases();
    rules.pgpoolsUsers();
  }

  private void users() {
    var names = new HashMap<String, String>();
    var secrets = new HashMap<String, String>();
    for (int i = 0; i < users.size(); i++) {
      var user = users.get(i);
      var at = "spec.users[%d]".formatted(i);
      var name = at + ".name";
      if (!reading.sound(name)) continue;
      if (isOwn(user.name())) {
        reading.problem(
            name,
            "%s is a role of its own kind, and not yours to declare. Put another name."
                .formatted(user.name()));
        continue;
      }
      if (twice(names, user.name(), name)) continue;
      if (user.logsIn() && user.password().isKeptByUs()) {
        if (OWN_SECRETS.contains(user.inNames()) || isOfTheCertificate(user.inNames()))
          reading.problem(
              name,
              "%s would have a Secret of the name of one of pgbaton's own. Put another name, or its password into a Secret of yours (secretKeyRef)."
                  .formatted(user.name()));
        var other = secrets.putIfAbsent(user.inNames(), user.name());
        if (other != null)
          reading.problem(
              name,
              "%s would have the same Secret as %s. Put another name."
                  .formatted(user.name(), other));
      }
      if (!user.login() && !(user.password() instanceof PasswordSource.Generated))
        reading.problem(
            at + ".password",
            "a role that can't log in has no password. Remove it, or login: false.");
      rotation(user, at);
      var password = at + ".password";
      if (user.password() instanceof PasswordSource.SecretKey(var secret, _)
          && reading.sound(password)
          && isOwnSecret(secret))
        reading.problem(
            password + ".secretKeyRef.name",
            "%s is a Secret that pgbaton makes itself. Put the name of one of yours."
                .formatted(secret));
      for (int j = 0; j < user.memberOf().size(); j++) {
        var role = user.memberOf().get(j);
        if (OWN_USERS.contains(role)
            || Names.MIGHTY_ROLES.contains(role)
            || role.equals(user.name()))
          reading.problem(
              "%s.memberOf[%d]".formatted(at, j),
              at + ".memberOf",
              role.equals(user.name())
                  ? "%s can't be a member of itself. Remove it.".formatted(role)
                  : "%s may do everything, or is pgbaton's own. Remove it.".formatted(role));
        else if (declared(role, u -> u.ensure() == Ensure.absent))
          reading.problem(
              "%s.memberOf[%d]".formatted(at, j),
              at + ".memberOf",
              "%s shall be absent. Remove it.".formatted(role));
        else if (user.notMemberOf().contains(role))
          reading.problem(
              "%s.memberOf[%d]".formatted(at, j),
              at + ".memberOf",
              "%s is in notMemberOf, too. Remove it here or there.".formatted(role));
      }
      user.settings()
          .forEach((setting, value) -> setting(at + ".settings." + setting, setting, value));
    }
  }

  private void rotation(UserSpec user, String at) {
    if (user.rotation().isEmpty()
        || !reading.sound(at + ".password")
        || !reading.sound(at + ".login")) return;
    if (!user.logsIn()) {
      reading.problem(at + ".rotation", "a role that can't log in has no password. Remove it.");
      return;
    }
    var where =
        switch (user.password()) {
          case PasswordSource.Generated _ -> Optional.<String>empty();
          case PasswordSource.SecretKey(var secret, var key) ->
              Optional.of("%s of the Secret %s".formatted(key, secret));
          case PasswordSource.Sops(var file, var key) -> Optional.of(key + " in " + file);
          case PasswordSource.Vault(var mount, var path, var key) ->
              Optional.of("%s in the vault's %s/%s".formatted(key, mount, path));
        };
    where.ifPresent(
        place ->
            reading.problem(
                at + ".rotation",
                "makes a generated password anew, and this one is somebody's own. Remove it, and change %s instead."
                    .formatted(place)));
  }

  private boolean isOfTheCertificate(String rest) {
    return spec.tls()
        .filter(TlsSpec::generated)
        .filter(
            tls ->
                OF_THE_CERTIFICATE.contains(rest)
                    || tls.byCertificate() && rest.equals("replication"))
        .isPresent();
  }

  /** It would be written over, or read for what it is not. */
  private boolean isOwnSecret(String name) {
    var cluster = spec.id().name() + "-";
    if (!name.startsWith(cluster)) return false;
    var rest = name.substring(cluster.length());
    return isOfTheCertificate(rest)
        || OWN_SECRETS.contains(rest)
            // What was taken over has its passwords in a Secret of its owner's.
            && (spec.takenOver().isEmpty() || !rest.equals("credentials"));
  }

  private void pgpoolsUsers() {
    var own = "spec.pgpool.usersSecret.name";
    spec.pgpool()
        .flatMap(PgpoolSpec::usersSecret)
        .filter(_ -> reading.sound(own))
        .filter(name -> isOwnSecret(name) || isOfAUser(name))
        .ifPresent(
            name ->
                reading.problem(
                    own,
                    "%s is a Secret that pgbaton makes itself, of users who are declared. Put the name of one of yours, with those who are not, or remove it."
                        .formatted(name)));
  }

  private boolean isOfAUser(String secret) {
    return users.stream()
        .filter(user -> user.logsIn() && user.password().isKeptByUs())
        .anyMatch(user -> secret.equals(spec.id().name() + "-" + user.inNames()));
  }

  private void setting(String at, String name, String value) {
    var known = SettingsCatalogue.get(name);
    if (known.isEmpty()) {
      if (!name.contains("."))
        reading.problem(
            at,
            "is not a setting of PostgreSQL 17."
                + Suggestion.nearest(
                        name, SettingsCatalogue.all().stream().map(Setting::name).toList())
                    .map(" Did you mean %s?"::formatted)
                    .orElse(" Remove it."));
      return;
    }
    if (!PER_SESSION.contains(known.get().context())) {
      reading.problem(
          at, "is one of the server, not of a session. Put it into spec.postgresql.parameters.");
    } else if (SettingValue.parse(known.get(), value) instanceof SettingValue.Bad(var why)) {
      reading.problem(
          at, "%s %s%s".formatted(FieldType.shown(value), why, why.endsWith("?") ? "" : "."));
    }
  }

  private void databases() {
    var names = new HashMap<String, String>();
    for (int i = 0; i < databases.size(); i++) {
      var database = databases.get(i);
      var at = "spec.databases[%d]".formatted(i);
      var name = at + ".name";
      if (!reading.sound(name)) continue;
      if (OWN_DATABASES.contains(database.name())) {
        reading.problem(
            name,
            "%s is PostgreSQL's or pgbaton's own. Put another name.".formatted(database.name()));
        continue;
      }
      if (twice(names, database.name(), name) || database.ensure() == Ensure.absent) continue;
      if (database.owner().isEmpty()) {
        if (reading.sound(at + ".owner"))
          reading.problem(at + ".owner", name, "is missing. Put one of spec.users.");
      } else {
        mustBeDeclared(database.owner().get(), at + ".owner");
      }
      var schemas = new HashMap<String, String>();
      for (int j = 0; j < database.schemas().size(); j++) {
        var schema = database.schemas().get(j);
        var here = "%s.schemas[%d]".formatted(at, j);
        if (isOwnSchema(schema.name()))
          reading.problem(
              here + ".name", "%s is PostgreSQL's own. Put another name.".formatted(schema.name()));
        twice(schemas, schema.name(), here + ".name");
        schema.owner().ifPresent(owner -> mustBeDeclared(owner, here + ".owner"));
      }
      var leaving =
          database.schemas().stream()
              .filter(schema -> schema.ensure() == Ensure.absent)
              .map(DatabaseSpec.Schema::name)
              .collect(Collectors.toSet());
      var extensions = new HashMap<String, String>();
      for (int j = 0; j < database.extensions().size(); j++) {
        var extension = database.extensions().get(j);
        var here = "%s.extensions[%d]".formatted(at, j);
        twice(extensions, extension.name(), here + ".name");
        if (extension.ensure() == Ensure.present)
          extension.schema().ifPresent(schema -> mustStay(schema, leaving, here + ".schema"));
      }
      for (int j = 0; j < database.grants().size(); j++) {
        var grant = database.grants().get(j);
        var here = "%s.grants[%d]".formatted(at, j);
        grant(grant, here);
        if (grant.ensure() == Ensure.present) {
          grant.schema().ifPresent(schema -> mustStay(schema, leaving, here + ".schema"));
          mustNotBeTakenAway(grant, database.grants(), here);
        }
      }
    }
  }

  private void mustStay(String schema, Set<String> leaving, String at) {
    if (leaving.contains(schema))
      reading.problem(
          at, "%s shall be absent. Put another one, or remove the entry.".formatted(schema));
  }

  private void mustNotBeTakenAway(Grant grant, List<Grant> all, String at) {
    all.stream()
        .filter(other -> other.ensure() == Ensure.absent)
        .filter(o -> o.to().equals(grant.to()) && o.schema().equals(grant.schema()))
        .flatMap(other -> other.privileges().stream())
        .filter(grant.privileges()::contains)
        .findFirst()
        .ifPresent(
            privilege ->
                reading.problem(
                    at + ".privileges",
                    "%s is taken away from %s by another entry. Remove it here or there."
                        .formatted(privilege, grant.to())));
  }

  private static boolean isOwnSchema(String name) {
    return name.startsWith("pg_") || name.equals("information_schema");
  }

  private void grant(Grant grant, String at) {
    mustBeDeclared(grant.to(), at + ".to");
    // It is where the superuser looks names up, and verifiers are.
    grant
        .schema()
        .filter(CatalogRules::isOwnSchema)
        .ifPresent(
            schema ->
                reading.problem(
                    at + ".schema", "%s is PostgreSQL's own. Put another one.".formatted(schema)));
    Predicate<Privilege> fits =
        grant.schema().isEmpty() ? Privilege::ofDatabase : p -> p.ofSchema() || p.ofTables();
    grant.privileges().stream()
        .filter(fits.negate())
        .findFirst()
        .ifPresent(
            wrong ->
                reading.problem(
                    at + ".privileges",
                    grant.schema().isEmpty()
                        ? "%s is not of a database. Put the schema that it is about."
                            .formatted(wrong)
                        : "%s is not of a schema. Put it into an entry without one."
                            .formatted(wrong)));
    if (grant.privileges().isEmpty() && reading.sound(at + ".privileges"))
      reading.problem(at + ".privileges", "is empty. Put a privilege, or remove the entry.");
  }

  private void mustBeDeclared(String name, String at) {
    if (!reading.sound(at) || declared(name, u -> u.ensure() == Ensure.present)) return;
    reading.problem(
        at,
        declared(name, _ -> true)
            ? "%s shall be absent. Put another one of spec.users.".formatted(name)
            : "%s is not one of spec.users. Declare it there, or put one that is.%s"
                .formatted(
                    name,
                    Suggestion.nearest(name, users.stream().map(UserSpec::name).toList())
                        .map(" Did you mean %s?"::formatted)
                        .orElse("")));
  }

  private boolean declared(String name, Predicate<UserSpec> which) {
    return users.stream().anyMatch(u -> u.name().equals(name) && which.test(u));
  }

  private boolean twice(Map<String, String> seen, String name, String at) {
    var first = seen.putIfAbsent(name, at);
    if (first != null)
      reading.problem(
          at,
          "%s is here a second time; the first is %s. Remove one of them.".formatted(name, first));
    return first != null;
  }

  private static boolean isOwn(String user) {
    return OWN_USERS.contains(user)
        || user.startsWith("pg_")
        || user.equals("public")
        || user.equals("none");
  }
}
