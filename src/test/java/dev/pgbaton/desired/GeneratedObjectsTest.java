package dev.pgbaton.desired;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.SourceRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a DBA sees: {@code pgbaton render}. */
class GeneratedObjectsTest {
  private static final Path GOLDEN = Path.of("src/test/resources/dev/pgbaton/desired");

  @ParameterizedTest
  @ValueSource(strings = {"accounts", "ledger", "minimal", "orders"})
  void theObjectsOfTheExampleAreAsReviewed(String name) throws IOException {
    var rendered = Manifests.yaml(Specs.example(name));
    var golden = GOLDEN.resolve(name + ".yaml");
    if (System.getProperty("pgbaton.golden", "").equals("write")) {
      Files.writeString(golden, rendered);
    }

    assertThat(rendered)
        .describedAs(
            "renew it, and read the difference: ./mvnw test -Dtest=GeneratedObjectsTest -Dpgbaton.golden=write")
        .isEqualTo(Files.readString(golden));
  }

  @Test
  void theSameSpecGivesTheSameBytes() {
    assertThat(Manifests.yaml(Specs.example("orders")))
        .isEqualTo(Manifests.yaml(Specs.example("orders")));
  }

  @Test
  void theOrderOfParametersAndLabelsDoesNotMatter() {
    assertThat(Specs.cluster("  postgresql: {parameters: {work_mem: 8MB, jit: off}}"))
        .usingRecursiveComparison()
        .ignoringFieldsOfTypes(SourceRef.class)
        .isEqualTo(Specs.cluster("  postgresql: {parameters: {jit: off, work_mem: 8MB}}"));
  }

  @Test
  void objectsAreAppliedInTheOrderInWhichTheyNeedEachOther() {
    assertThat(Specs.example("orders").objects())
        .extracting(desired -> desired.object().getKind())
        .containsSubsequence(
            List.of(
                "Namespace",
                "ServiceAccount",
                "Secret",
                "ConfigMap",
                "Lease",
                "Service",
                "PodDisruptionBudget",
                "StatefulSet",
                "Deployment"));
  }

  @Test
  void scalingDoesNotTouchThePodTemplate() {
    assertThat(Specs.scaled(5).statefulSet().getSpec().getTemplate())
        .isEqualTo(Specs.scaled(3).statefulSet().getSpec().getTemplate());
  }

  @Test
  void aSettingThatAReloadChangesDoesNotTouchThePodTemplate() {
    var before = Specs.cluster("  postgresql: {parameters: {work_mem: 8MB}}");
    var after = Specs.cluster("  postgresql: {parameters: {work_mem: 16MB}}");

    assertThat(after.statefulSet()).isEqualTo(before.statefulSet());
    assertThat(after.reloadHash()).isNotEqualTo(before.reloadHash());
  }

  @Test
  void aSettingThatNeedsARestartGivesThePodsAnotherConfigMap() {
    var before = Specs.cluster("  postgresql: {parameters: {max_connections: 100}}");
    var after = Specs.cluster("  postgresql: {parameters: {max_connections: 200}}");

    assertThat(after.statefulSet()).isNotEqualTo(before.statefulSet());
    assertThat(after.reloadHash()).isEqualTo(before.reloadHash());
  }

  @Test
  void aPersonsLabelsAreOnObjectsButNotOnPods() {
    var set = Specs.example("orders").statefulSet();

    assertThat(set.getMetadata().getLabels()).containsEntry("team", "orders");
    assertThat(set.getSpec().getTemplate().getMetadata().getLabels()).doesNotContainKey("team");
  }
}
