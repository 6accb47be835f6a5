package dev.pgbaton.spec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.ClusterId;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SpecDifferenceTest {
  private static final ClusterId ORDERS = new ClusterId("shop", "orders");
  private static final String PASSWORD = "hunter2-hunter2";
  private static final String SPEC =
      """
      apiVersion: pgbaton.dev/v1alpha1
      kind: PostgresCluster
      metadata: {name: orders, namespace: shop}
      spec:
        instances: 3
        image: registry.example.com/pgbaton/postgres:17
        storage: {size: 10Gi}
        postgresql: {parameters: {shared_buffers: 256MB}}
      """;

  @Test
  void aSpecIsComparedFieldByField() {
    var after =
        SPEC.replace("256MB", "128MB")
            .replace("instances: 3", "instances: 3\n  replication: {synchronousStandbys: 1}");

    assertThat(ofSpec(SPEC, after))
        .containsExactly(
            "spec.postgresql.parameters.shared_buffers: 256MB → 128MB",
            "spec.replication.synchronousStandbys: - → 1");
  }

  @Test
  void aCommentIsNoChangeAndNeitherIsAnotherCluster() {
    assertThat(
            ofSpec(
                SPEC,
                "# was %s\n%s---\n%s".formatted(PASSWORD, SPEC, SPEC.replace("orders", "billing"))))
        .isEmpty();
  }

  @Test
  void aNewClusterIsAllNew() {
    var changes = SpecDifference.ofSpec(ORDERS, Optional.empty(), Optional.of(file(SPEC)));

    assertThat(changes).extracting(FieldChange::before).containsOnly(Optional.empty());
    assertThat(changes).extracting(FieldChange::name).contains("spec.image", "kind");
  }

  @Test
  void whatCouldNotBeReadAsASpecHasNoValues() {
    var pasted = SPEC.replace("storage:", "password: %s\n  storage:".formatted(PASSWORD));

    assertThat(ofSpec(SPEC, pasted)).contains("spec.password: - → (not shown)");
    assertThat(ofSpec(SPEC, pasted).toString()).doesNotContain(PASSWORD);
  }

  @Test
  void whatRunsAProgramIsNotShown() {
    var archived =
        SPEC.replace("256MB", "256MB, archive_command: 'put --key=%s %%p'".formatted(PASSWORD));

    assertThat(ofSpec(SPEC, archived))
        .containsExactly("spec.postgresql.parameters.archive_command: - → (not shown)");
  }

  @Test
  void settingsThatNobodyKnowsAndAddressesWithCredentialsAreNotShown() {
    var after =
        SPEC.replace(
            "256MB",
            "256MB, anon.salt: %1$s, log_line_prefix: 'https://me:%1$s@example.com'"
                .formatted(PASSWORD));

    assertThat(ofSpec(SPEC, after))
        .containsExactly(
            "spec.postgresql.parameters.anon.salt: - → (not shown)",
            "spec.postgresql.parameters.log_line_prefix: - → (not shown)");
  }

  @Test
  void aFieldOfThatNameElsewhereIsNotShown() {
    var odd =
        file(
            """
            kind: ConfigMap
            metadata: {name: c}
            data: {storage: %1$s}
            ---
            kind: List
            items: [{kind: Secret, metadata: {name: s}, stringData: {image: %1$s}}]
            """
                .formatted(PASSWORD));

    assertThat(SpecDifference.ofManifests(List.of(), List.of(odd)).toString())
        .doesNotContain(PASSWORD);
  }

  @Test
  void ofPlainManifestsOnlyWhatCantBeAPasswordIsShown() {
    var before =
        """
        kind: StatefulSet
        metadata: {name: db}
        spec:
          replicas: 3
          template: {spec: {containers: [{name: db, image: "postgres:17.1", env: [{name: POSTGRES_PASSWORD, value: old}]}]}}
        ---
        kind: Secret
        metadata: {name: db}
        data: {password: b2xk}
        """;
    var after =
        before
            .replace("17.1", "17.2")
            .replace("value: old", "value: " + PASSWORD)
            .replace(
                "b2xk",
                Base64.getEncoder().encodeToString(PASSWORD.getBytes(StandardCharsets.UTF_8)))
            .replace("kind: Secret", "kind: Secret\nstringData: {image: %s}".formatted(PASSWORD));

    var changes = SpecDifference.ofManifests(List.of(file(before)), List.of(file(after)));

    assertThat(changes.stream().map(SpecDifferenceTest::words))
        .containsExactly(
            "Secret db .data.password: (not shown) → (not shown)",
            "Secret db .stringData.image: - → (not shown)",
            "StatefulSet db .spec.template.spec.containers[db].env[POSTGRES_PASSWORD].value: (not shown) → (not shown)",
            "StatefulSet db .spec.template.spec.containers[db].image: postgres:17.1 → postgres:17.2");
  }

  @Test
  void aKeyThatIsNoNameIsNotShown() {
    var odd =
        file("kind: ConfigMap\nmetadata: {name: c}\ndata: {'it is %s': x}\n".formatted(PASSWORD));

    assertThat(SpecDifference.ofManifests(List.of(), List.of(odd)).toString())
        .contains(".data.…")
        .doesNotContain(PASSWORD);
  }

  @Test
  void aliasesThatStandForMoreThanMemoryHoldsEndSomewhere() {
    var bomb = new StringBuilder("kind: ConfigMap\nmetadata: {name: c}\na0: &a0 [x, x]\n");
    for (int i = 1; i < 20; i++)
      bomb.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
    var circle = "kind: ConfigMap\nmetadata: &m {name: c, again: *m}\n";

    assertThat(SpecDifference.ofManifests(List.of(), List.of(file(bomb.toString()))))
        .last()
        .satisfies(c -> assertThat(c.name()).isEqualTo("(the rest is too much to compare)"));
    assertThat(SpecDifference.ofManifests(List.of(), List.of(file(circle)))).hasSizeLessThan(100);
    var onlyItself = "kind: ConfigMap\nmetadata: {name: c}\nx: &a [*a, *a]\n";
    assertThat(SpecDifference.ofManifests(List.of(), List.of(file(onlyItself))))
        .hasSizeLessThan(10);
  }

  private static List<String> ofSpec(String before, String after) {
    return SpecDifference.ofSpec(ORDERS, Optional.of(file(before)), Optional.of(file(after)))
        .stream()
        .map(SpecDifferenceTest::words)
        .toList();
  }

  private static String words(FieldChange change) {
    return "%s: %s → %s"
        .formatted(change.name(), change.before().orElse("-"), change.after().orElse("-"));
  }

  private static SpecFile file(String text) {
    return new SpecFile("clusters/orders.yaml", "", text.getBytes(StandardCharsets.UTF_8));
  }
}
