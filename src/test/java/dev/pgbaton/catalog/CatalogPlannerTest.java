package dev.pgbaton.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.catalog.Declaration.Database;
import dev.pgbaton.catalog.Declaration.Extension;
import dev.pgbaton.catalog.Declaration.Grant;
import dev.pgbaton.catalog.Declaration.Schema;
import dev.pgbaton.catalog.Declaration.User;
import dev.pgbaton.catalog.Declaration.Verifier;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Declared × found → statements. */
class CatalogPlannerTest {
  private static final Catalog EMPTY = new Catalog(Map.of(), Map.of());

  /** As PostgreSQL keeps it. */
  @Test
  void anEmptyListIsAnEmptyList() {
    assertThat(Sql.sameSetting("search_path", "", "\"\"")).isTrue();
    assertThat(Sql.sameSetting("search_path", "", "\"a\"")).isFalse();
  }

  @Test
  void whatIsMissingIsMadeRolesFirst() {
    var declared =
        new Declaration(
            List.of(
                user("app", List.of("readers"), Map.of("statement_timeout", "30s")),
                new User(
                    "readers",
                    true,
                    false,
                    Optional.empty(),
                    List.of(),
                    Map.of(),
                    Optional.empty())),
            List.of(
                database(
                    "shop", "app", new Grant("readers", List.of("CONNECT"), Optional.empty()))));

    assertThat(sql(CatalogPlanner.shared(declared, EMPTY)))
        .containsExactly(
            "CREATE ROLE \"app\" LOGIN PASSWORD 'SCRAM-SHA-256$x'",
            "ALTER ROLE \"app\" SET \"statement_timeout\" = '30s'",
            "CREATE ROLE \"readers\" NOLOGIN",
            "GRANT \"readers\" TO \"app\"",
            "CREATE DATABASE \"shop\" OWNER \"app\"",
            "GRANT CONNECT ON DATABASE \"shop\" TO \"readers\"");
  }

  @Test
  void whatIsAsDeclaredIsLeft() {
    var declared =
        new Declaration(
            List.of(user("app", List.of("readers"), Map.of("search_path", "App, \"Two Words\""))),
            List.of(database("shop", "app")));
    var found =
        new Catalog(
            Map.of(
                "app",
                new Catalog.Role(
                    false,
                    true,
                    7,
                    new Verifier("SCRAM-SHA-256$x"),
                    Set.of("readers", "others"),
                    Map.of("search_path", "app, \"Two Words\"", "work_mem", "64MB"))),
            Map.of("shop", new Catalog.Database("app", "UTF8", "C.UTF-8", -1, Map.of())));

    assertThat(sql(CatalogPlanner.shared(declared, found))).isEmpty();
  }

  @Test
  void whatDriftedIsMended() {
    var declared =
        new Declaration(
            List.of(user("app", List.of("readers"), Map.of("search_path", "app, public"))),
            List.of(
                database(
                    "shop",
                    "app",
                    new Grant("app", List.of("CONNECT", "CREATE"), Optional.empty()))));
    var found =
        new Catalog(
            Map.of(
                "app",
                new Catalog.Role(
                    false,
                    false,
                    -1,
                    new Verifier("md5"),
                    Set.of(),
                    Map.of("search_path", "\"app, public\""))),
            Map.of(
                "shop",
                new Catalog.Database("dba", "UTF8", "C", -1, Map.of("app", Set.of("CONNECT")))));

    var plan = CatalogPlanner.shared(declared, found);

    assertThat(sql(plan))
        .containsExactly(
            "ALTER ROLE \"app\" LOGIN",
            "ALTER ROLE \"app\" PASSWORD 'SCRAM-SHA-256$x'",
            "ALTER ROLE \"app\" SET \"search_path\" = 'app', 'public'",
            "GRANT \"readers\" TO \"app\"",
            "ALTER DATABASE \"shop\" OWNER TO \"app\"",
            "GRANT CREATE ON DATABASE \"shop\" TO \"app\"");
    assertThat(plan.changes()).allMatch(CatalogChange::repair);
    assertThat(plan.toString()).doesNotContain("SCRAM");
    assertThat(declared.toString()).doesNotContain("SCRAM");
  }

  @Test
  void onlyWhatIsSaidToBeAbsentGoesDatabasesFirst() {
    var declared =
        new Declaration(
            List.of(
                new User(
                    "gone", false, true, Optional.empty(), List.of(), Map.of(), Optional.empty()),
                new User(
                    "never", false, true, Optional.empty(), List.of(), Map.of(), Optional.empty())),
            List.of(absent("old")));
    var role = new Catalog.Role(false, true, -1, new Verifier(""), Set.of(), Map.of());
    var found =
        new Catalog(
            Map.of("gone", role, "others", role),
            Map.of(
                "old", new Catalog.Database("gone", "UTF8", "C", -1, Map.of()),
                "theirs", new Catalog.Database("others", "UTF8", "C", -1, Map.of())));

    assertThat(sql(CatalogPlanner.shared(declared, found)))
        .containsExactly("DROP DATABASE \"old\"", "DROP ROLE \"gone\"");
  }

  @Test
  void aSuperuserIsLeftAlone() {
    var above = new Catalog.Role(true, true, -1, new Verifier(""), Set.of(), Map.of());
    var declared =
        new Declaration(
            List.of(
                user("dba", List.of(), Map.of("work_mem", "1GB")),
                user("app", List.of("dba"), Map.of()),
                new User(
                    "root", false, true, Optional.empty(), List.of(), Map.of(), Optional.empty())),
            List.of());

    var plan =
        CatalogPlanner.shared(declared, new Catalog(Map.of("dba", above, "root", above), Map.of()));

    assertThat(sql(plan)).containsExactly("CREATE ROLE \"app\" LOGIN PASSWORD 'SCRAM-SHA-256$x'");
    assertThat(plan.refusals()).hasSize(3);
  }

