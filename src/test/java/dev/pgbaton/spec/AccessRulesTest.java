package dev.pgbaton.spec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.ClientRule;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Rules of who may connect, and what the person reads of those that can't be. */
class AccessRulesTest {
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
  void rulesAreWrittenAsPostgresqlReadsThem() {
    var text =
        lines(
            """
                  - {type: host, users: [legacy], method: reject}
                  - {type: host, databases: [shop, sameuser], users: [app, +readers], addresses: [10.0.0.0/8, 192.0.2.7]}
                  - {type: host, databases: [my db], users: [all], addresses: ["2001:DB8::/32"]}
            """);

    assertThat(text)
        .isEqualTo(
            """
            host all "legacy" all reject
            host "shop",sameuser "app",+"readers" 10.0.0.0/8 scram-sha-256
            host "shop",sameuser "app",+"readers" 192.0.2.7/32 scram-sha-256
            host "my db" all 2001:db8:0:0:0:0:0:0/32 scram-sha-256
            """);
    assertThat(ClientRule.wrote(text)).isTrue();
  }

  @Test
  void whatTheDaemonDoesNotWriteIsKnown() {
    assertThat(ClientRule.wrote("host all all all trust\n")).isFalse();
    assertThat(ClientRule.wrote("local all all peer\n")).isFalse();
    assertThat(ClientRule.wrote("@include /tmp/more\n")).isFalse();
    assertThat(ClientRule.wrote("host all \"a\"\",all\" all scram-sha-256\n")).isFalse();
    assertThat(ClientRule.wrote("host all all all cert map=x\n")).isFalse();
  }

  @Test
  void pgbatonIsNotLockedOutAndNoSuperuserLetIn() {
    assertThat(
            problems(
                """
                      - {type: host, users: [postgres]}
                      - {type: host, users: [app, repmgr], method: reject}
                      - {type: host, users: [+pgbaton]}
                """))
        .containsExactly(
            "10:29 spec.access.rules[0].users[0]: postgres is a superuser, and no rule lets one in over the network (replication and repmgr have pgbaton's own); kubectl exec leads to psql in the pod. Remove it.",
            "11:29 spec.access.rules[1].users[1]: repmgr is pgbaton's own: without it no instance could follow the primary. Remove it.",
            "12:29 spec.access.rules[2].users[0]: pgbaton is the daemon's login, which has rules of its own. Remove it.");
  }

  @Test
  void whatIsNoRuleIsToldWithItsPlace() {
    assertThat(
            problems(
                """
                      - {type: hostgssenc, users: [app]}
                      - {type: host, method: trust}
                      - {type: host, method: md5, users: ["a,b"]}
                      - {type: host, databases: ["/.*"]}
                """))
        .containsExactly(
            "10:16 spec.access.rules[0].type: hostgssenc is not one of host, hostssl.",
            "11:30 spec.access.rules[1].method: trust is not one of scram-sha-256, cert, reject.",
            "12:30 spec.access.rules[2].method: md5 is not one of scram-sha-256, cert, reject.",
            "12:43 spec.access.rules[2].users[0]: a,b is not a role's name, +group or all.",
            "13:34 spec.access.rules[3].databases[0]: /.* is not a database's name, or all, sameuser, samerole or replication.");
  }

  @Test
  void addressesAreNumbersThatFit() {
    assertThat(
            problems(
                """
                      - {type: host, addresses: [10.0.0.1/8]}
                      - {type: host, addresses: [10.0.0.0/33]}
                      - {type: host, addresses: [1.2.3]}
                      - {type: host, addresses: [db.example.com]}
                      - {type: host, addresses: ["2001:db8::1/64"]}
                """))
        .containsExactly(
            "10:34 spec.access.rules[0].addresses[0]: 10.0.0.1/8 has bits behind the first 8, which nobody looks at. Put 10.0.0.0/8.",
            "11:34 spec.access.rules[1].addresses[0]: 10.0.0.0/33 has more than the 32 bits of such an address. Put at most /32.",
            "12:34 spec.access.rules[2].addresses[0]: 1.2.3 is not addresses such as 10.0.0.0/8 or 2001:db8::/32, or all.",
            "13:34 spec.access.rules[3].addresses[0]: db.example.com is not addresses such as 10.0.0.0/8 or 2001:db8::/32.",
            "14:34 spec.access.rules[4].addresses[0]: 2001:db8::1/64 has bits behind the first 64, which nobody looks at. Put 2001:db8:0:0:0:0:0:0/64.");
  }

  @Test
  void aRuleThatIsNeverReachedIsTold() {
    assertThat(
            problems(
                """
                      - {type: host, method: reject}
                      - {type: host, users: [app]}
                """))
        .containsExactly(
            "11:16 spec.access.rules[1]: is never reached: spec.access.rules[0] is about all of it already. Put it before that one, or remove it.");
    // Replication is no database.
    assertThat(problems("      - {type: host}\n      - {type: host, databases: [replication]}\n"))
        .isEmpty();
  }

  @Test
  void nobodyAtAllIsNoRule() {
    assertThat(problems("      []\n"))
        .containsExactly(
            "10:7 spec.access.rules: is empty: nobody could connect. Put a rule, or remove it, and everybody with a password can.");
    assertThat(problems("      - {type: host, users: []}\n"))
        .containsExactly(
            "10:16 spec.access.rules[0].users: users is empty. Put all, or remove it.");
  }

  /** Rules and TLS for all keep it off already: whoever writes both wants to know. */
  @Test
  void aSuperuserFromEverywhereAndRulesDoNotGoTogether() {
    assertThat(problems("      - {type: host}\n    superuser: network\n"))
        .containsExactly(
            "11:16 spec.access.superuser: with spec.access.rules no superuser gets in over the network. Put local, or remove it; kubectl exec leads to psql in the pod.");
    assertThat(problems("      - {type: host}\n    superuser: local\n")).isEmpty();
    assertThat(problems("      - {type: host}\n    superuser: nowhere\n"))
        .containsExactly("11:16 spec.access.superuser: nowhere is not one of local, network.");
  }

  private static String lines(String rules) {
    return parse(rules).valid().getFirst().spec().access().rules().orElseThrow().stream()
        .map(ClientRule::lines)
        .collect(Collectors.joining());
  }

  private static List<String> problems(String rules) {
    return parse(rules).allProblems().stream()
        .map(Problem::toString)
        .map(problem -> problem.replaceFirst("^orders.yaml:", ""))
        .toList();
  }

  private static ParsedSpecs parse(String rules) {
    return SpecParser.parse(
        List.of(
            new SpecFile(
                "orders.yaml",
                "",
                (SPEC + "  access:\n    rules:\n" + rules).getBytes(StandardCharsets.UTF_8))));
  }
}
