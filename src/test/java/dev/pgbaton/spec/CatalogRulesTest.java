package dev.pgbaton.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Users and databases that can't be as they are declared, and what the person reads. */
class CatalogRulesTest {
  private static final String SPEC =
      """
      apiVersion: pgbaton.dev/v1alpha1
      kind: PostgresCluster
      metadata: {name: orders, namespace: shop}
      spec:
        instances: 3
        image: registry.example.com/pgbaton/postgres:17
        storage: {size: 10Gi}
      """;

  @Test
  void whatIsNotSaidHasDefaults() {
    var spec =
        SpecParser.parse(files("  users: [{name: app}]\n  databases: [{name: app, owner: app}]\n"))
            .valid()
            .getFirst()
            .spec();

    assertThat(spec.users())
        .containsExactly(
            new UserSpec(
                "app",
                Ensure.present,
                true,
                List.of(),
                Optional.empty(),
                java.util.Map.of(),
                new PasswordSource.Generated(),
                Optional.empty(),
                false,
                List.of()));
    assertThat(spec.databases().getFirst().owner()).contains("app");
  }

  @Test
  void aPlainPasswordIsRefusedAndNotRepeated() {
    assertThat(problems("  users:\n    - name: app\n      password: hunter2\n"))
        .containsExactly(
            "10:17 spec.users[0].password: a password in Git is everyone's who reads the repository."
                + " Put secretKeyRef: {name: …, key: …}, which names a Secret that has it,"
                + " sops: {file: …, key: …}, which names an encrypted file, or generated.");
    assertThat(problems("  users:\n    - name: app\n      password: {value: hunter2}\n"))
        .noneMatch(problem -> problem.contains("hunter2"))
        .anyMatch(problem -> problem.contains("spec.users[0].password.value: is not a field here"));
    assertThat(problems("  users: [{name: app, password: generated}]\n")).isEmpty();
    assertThat(
            problems("  users: [{name: app, password: {sops: {file: ../s/a.enc.yaml, key: k}}}]\n"))
        .isEmpty();
    for (var file : List.of("/etc/a.yaml", "a.env", "a\\\\b.yaml", "a/"))
      assertThat(
              problems(
                  "  users: [{name: app, password: {sops: {file: \"%s\", key: k}}}]\n"
                      .formatted(file)))
          .singleElement()
          .asString()
          .contains("the path of a YAML or JSON file, relative to this one");
    assertThat(problems("  users: [{name: app, password: {vault: {path: shop/orders, key: k}}}]\n"))
        .isEmpty();
    assertThat(problems("  users: [{name: app, password: {vault: {path: ../sys/x, key: k}}}]\n"))
        .singleElement()
        .asString()
        .contains("a path in the engine, without data/");
    assertThat(problems("  users: [{name: app, password: {}}]\n"))
        .singleElement()
        .asString()
        .contains("names no source");
    assertThat(
            problems(
                "  users: [{name: app, password: {sops: {file: a.yaml, key: k}, secretKeyRef: {name: s, key: k}}}]\n"))
        .singleElement()
        .asString()
        .contains("has several sources");
    assertThat(problems("  users: [{name: app, password: {secretKeyRef: {name: s, key: k}}}]\n"))
        .isEmpty();
  }

  @Test
  void onlyAGeneratedPasswordIsMadeAnewByAWord() {
    assertThat(problems("  users: [{name: app, rotation: 2026-11}]\n")).isEmpty();
    assertThat(problems("  users: [{name: app, password: generated, rotation: '2'}]\n")).isEmpty();
    assertThat(
            problems(
                """
                  users:
                    - {name: a, rotation: x, password: {secretKeyRef: {name: s, key: pw}}}
                    - {name: b, rotation: x, password: {sops: {file: a.yaml, key: pw}}}
                    - {name: c, rotation: x, password: {vault: {path: shop/c, key: pw}}}
                    - {name: d, rotation: x, login: false}
                    - {name: e, rotation: x, ensure: absent}
                """))
        .containsExactly(
            "9:27 spec.users[0].rotation: makes a generated password anew, and this one is somebody's own. Remove it, and change pw of the Secret s instead.",
            "10:27 spec.users[1].rotation: makes a generated password anew, and this one is somebody's own. Remove it, and change pw in a.yaml instead.",
            "11:27 spec.users[2].rotation: makes a generated password anew, and this one is somebody's own. Remove it, and change pw in the vault's secret/shop/c instead.",
            "12:27 spec.users[3].rotation: a role that can't log in has no password. Remove it.",
            "13:27 spec.users[4].rotation: a role that can't log in has no password. Remove it.");
    assertThat(problems("  users: [{name: app, rotation: two words}]\n"))
        .singleElement()
        .asString()
        .contains("spec.users[0].rotation: two words");
  }

