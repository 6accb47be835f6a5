package dev.pgbaton.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which certificates there can be, and what the person reads of those that can't. */
class TlsRulesTest {
  private static final String SPEC =
      """
      apiVersion: pgbaton.dev/v1alpha1
      kind: PostgresCluster
      metadata: {name: orders, namespace: shop}
      spec:
        instances: 3
        image: registry.example.com/pgbaton/postgres:17
        storage: {size: 10Gi}
        tls: {%s}
      """;

  @Test
  void aCertificateForReplicationComesFromWhereTheServersDoes() {
    assertThat(problems("generated: true, replication: clientCertificate")).isEmpty();
    assertThat(problems("secretName: a, replication: clientCertificate, replicationSecretName: b"))
        .isEmpty();

    assertThat(problems("secretName: a, replication: clientCertificate"))
        .containsExactly(
            "8:37 spec.tls.replication: the authority of the Secret a is not pgbaton's, which can't make a certificate that it signs. Put replicationSecretName: … with one for the CN repmgr.");
    assertThat(
            problems("generated: true, replication: clientCertificate, replicationSecretName: b"))
        .containsExactly(
            "8:81 spec.tls.replicationSecretName: pgbaton makes this certificate, too. Remove it.");
    assertThat(problems("secretName: a, replicationSecretName: b"))
        .containsExactly(
            "8:47 spec.tls.replicationSecretName: replication goes by password. Put replication: clientCertificate, or remove this one.");
    assertThat(problems("secretName: a, replication: clientCertificate, replicationSecretName: a"))
        .containsExactly(
            "8:79 spec.tls.replicationSecretName: a is the server's, which pgpool has, too. Put another Secret, with a certificate of its own.");
    assertThat(problems("replication: clientCertificate"))
        .containsExactly(
            "8:8 spec.tls: has no certificate. Put secretName: …, or generated: true.");
    assertThat(problems("generated: true, replication: certificate"))
        .containsExactly(
            "8:39 spec.tls.replication: certificate is not one of password, clientCertificate.");
  }

  /** Whoever has such a user now goes on with it. */
  @Test
  void theNameOfItsSecretIsTakenOnlyWhereThereIsOne() {
    for (var other :
        List.of(
            "  users: [{name: replication}]\n",
            "  pgpool: {instances: 1, image: pgpool, usersSecret: {name: orders-replication}}\n")) {
      assertThat(problems("generated: true", other)).isEmpty();
      assertThat(problems("generated: true, replication: clientCertificate", other))
          .singleElement()
          .asString()
          .containsAnyOf("one of pgbaton's own", "pgbaton makes itself");
    }
  }

  private static List<String> problems(String tls) {
    return problems(tls, "");
  }

  private static List<String> problems(String tls, String more) {
    var text = (SPEC.formatted(tls) + more).getBytes(StandardCharsets.UTF_8);
    return SpecParser.parse(List.of(new SpecFile("orders.yaml", "", text))).allProblems().stream()
        .map(Problem::toString)
        .map(problem -> problem.replaceFirst("^orders.yaml:", ""))
        .toList();
  }
}
