package dev.pgbaton.postgres;

import dev.pgbaton.catalog.Catalog;
import dev.pgbaton.catalog.Catalog.ByOwners;
import dev.pgbaton.catalog.Catalog.Content;
import dev.pgbaton.catalog.Catalog.Database;
import dev.pgbaton.catalog.Catalog.Extension;
import dev.pgbaton.catalog.Catalog.Role;
import dev.pgbaton.catalog.Catalog.Schema;
import dev.pgbaton.catalog.CatalogPlanner;
import dev.pgbaton.catalog.Declaration;
import dev.pgbaton.catalog.Declaration.Verifier;
import dev.pgbaton.cluster.Names;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Reads what is declared, and nothing else: however much it is, in one round trip. */
final class CatalogReader {
  private static final String ROLES =
      """
      SELECT r.rolname,
             r.rolreplication OR EXISTS (SELECT FROM pg_authid p WHERE p.rolsuper AND pg_has_role(r.oid, p.oid, 'MEMBER')),
             EXISTS (SELECT FROM pg_authid p WHERE p.rolname = ANY (?) AND pg_has_role(r.oid, p.oid, 'MEMBER')),
             r.rolcanlogin, r.rolconnlimit,
             coalesce(r.rolpassword, ''), coalesce(s.setconfig, '{}'), coalesce(m.groups, '{}'),
             coalesce(m.grantors, '{}')
      FROM pg_authid r
      LEFT JOIN pg_db_role_setting s ON s.setrole = r.oid AND s.setdatabase = 0
      LEFT JOIN (SELECT member, array_agg(g.rolname::text ORDER BY g.oid, grantor) AS groups,
                 array_agg(pg_get_userbyid(grantor)::text ORDER BY g.oid, grantor) AS grantors FROM pg_auth_members
                 JOIN pg_authid g ON g.oid = roleid GROUP BY member) m ON m.member = r.oid
      WHERE r.rolname = ANY (?);
      """;

  private static final String DATABASES =
      """
      SELECT d.datname, pg_get_userbyid(d.datdba), pg_encoding_to_char(d.encoding), d.datcollate, d.datconnlimit,
             CASE WHEN d.datname = ANY (?) THEN (SELECT count(*) FROM pg_stat_activity a
               WHERE a.datid = d.oid AND a.backend_type <> 'autovacuum worker') ELSE 0 END,
             EXISTS (SELECT FROM pg_db_role_setting s WHERE s.setdatabase = d.oid AND s.setrole = 0
               AND '%s=true' = ANY (s.setconfig))
      FROM pg_database d WHERE d.datname = ANY (?);
      """
          .formatted(CatalogPlanner.MARK);

  private static final String DATABASE_GRANTS =
      """
      SELECT d.datname, pg_get_userbyid(a.grantee), a.privilege_type, a.grantor = d.datdba
      FROM pg_database d CROSS JOIN aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
      WHERE d.datname = ANY (?) AND a.grantee <> 0
      """;

  private static final String EXTENSIONS =
      """
      SELECT e.extname, e.extversion, n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
      WHERE e.extname = ANY (?);
      """;

  private static final String SCHEMAS =
      """
      SELECT n.nspname, pg_get_userbyid(n.nspowner),
             (SELECT count(*) FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')),
             (SELECT count(*) FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind = 'S')
      FROM pg_namespace n WHERE n.nspname = ANY (?);
      """;