  @Test
  void whatIsGivenIsNotTakenAwayByTheSameSpec() {
    assertThat(
            problems(
                """
                  users: [{name: app}, {name: clerk, memberOf: [team], notMemberOf: [team]}]
                  databases:
                    - name: shop
                      owner: app
                      extensions: [{name: citext, schema: old}, {name: hstore, ensure: absent}]
                      schemas: [{name: old, ensure: absent}, {name: sales}]
                      grants:
                        - {to: clerk, schema: sales, privileges: [USAGE, SELECT]}
                        - {to: clerk, schema: sales, privileges: [SELECT], ensure: absent}
                        - {to: clerk, schema: old, privileges: [USAGE]}
                        - {to: clerk, schema: old, privileges: [INSERT], ensure: absent}
                """))
        .containsExactlyInAnyOrder(
            "8:48 spec.users[1].memberOf[0]: team is in notMemberOf, too. Remove it here or there.",
            "12:43 spec.databases[0].extensions[0].schema: old shall be absent. Put another one, or remove the entry.",
            "15:50 spec.databases[0].grants[0].privileges: SELECT is taken away from clerk by another entry. Remove it here or there.",
            "17:31 spec.databases[0].grants[2].schema: old shall be absent. Put another one, or remove the entry.");
  }

  /** It would be made again and again under a name that was cut off. */
  @Test
  void aNameIsCountedInBytesAsPostgresqlDoes() {
    var umlauts = "ä".repeat(32);
    assertThat(
            problems(
                """
                  users: [{name: app, memberOf: [%s]}]
                  databases: [{name: %s, owner: app, schemas: [{name: %s}]}]
                """
                    .formatted(umlauts, umlauts, "ä".repeat(31))))
        .hasSize(2)
        .allMatch(
            p ->
                p.contains(
                    umlauts
                        + " has 64 bytes in UTF-8, and PostgreSQL keeps 63 of a name. Put a shorter one."));
  }

  @Test
  void whatPgbatonMakesItselfIsNobodysSource() {
    assertThat(
            problems(
                """
                  pgpool:
                    image: registry.example.com/pgbaton/pgpool:17
                    usersSecret: {name: orders-users}
                  users:
                    - {name: app, password: {secretKeyRef: {name: orders-pgpool-users, key: app}}}
                """))
        .containsExactlyInAnyOrder(
            "10:25 spec.pgpool.usersSecret.name: orders-users is a Secret that pgbaton makes itself, of users who are declared. Put the name of one of yours, with those who are not, or remove it.",
            "12:51 spec.users[0].password.secretKeyRef.name: orders-pgpool-users is a Secret that pgbaton makes itself. Put the name of one of yours.");
    assertThat(
            problems(
                """
                  pgpool:
                    image: registry.example.com/pgbaton/pgpool:17
                    usersSecret: {name: orders-app}
                  users: [{name: app}]
                """))
        .hasSize(1);
    assertThat(
            problems(
                """
                  pgpool:
                    image: registry.example.com/pgbaton/pgpool:17
                    usersSecret: {name: orders-app}
                """))
        .isEmpty();
  }

