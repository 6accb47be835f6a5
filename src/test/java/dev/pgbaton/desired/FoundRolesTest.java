package dev.pgbaton.desired;

import static dev.pgbaton.desired.Tutorial.manifests;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.spec.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a person's objects are, told by what their containers read. */
class FoundRolesTest {
  private static final String SECOND =
      """
      apiVersion: apps/v1
      kind: StatefulSet
      metadata:
        name: reports
        annotations: {%s}
      spec:
        template:
          spec:
            containers:
              - {name: db, image: other/postgres, env: [{name: REPMGR_PASSWORD, value: x}, {name: POSTGRES_PASSWORD, value: x}]}
      """;

  private static FoundRoles.Clear clear(Tutorial manifests) {
    return (FoundRoles.Clear) FoundRoles.of(manifests.objects());
  }

  private static List<String> unclear(Tutorial manifests) {
    return ((FoundRoles.Unclear) FoundRoles.of(manifests.objects()))
        .problems().stream().map(Problem::toString).toList();
  }

  @Test
  void theTutorialsRolesAreFound() {
    var roles = clear(manifests());

    assertThat(roles.postgresql().name()).isEqualTo("postgres-sts");
    assertThat(roles.pgpool().map(Workload::name)).contains("pgpool-deployment");
  }

  @Test
  void whatThePodsReadIsFoundWhereverItIsNamed() {
    var pods = clear(manifests()).postgresql().template().getSpec();

    assertThat(PodReading.reads(pods, "database"))
        .containsExactly(
            new ObjectKey("ConfigMap", "database", "postgres-configmap"),
            new ObjectKey("Secret", "database", "postgres-secrets"));
  }

  @Test
  void variablesAreExpandedAsTheKubeletDoes() {
    var set =
        clear(
                manifests()
                    .with(
                        "{name: REPMGR_USERNAME, value: repmgr}",
                        "{name: REPMGR_USERNAME, value: $$(A)$(LATER)x}"))
            .postgresql();

    assertThat(set.value("REPMGR_PRIMARY_HOST"))
        .contains("postgres-sts-0.postgres-headless-svc.database.svc.cluster.local");
    assertThat(set.value("REPMGR_USERNAME")).contains("$(A)$(LATER)x");
    // Only the pod knows it.
    assertThat(set.value("REPMGR_NODE_NAME")).contains("$(MY_POD_NAME)");
  }

  @Test
  void anImageWithRepmgrInItsNameNeedsNoEnvironment() {
    var roles =
        FoundRoles.of(
            manifests()
                .with(
                    "registry.example.com/pgbaton/postgres:17",
                    "docker.io/bitnami/postgresql-repmgr:16.3")
                .with("REPMGR_", "OTHER_")
                .objects());

    assertThat(roles).isInstanceOf(FoundRoles.Clear.class);
  }

  @Test
  void twoOfAKindAreNotGuessedAt() {
    assertThat(unclear(manifests().and(SECOND.formatted(""))))
        .hasSize(2)
        .allSatisfy(
            text ->
                assertThat(text)
                    .contains("reports (more.yaml:1:1)")
                    .contains("postgres-sts (postgresql/postgres-statefulset.yaml:1:1)")
                    .contains("pgbaton.dev/role: other"));
  }

  @Test
  void theAnnotationSettlesIt() {
    assertThat(
            clear(manifests().and(SECOND.formatted("pgbaton.dev/role: other"))).postgresql().name())
        .isEqualTo("postgres-sts");
    assertThat(
            clear(manifests().and(SECOND.formatted("pgbaton.dev/role: postgresql")))
                .postgresql()
                .name())
        .isEqualTo("reports");
  }

  @Test
  void noneIsSaidWithWhatWasSeen() {
    assertThat(unclear(manifests().with("REPMGR_", "OTHER_")))
        .singleElement()
        .asString()
        .contains("postgres-sts (postgresql/postgres-statefulset.yaml:1:1)")
        .contains("pgbaton.dev/role: postgresql");
  }
}