  /**
   * On the schema itself, on how many of its tables and sequences, and on those to come; and
   * whether an owner granted it.
   */
  private static final String GRANTS =
      """
      SELECT 'schema', n.nspname, '', pg_get_userbyid(a.grantee), a.privilege_type, 1, a.grantor = n.nspowner
      FROM pg_namespace n CROSS JOIN aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
      WHERE n.nspname = ANY (?)
      UNION ALL
      SELECT CASE WHEN c.relkind = 'S' THEN 'sequences' ELSE 'tables' END, n.nspname, '',
             pg_get_userbyid(a.grantee), a.privilege_type, count(DISTINCT c.oid), bool_or(a.grantor = c.relowner)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      CROSS JOIN aclexplode(coalesce(c.relacl, acldefault(CASE WHEN c.relkind = 'S' THEN 's'::"char" ELSE 'r' END, c.relowner))) a
      WHERE n.nspname = ANY (?) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      GROUP BY 1, 2, 4, 5
      UNION ALL
      SELECT CASE WHEN d.defaclobjtype = 'S' THEN 'sequences to come' ELSE 'tables to come' END, n.nspname,
             pg_get_userbyid(d.defaclrole), pg_get_userbyid(a.grantee), a.privilege_type, 1, true
      FROM pg_default_acl d JOIN pg_namespace n ON n.oid = d.defaclnamespace CROSS JOIN aclexplode(d.defaclacl) a
      WHERE n.nspname = ANY (?) AND d.defaclobjtype IN ('r', 'S')
      """;

  private CatalogReader() {}

  static Catalog shared(Connection connection, Declaration declared) throws SQLException {
    var users =
        declared.users().stream()
            .flatMap(user -> Stream.concat(Stream.of(user.name()), user.memberOf().stream()))
            .distinct()
            .toArray();
    var names = declared.databases().stream().map(Declaration.Database::name).toArray();
    var leaving =
        declared.databases().stream()
            .filter(database -> !database.present())
            .map(Declaration.Database::name)
            .toArray();
    try (var all = connection.prepareStatement(ROLES + DATABASES + DATABASE_GRANTS)) {
      all.setArray(1, connection.createArrayOf("text", Names.MIGHTY_ROLES.toArray()));
      all.setArray(2, connection.createArrayOf("text", users));
      all.setArray(3, connection.createArrayOf("text", leaving));
      all.setArray(4, connection.createArrayOf("text", names));
      all.setArray(5, connection.createArrayOf("text", names));
      all.execute();
      var roles = roles(all);
      all.getMoreResults();
      var rows = new TreeMap<String, Database>();
      try (var row = all.getResultSet()) {
        while (row.next())
          rows.put(
              row.getString(1),
              new Database(
                  row.getString(2),
                  row.getString(3),
                  row.getString(4),
                  row.getInt(5),
                  new HashMap<>(),
                  new HashMap<>(),
                  row.getInt(6),
                  row.getBoolean(7)));
      }
      all.getMoreResults();
      try (var row = all.getResultSet()) {
        while (row.next()) {
          var database = rows.get(row.getString(1));
          add(database.grants(), row.getString(2), row.getString(3));
          if (row.getBoolean(4)) add(database.byOwner(), row.getString(2), row.getString(3));
        }
      }
      return new Catalog(roles, rows);
    }
  }

  private static Map<String, Role> roles(PreparedStatement all) throws SQLException {
    var roles = new TreeMap<String, Role>();
    try (var row = all.getResultSet()) {
      while (row.next())
        roles.put(
            row.getString(1),
            new Role(
                row.getBoolean(2),
                row.getBoolean(3),
                row.getBoolean(4),
                row.getInt(5),
                new Verifier(row.getString(6)),
                memberships(texts(row.getArray(8)), texts(row.getArray(9))),
                settings(texts(row.getArray(7)))));
    }
    return roles;
  }

  private static Map<String, Set<String>> memberships(List<String> groups, List<String> grantors) {
    var memberships = new TreeMap<String, Set<String>>();
    for (var i = 0; i < groups.size(); i++) add(memberships, groups.get(i), grantors.get(i));
    return memberships;
  }

  private static List<String> texts(Array array) throws SQLException {
    return Arrays.stream((Object[]) array.getArray()).map(String.class::cast).toList();
  }

  private static Map<String, String> settings(List<String> assignments) {
    var settings = new HashMap<String, String>();
    for (var assignment : assignments) {
      var at = assignment.indexOf('=');
      settings.put(
          assignment.substring(0, at).toLowerCase(Locale.ROOT), assignment.substring(at + 1));
    }
    return settings;
  }

