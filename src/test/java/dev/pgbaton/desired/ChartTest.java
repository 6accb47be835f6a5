package dev.pgbaton.desired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.desired.OwnersClusters.Result;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Plan;
import dev.pgbaton.plan.Planner;
import dev.pgbaton.spec.ManifestLayout;
import dev.pgbaton.spec.ParsedSpec;
import dev.pgbaton.spec.Problem;
import dev.pgbaton.spec.SpecFile;
import dev.pgbaton.spec.SpecParser;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What {@code helm template} makes of the well-known chart, in one file. */
class ChartTest {
  private static final Path RENDERED =
      Path.of("src/test/resources/dev/pgbaton/desired/chart/rendered.yaml");
  private static final ClusterId ID = new ClusterId("database", "postgresql-ha-postgresql");

  @Test
  void itsInstancesAndItsPgpoolAreFound() throws IOException {
    var layout = made(rendered()).cluster().layout();

    assertThat(layout.id()).isEqualTo(ID);
    assertThat(layout.instances()).isEqualTo(3);
    assertThat(layout.headlessService()).isEqualTo("postgresql-ha-postgresql-headless");
  }

  @Test
  void itsSecretAndItsBudgetAreWhatIsUsed() throws IOException {
    var objects =
        made(rendered()).cluster().objects().stream().map(o -> o.key().toString()).toList();

    assertThat(objects)
        .contains(
            "Secret database/postgresql-ha-postgresql",
            "Lease database/postgresql-ha-postgresql",
            "RoleBinding database/postgresql-ha-postgresql-pgbaton",
            "NetworkPolicy database/postgresql-ha-postgresql")
        .doesNotContain("PodDisruptionBudget database/postgresql-ha-postgresql-pgbaton");
  }

  @Test
  void ofItsStatefulSetOnlyTheStrategyIsAnother() throws IOException {
    var set = made(rendered()).cluster().statefulSet();
    var theirs =
        manifests(rendered()).objects().stream()
            .map(o -> o.object())
            .filter(StatefulSet.class::isInstance)
            .map(StatefulSet.class::cast)
            .findFirst()
            .orElseThrow();

    assertThat(set.getSpec().getUpdateStrategy().getType()).isEqualTo("OnDelete");
    assertThat(yaml(set)).isEqualTo(yaml(theirs));
    assertThat(set.getSpec().getPodManagementPolicy()).isEqualTo("Parallel");
  }

  @Test
  void inAnEmptyNamespaceAllOfItIsApplied() throws IOException {
    var cluster = made(rendered()).cluster();
    var nothing = new ClusterSnapshot(Map.of(), List.of(), Set.of(), true);
    var observed = ObservedCluster.of(cluster.layout(), nothing, Map.of(), JournalEntry.EMPTY);

    var plan = Planner.plan(cluster, observed, Instant.parse("2026-01-02T03:04:05Z"));

    assertThat(plan).isInstanceOf(Plan.Proceed.class);
  }

  @Test
  void itsDefaultsThatLeaveNoWayToEachOtherAreRefusedWithTheirLines() throws IOException {
    var token = "automountServiceAccountToken: true";
    var noToken = rendered().replace(token, "automountServiceAccountToken: false");
    var port = "    - ports:\n        - port: 8008\n";
    var noWay = rendered().replace(port, "");

    assertThat(refused(noToken))
        .singleElement(STRING)
        .startsWith("rendered.yaml:%d:".formatted(lineOf(rendered(), token)))
        .contains("gives its pods no token");
    assertThat(refused(noWay))
        .singleElement(STRING)
        .startsWith("rendered.yaml:")
        .contains("NetworkPolicy database/postgresql-ha-postgresql lets nobody reach");
  }

  private static String yaml(StatefulSet set) {
    return new KubernetesSerialization().asYaml(set.getSpec().getTemplate());
  }

  private static int lineOf(String text, String last) {
    return (int) text.substring(0, text.lastIndexOf(last) + 1).lines().count();
  }

  private static String rendered() throws IOException {
    return Files.readString(RENDERED);
  }

  private static ParsedSpec.Manifests manifests(String yaml) {
    var files = List.of(new SpecFile("rendered.yaml", "0", yaml.getBytes(StandardCharsets.UTF_8)));
    var layout = new ManifestLayout(ManifestLayout.Where.ONE_CLUSTER, Optional.of(ID.namespace()));
    var parsed = SpecParser.parse(files, layout.directories("", files, List.of()));
    assertThat(parsed.allProblems()).isEmpty();
    return (ParsedSpec.Manifests) parsed.get(ID).orElseThrow();
  }

  private static Result.Made made(String yaml) {
    var result = OwnersClusters.of(manifests(yaml));
    assertThat(result).isInstanceOf(Result.Made.class);
    return (Result.Made) result;
  }

  private static List<String> refused(String yaml) {
    return ((Result.Refused) OwnersClusters.of(manifests(yaml)))
        .problems().stream().map(Problem::toString).toList();
  }
}
