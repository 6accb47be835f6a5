package dev.pgbaton.catalog;

import static dev.pgbaton.catalog.CatalogChange.make;
import static dev.pgbaton.catalog.CatalogChange.mend;
import static dev.pgbaton.catalog.Giving.GRANT;
import static dev.pgbaton.catalog.Giving.REVOKE;

import dev.pgbaton.catalog.Catalog.ByOwners;
import dev.pgbaton.catalog.Catalog.Content;
import dev.pgbaton.catalog.Catalog.Schema;
import dev.pgbaton.catalog.Declaration.Database;
import dev.pgbaton.catalog.Declaration.Extension;
import dev.pgbaton.catalog.Declaration.Grant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The same within one database: schemas, extensions, and who may do what there. */
public final class ContentPlanner {
  private static final Schema NEW =
      new Schema(
          "",
          Map.of(),
          Map.of(),
          Map.of(),
          Map.of(),
          Map.of(),
          new ByOwners(Map.of(), Map.of(), Map.of()));

  private final Database database;
  private final Content found;
  private final List<CatalogChange> changes = new ArrayList<>();

  private ContentPlanner(Database database, Content found) {
    this.database = database;
    this.found = found;
  }

  public static List<CatalogChange> plan(Database database, Content found) {
    var planner = new ContentPlanner(database, found);
    database.schemas().forEach(planner::schema);
    database.extensions().forEach(planner::extension);
    database.grants().stream().filter(g -> g.schema().isPresent()).forEach(planner::grant);
    var gone = database.gone();
    gone.grants().stream().filter(g -> g.schema().isPresent()).forEach(planner::revoke);
    // An extension may be all that a schema has.
    gone.extensions().forEach(planner::dropExtension);
    gone.schemas().forEach(planner::dropSchema);
    return List.copyOf(planner.changes);
  }

  private String text(String what) {
    return "database %s: %s".formatted(database.name(), what);
  }

  private void schema(Declaration.Schema schema) {
    var there = found.schemas().get(schema.name());
    var name = Sql.name(schema.name());
    var owner = Sql.name(schema.owner());
    if (there == null)
      changes.add(
          make(
              text("create schema " + schema.name()),
              "CREATE SCHEMA %s AUTHORIZATION %s".formatted(name, owner)));
    else if (!there.owner().equals(schema.owner()))
      changes.add(
          mend(
              text("schema %s: owner %s".formatted(schema.name(), schema.owner())),
              "ALTER SCHEMA %s OWNER TO %s".formatted(name, owner)));
  }

  private void extension(Extension extension) {
    var there = found.extensions().get(extension.name());
    var name = Sql.name(extension.name());
    if (there == null) {
      var sql = new StringBuilder("CREATE EXTENSION ").append(name);
      extension.schema().ifPresent(s -> sql.append(" SCHEMA ").append(Sql.name(s)));
      extension.version().ifPresent(v -> sql.append(" VERSION ").append(Sql.value(v)));
      changes.add(make(text("create extension " + extension.name()), sql.toString()));
      return;
    }
    extension
        .version()
        .filter(version -> !version.equals(there.version()))
        .ifPresent(
            version ->
                changes.add(
                    mend(
                        text(
                            "extension %s %s → %s"
                                .formatted(extension.name(), there.version(), version)),
                        "ALTER EXTENSION %s UPDATE TO %s".formatted(name, Sql.value(version)))));
    extension
        .schema()
        .filter(schema -> !schema.equals(there.schema()))
        .ifPresent(
            schema ->
                changes.add(
                    mend(
                        text("extension %s: schema %s".formatted(extension.name(), schema)),
                        "ALTER EXTENSION %s SET SCHEMA %s".formatted(name, Sql.name(schema)))));
  }

  /**
   * What a grant in a schema is about.
   *
   * @param onSequences a serial column's default asks the sequence
   */
  private record Parts(List<String> onSchema, List<String> onTables, List<String> onSequences) {
    static Parts of(Grant grant) {
      var parts =
          grant.privileges().stream()
              .collect(Collectors.partitioningBy(p -> p.equals("USAGE") || p.equals("CREATE")));
      return new Parts(
          parts.get(true),
          parts.get(false),
          parts.get(false).contains("INSERT") ? List.of("USAGE") : List.of());
    }
  }