  /**
   * @param connection to that database
   */
  static Content content(Connection connection, Declaration.Database declared) throws SQLException {
    var extensions =
        Stream.concat(
                declared.extensions().stream().map(Declaration.Extension::name),
                declared.gone().extensions().stream())
            .distinct()
            .toArray();
    var schemas =
        Stream.of(
                declared.schemas().stream().map(Declaration.Schema::name),
                declared.gone().schemas().stream(),
                Stream.concat(declared.grants().stream(), declared.gone().grants().stream())
                    .flatMap(g -> g.schema().stream()))
            .flatMap(names -> names)
            .distinct()
            .toArray();
    try (var all = connection.prepareStatement(EXTENSIONS + SCHEMAS + GRANTS)) {
      all.setArray(1, connection.createArrayOf("text", extensions));
      for (int i = 2; i <= 5; i++) all.setArray(i, connection.createArrayOf("text", schemas));
      all.execute();
      var found = new TreeMap<String, Extension>();
      try (var row = all.getResultSet()) {
        while (row.next())
          found.put(row.getString(1), new Extension(row.getString(2), row.getString(3)));
      }
      all.getMoreResults();
      var rows = new TreeMap<String, Schema>();
      var tables = new HashMap<String, Integer>();
      var sequences = new HashMap<String, Integer>();
      try (var row = all.getResultSet()) {
        while (row.next()) {
          rows.put(row.getString(1), schema(row.getString(2)));
          tables.put(row.getString(1), row.getInt(3));
          sequences.put(row.getString(1), row.getInt(4));
        }
      }
      // Of what there is none, everybody was granted all.
      for (var grant : declared.grants()) {
        var schema = grant.schema().map(rows::get).orElse(null);
        if (schema == null) continue;
        if (tables.get(grant.schema().get()) == 0)
          grant.privileges().forEach(p -> add(schema.tables(), grant.to(), p));
        if (sequences.get(grant.schema().get()) == 0) add(schema.sequences(), grant.to(), "USAGE");
      }
      all.getMoreResults();
      try (var row = all.getResultSet()) {
        while (row.next()) grant(row, rows, tables, sequences);
      }
      return new Content(found, rows);
    }
  }

  private static Schema schema(String owner) {
    return new Schema(
        owner,
        new HashMap<>(),
        new HashMap<>(),
        new HashMap<>(),
        new HashMap<>(),
        new HashMap<>(),
        new ByOwners(new HashMap<>(), new HashMap<>(), new HashMap<>()));
  }

  private static void grant(
      ResultSet row,
      Map<String, Schema> schemas,
      Map<String, Integer> tables,
      Map<String, Integer> sequences)
      throws SQLException {
    var name = row.getString(2);
    var schema = schemas.get(name);
    var maker = row.getString(3);
    var to = row.getString(4);
    var privilege = row.getString(5);
    var of = row.getInt(6);
    var byOwner = row.getBoolean(7);
    switch (row.getString(1)) {
      case "schema" -> {
        add(schema.grants(), to, privilege);
        if (byOwner) add(schema.byOwners().schema(), to, privilege);
      }
      case "tables" -> {
        if (byOwner) add(schema.byOwners().tables(), to, privilege);
        if (of >= tables.get(name)) add(schema.tables(), to, privilege);
      }
      case "sequences" -> {
        if (byOwner) add(schema.byOwners().sequences(), to, privilege);
        if (of >= sequences.get(name)) add(schema.sequences(), to, privilege);
      }
      case "tables to come" ->
          add(schema.tablesToCome().computeIfAbsent(maker, _ -> new HashMap<>()), to, privilege);
      default ->
          add(schema.sequencesToCome().computeIfAbsent(maker, _ -> new HashMap<>()), to, privilege);
    }
  }

  private static void add(Map<String, Set<String>> grants, String to, String privilege) {
    grants.computeIfAbsent(to, _ -> new HashSet<>()).add(privilege);
  }
}
