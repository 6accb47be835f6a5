package dev.pgbaton.catalog;

import static dev.pgbaton.catalog.CatalogChange.make;
import static dev.pgbaton.catalog.CatalogChange.mend;

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
    var onTables = parts.onTables();
    var onSequences = parts.onSequences();
    var to = grant.to();
    give(parts.onSchema(), there.grants(), to, "schema " + schema, "SCHEMA " + Sql.name(schema));
    all(onTables, there.tables(), to, schema, "TABLES");
    all(onSequences, there.sequences(), to, schema, "SEQUENCES");
    for (var maker : makers(schema)) {
      if (maker.equals(to)) continue;
      toCome(
          onTables,
          there.tablesToCome().getOrDefault(maker, Map.of()),
          to,
          schema,
          maker,
          "TABLES");
      toCome(
          onSequences,
          there.sequencesToCome().getOrDefault(maker, Map.of()),
          to,
          schema,
          maker,
          "SEQUENCES");
    }
  }

  private void revoke(Grant grant) {
    var schema = grant.schema().orElseThrow();
    var there = found.schemas().get(schema);
    if (there == null) return;
    var parts = Parts.of(grant);
    var to = grant.to();
    var in = " IN SCHEMA " + Sql.name(schema);
    var has = there.byOwners();
    take(parts.onSchema(), has.schema(), to, "schema " + schema, "SCHEMA " + Sql.name(schema));
    take(parts.onTables(), has.tables(), to, "all tables in " + schema, "ALL TABLES" + in);
    take(
        parts.onSequences(),
        has.sequences(),
        to,
        "all sequences in " + schema,
        "ALL SEQUENCES" + in);
    for (var maker : makers(schema)) {
      noMore(parts.onTables(), there.tablesToCome(), to, schema, maker, "TABLES");
      noMore(parts.onSequences(), there.sequencesToCome(), to, schema, maker, "SEQUENCES");
    }
  }

  private void take(
      List<String> privileges, Map<String, Set<String>> has, String to, String what, String on) {
    var taken = had(privileges, has, to);
    if (!taken.isEmpty())
      changes.add(
          mend(
              text("%s: %s may no longer %s".formatted(what, to, String.join(", ", taken))),
              "REVOKE %s ON %s FROM %s".formatted(String.join(", ", taken), on, Sql.name(to))));
  }

  private void noMore(
      List<String> privileges,
      Map<String, Map<String, Set<String>>> has,
      String to,
      String schema,
      String maker,
      String kind) {
    var taken = had(privileges, has.getOrDefault(maker, Map.of()), to);
    if (!taken.isEmpty())
      changes.add(
          mend(
              text(
                  "%s that %s will make in %s: %s may not %s"
                      .formatted(
                          kind.toLowerCase(Locale.ROOT),
                          maker,
                          schema,
                          to,
                          String.join(", ", taken))),
              "ALTER DEFAULT PRIVILEGES FOR ROLE %s IN SCHEMA %s REVOKE %s ON %s FROM %s"
                  .formatted(
                      Sql.name(maker),
                      Sql.name(schema),
                      String.join(", ", taken),
                      kind,
                      Sql.name(to))));
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

  private void give(
      List<String> privileges, Map<String, Set<String>> has, String to, String what, String on) {
    var missing = missing(privileges, has, to);
    if (!missing.isEmpty())
      changes.add(
          mend(
              text("%s: %s may %s".formatted(what, to, String.join(", ", missing))),
              "GRANT %s ON %s TO %s".formatted(String.join(", ", missing), on, Sql.name(to))));
  }

  private void all(
      List<String> privileges,
      Map<String, Set<String>> has,
      String to,
      String schema,
      String kind) {
    give(
        privileges,
        has,
        to,
        "all %s in %s".formatted(kind.toLowerCase(Locale.ROOT), schema),
        "ALL %s IN SCHEMA %s".formatted(kind, Sql.name(schema)));
  }

  private void toCome(
      List<String> privileges,
      Map<String, Set<String>> has,
      String to,
      String schema,
      String maker,
      String kind) {
    var missing = missing(privileges, has, to);
    if (!missing.isEmpty())
      changes.add(
          mend(
              text(
                  "%s that %s will make in %s: %s may %s"
                      .formatted(
                          kind.toLowerCase(Locale.ROOT),
                          maker,
                          schema,
                          to,
                          String.join(", ", missing))),
              "ALTER DEFAULT PRIVILEGES FOR ROLE %s IN SCHEMA %s GRANT %s ON %s TO %s"
                  .formatted(
                      Sql.name(maker),
                      Sql.name(schema),
                      String.join(", ", missing),
                      kind,
                      Sql.name(to))));
  }

  private static List<String> had(
      List<String> privileges, Map<String, Set<String>> has, String to) {
    return privileges.stream().filter(has.getOrDefault(to, Set.of())::contains).toList();
  }

  private static List<String> missing(
      List<String> privileges, Map<String, Set<String>> has, String to) {
    return privileges.stream().filter(p -> !has.getOrDefault(to, Set.of()).contains(p)).toList();
  }
}