  @Test
  void nobodyBecomesASuperuserByAnotherName() {
    assertThat(
            problems(
                """
                  users:
                    - {name: app, memberOf: [pg_execute_server_program]}
                  databases:
                    - name: app
                      owner: app
                      grants: [{to: app, schema: pg_catalog, privileges: [CREATE]}]
                """))
        .hasSize(2)
        .anyMatch(p -> p.contains("spec.users[0].memberOf[0]: pg_execute_server_program may do"))
        .anyMatch(
            p -> p.contains("spec.databases[0].grants[0].schema: pg_catalog is PostgreSQL's"));
  }

  /** Editors read the schema's patterns as JavaScript does. */
  @Test
  void noPublishedPatternIsJavasOwn() throws Exception {
    assertThat(
            java.nio.file.Files.readString(
                java.nio.file.Path.of("docs/schema/postgrescluster-v1alpha1.json")))
        .doesNotContain("\\\\p{");
  }

  @Test
  void namesThatAreTakenAreNotForDeclaring() {
    assertThat(
            problems(
                """
                  users:
                    - name: postgres
                    - name: pg_monitor
                    - name: app
                    - name: app
                    - name: a_b
                    - name: a-b
                    - name: credentials
                  databases:
                    - {name: repmgr, owner: app}
                """))
        .satisfiesExactly(
            p -> assertThat(p).startsWith("9:13 spec.users[0].name: postgres is a role of its own"),
            p -> assertThat(p).startsWith("10:13 spec.users[1].name: pg_monitor is a role of"),
            p ->
                assertThat(p)
                    .isEqualTo(
                        "12:13 spec.users[3].name: app is here a second time; the first is spec.users[2].name. Remove one of them."),
            p ->
                assertThat(p)
                    .isEqualTo(
                        "14:13 spec.users[5].name: a-b would have the same Secret as a_b. Put another name."),
            p ->
                assertThat(p)
                    .startsWith("15:13 spec.users[6].name: credentials would have a Secret"),
            p -> assertThat(p).startsWith("17:14 spec.databases[0].name: repmgr is PostgreSQL's"));
  }

  @Test
  void whoeverOwnsOrIsGrantedSomethingIsDeclared() {
    assertThat(
            problems(
                """
                  users: [{name: app}, {name: gone, ensure: absent}]
                  databases:
                    - {name: one, owner: apq}
                    - {name: two, owner: gone}
                    - {name: three}
                    - {name: four, owner: app, grants: [{to: nobody, privileges: [SELECT]}]}
                    - {name: five, ensure: absent}
                """))
        .containsExactly(
            "10:26 spec.databases[0].owner: apq is not one of spec.users. Declare it there, or put one that is. Did you mean app?",
            "11:26 spec.databases[1].owner: gone shall be absent. Put another one of spec.users.",
            "12:14 spec.databases[2].owner: is missing. Put one of spec.users.",
            "13:46 spec.databases[3].grants[0].to: nobody is not one of spec.users. Declare it there, or put one that is.",
            "13:66 spec.databases[3].grants[0].privileges: SELECT is not of a database. Put the schema that it is about.");
  }

  @Test
  void settingsAreThoseOfASession() {
    assertThat(
            problems(
                """
                  users:
                    - name: app
                      settings:
                        statement_timeout: 3 weeks
                        shared_buffers: 1GB
                        statement_timeoud: 3s
                        my.own: x
                        search_path: app, public
                """))
        .satisfiesExactly(
            p ->
                assertThat(p).startsWith("11:28 spec.users[0].settings.statement_timeout: 3 weeks"),
            p -> assertThat(p).contains("settings.shared_buffers: is one of the server"),
            p -> assertThat(p).contains("Did you mean statement_timeout?"));
  }

  private static List<SpecFile> files(String more) {
    return List.of(new SpecFile("orders.yaml", "", (SPEC + more).getBytes(StandardCharsets.UTF_8)));
  }

  private static List<String> problems(String more) {
    return SpecParser.parse(files(more)).allProblems().stream()
        .map(Problem::toString)
        .map(problem -> problem.replaceFirst("^orders.yaml:", ""))
        .toList();
  }
}