  @Test
  void namesAndValuesAreQuotedWhateverIsInThem() {
    var name = "a\"; DROP ROLE postgres; --";
    var declared =
        new Declaration(
            List.of(
                new User(
                    name,
                    true,
                    true,
                    Optional.of(3),
                    List.of("g'\"r"),
                    Map.of("my.x", "it's \\ '; SELECT 1"),
                    Optional.empty())),
            List.of(database("d'\"b", name)));

    assertThat(sql(CatalogPlanner.shared(declared, EMPTY)))
        .containsExactly(
            "CREATE ROLE \"a\"\"; DROP ROLE postgres; --\" LOGIN CONNECTION LIMIT 3",
            "ALTER ROLE \"a\"\"; DROP ROLE postgres; --\" SET \"my\".\"x\" =  E'it''s \\\\ ''; SELECT 1'",
            "GRANT \"g'\"\"r\" TO \"a\"\"; DROP ROLE postgres; --\"",
            "CREATE DATABASE \"d'\"\"b\" OWNER \"a\"\"; DROP ROLE postgres; --\"");
  }

  @Test
  void whatCanNotChangeIsTold() {
    var wanted =
        new Database(
            "shop",
            true,
            "app",
            Optional.of("utf-8"),
            Optional.of("de_DE.UTF-8"),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            List.of(),
            List.of());
    var found =
        new Catalog(
            Map.of(), Map.of("shop", new Catalog.Database("app", "UTF8", "C", -1, Map.of())));

    var plan = CatalogPlanner.shared(new Declaration(List.of(), List.of(wanted)), found);

    assertThat(plan.changes()).isEmpty();
    assertThat(plan.refusals())
        .containsExactly("database shop: its locale is C and can't become de_DE.UTF-8");
    assertThat(sql(CatalogPlanner.shared(new Declaration(List.of(), List.of(wanted)), EMPTY)))
        .containsExactly(
            "CREATE DATABASE \"shop\" OWNER \"app\" TEMPLATE \"template0\" ENCODING 'utf-8' LOCALE 'de_DE.UTF-8'");
  }

  @Test
  void withinADatabaseSchemasComeBeforeWhatIsInThem() {
    var wanted =
        new Database(
            "shop",
            true,
            "app",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(
                new Extension("citext", Optional.of("1.6"), Optional.of("ext")),
                new Extension("pg_trgm", Optional.empty(), Optional.empty())),
            List.of(new Schema("ext", "app"), new Schema("sales", "seller")),
            List.of(
                new Grant("reader", List.of("USAGE", "SELECT", "INSERT"), Optional.of("sales"))));

    var changes =
        ContentPlanner.plan(wanted, new Catalog.Content(Map.of(), Map.of())).stream()
            .map(CatalogChange::sql)
            .toList();

    assertThat(changes)
        .containsExactly(
            "CREATE SCHEMA \"ext\" AUTHORIZATION \"app\"",
            "CREATE SCHEMA \"sales\" AUTHORIZATION \"seller\"",
            "CREATE EXTENSION \"citext\" SCHEMA \"ext\" VERSION '1.6'",
            "CREATE EXTENSION \"pg_trgm\"",
            "GRANT USAGE ON SCHEMA \"sales\" TO \"reader\"",
            "GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA \"sales\" TO \"reader\"",
            "GRANT USAGE ON ALL SEQUENCES IN SCHEMA \"sales\" TO \"reader\"",
            "ALTER DEFAULT PRIVILEGES FOR ROLE \"app\" IN SCHEMA \"sales\" GRANT SELECT, INSERT ON TABLES TO \"reader\"",
            "ALTER DEFAULT PRIVILEGES FOR ROLE \"app\" IN SCHEMA \"sales\" GRANT USAGE ON SEQUENCES TO \"reader\"",
            "ALTER DEFAULT PRIVILEGES FOR ROLE \"seller\" IN SCHEMA \"sales\" GRANT SELECT, INSERT ON TABLES TO \"reader\"",
            "ALTER DEFAULT PRIVILEGES FOR ROLE \"seller\" IN SCHEMA \"sales\" GRANT USAGE ON SEQUENCES TO \"reader\"");
  }

  @Test
  void aDeclarationIsReadAsItIsWritten() {
    var declared =
        new Declaration(
            List.of(user("app", List.of("g"), Map.of("a.b", "c")), user("b", List.of(), Map.of())),
            List.of(
                database("shop", "app", new Grant("b", List.of("USAGE"), Optional.of("s"))),
                absent("old")));

    assertThat(DeclarationJson.read(DeclarationJson.write(declared))).isEqualTo(declared);
  }

  private static User user(String name, List<String> memberOf, Map<String, String> settings) {
    return new User(
        name,
        true,
        true,
        Optional.empty(),
        memberOf,
        settings,
        Optional.of(new Verifier("SCRAM-SHA-256$x")));
  }

  private static Database database(String name, String owner, Grant... grants) {
    return new Database(
        name,
        true,
        owner,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(grants));
  }

  private static Database absent(String name) {
    return new Database(
        name,
        false,
        "",
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(),
        List.of());
  }

  private static List<String> sql(CatalogPlanner.Result plan) {
    return plan.changes().stream().map(CatalogChange::sql).toList();
  }
}