  private void grant(Grant grant) {
    var schema = grant.schema().orElseThrow();
    var there = found.schemas().getOrDefault(schema, NEW);
    var parts = Parts.of(grant);
    var to = grant.to();
    now(GRANT, parts.onSchema(), there.grants(), to, schema);
    all(GRANT, parts.onTables(), there.tables(), to, schema, "TABLES");
    all(GRANT, parts.onSequences(), there.sequences(), to, schema, "SEQUENCES");
    for (var maker : makers(schema)) {
      if (maker.equals(to)) continue;
      toCome(GRANT, parts.onTables(), there.tablesToCome(), to, schema, maker, "TABLES");
      toCome(GRANT, parts.onSequences(), there.sequencesToCome(), to, schema, maker, "SEQUENCES");
    }
  }

  private void revoke(Grant grant) {
    var schema = grant.schema().orElseThrow();
    var there = found.schemas().get(schema);
    if (there == null) return;
    var parts = Parts.of(grant);
    var to = grant.to();
    var has = there.byOwners();
    now(REVOKE, parts.onSchema(), has.schema(), to, schema);
    all(REVOKE, parts.onTables(), has.tables(), to, schema, "TABLES");
    all(REVOKE, parts.onSequences(), has.sequences(), to, schema, "SEQUENCES");
    for (var maker : makers(schema)) {
      toCome(REVOKE, parts.onTables(), there.tablesToCome(), to, schema, maker, "TABLES");
      toCome(REVOKE, parts.onSequences(), there.sequencesToCome(), to, schema, maker, "SEQUENCES");
    }
  }

  /** PostgreSQL refuses what something depends on, in its own words. */
  private void dropExtension(String name) {
    if (found.extensions().containsKey(name))
      changes.add(make(text("drop extension " + name), "DROP EXTENSION " + Sql.name(name)));
  }

  private void dropSchema(String name) {
    if (found.schemas().containsKey(name))
      changes.add(make(text("drop schema " + name), "DROP SCHEMA " + Sql.name(name)));
  }

  /** Whoever is expected to make tables there. */
  private Set<String> makers(String schema) {
    var makers = new LinkedHashSet<String>();
    makers.add(database.owner());
    database.schemas().stream()
        .filter(s -> s.name().equals(schema))
        .forEach(s -> makers.add(s.owner()));
    return makers;
  }

  private void now(
      Giving way, List<String> privileges, Map<String, Set<String>> has, String to, String schema) {
    now(way, privileges, has, to, "schema " + schema, "SCHEMA " + Sql.name(schema));
  }

  private void now(
      Giving way,
      List<String> privileges,
      Map<String, Set<String>> has,
      String to,
      String what,
      String on) {
    var due = way.due(privileges, has.getOrDefault(to, Set.of()));
    if (!due.isEmpty())
      changes.add(mend(text("%s: %s".formatted(what, way.words(to, due))), way.sql(due, on, to)));
  }

  private void all(
      Giving way,
      List<String> privileges,
      Map<String, Set<String>> has,
      String to,
      String schema,
      String kind) {
    now(
        way,
        privileges,
        has,
        to,
        "all %s in %s".formatted(kind.toLowerCase(Locale.ROOT), schema),
        "ALL %s IN SCHEMA %s".formatted(kind, Sql.name(schema)));
  }

  /**
   * @param has by who makes them, and by role
   */
  private void toCome(
      Giving way,
      List<String> privileges,
      Map<String, Map<String, Set<String>>> has,
      String to,
      String schema,
      String maker,
      String kind) {
    var due = way.due(privileges, has.getOrDefault(maker, Map.of()).getOrDefault(to, Set.of()));
    if (!due.isEmpty())
      changes.add(
          mend(
              text(
                  "%s that %s will make in %s: %s"
                      .formatted(
                          kind.toLowerCase(Locale.ROOT), maker, schema, way.wordsOfLater(to, due))),
              "ALTER DEFAULT PRIVILEGES FOR ROLE %s IN SCHEMA %s %s"
                  .formatted(Sql.name(maker), Sql.name(schema), way.sql(due, kind, to))));
  }
}
