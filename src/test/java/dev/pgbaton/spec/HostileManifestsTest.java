package dev.pgbaton.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import com.sun.management.ThreadMXBean;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.spec.ManifestLayout.Where;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each is refused with file and line, in bounded time and memory, and stops no cluster but its own.
 * What never gets to be a text (symlinks, invalid UTF-8, 100 MB) is the business of whoever reads
 * Git.
 */
class HostileManifestsTest {
  private static final String MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
  private static final ClusterId OTHER = new ClusterId("database", "other-sts");

  @Test
  void aliasesThatStandForMoreThanAnyMemoryHolds() {
    var lines = new StringBuilder(MAP + "data:\n  a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 6; i++)
      lines
          .append("  a%d: &a%d [".formatted(i, i))
          .append(("*a" + (i - 1) + ", ").repeat(9))
          .append("x]\n");

    assertRefused(
        lines.toString(),
        "is where the manifests, aliases counted as what they stand for, get more than one cluster can have");
  }

  @Test
  void mergeKeysThatDoubleAtEveryLine() {
    var lines = new StringBuilder(MAP + "data:\n  m0: &m0 {x: v}\n");
    for (int i = 1; i < 20; i++)
      lines.append("  m%d: &m%d {<<: [*m%d, *m%d], k%d: v}\n".formatted(i, i, i - 1, i - 1, i));

    assertRefused(
        lines.toString(), "hostile.yaml:5:7 data.m0: (ConfigMap a) is no text to Kubernetes");
  }

  @Test
  void moreAliasesThanAPersonWrites() {
    assertRefused(
        MAP + "data:\n  a: &a [x]\n" + "  b: *a\n".repeat(60),
        "hostile.yaml:56:6 is not YAML: Number of aliases for non-scalar nodes exceeds the specified max=50");
  }

  @Test
  void anAliasOfWhatItIsIn() {
    assertRefused(MAP + "data: &a\n  b: *a\n", "hostile.yaml:4:7 data.b: contains itself");
  }

  @Test
  void bracketsAThousandDeep() {
    assertRefused(MAP + "data: " + "[".repeat(1_000) + "]".repeat(1_000), "is nested too deeply");
    assertRefused(MAP + "data: " + "[".repeat(500_000), "is not YAML: it is nested too deeply");
    assertRefused(MAP + "data: " + "{a: ".repeat(15_000), "hostile.yaml:4:");
  }

  @Test
  void aMillionValues() {
    assertRefused(
        MAP + "data: [" + "[],".repeat(330_000) + "]",
        "is not YAML: it has more than 50,000 values");
    assertRefused(
        MAP + "data: {" + "a: b,".repeat(30_000) + "}",
        "is not YAML: it has more than 50,000 values");
  }

  @Test
  void tenThousandObjects() {
    var many =
        IntStream.range(0, 2_000)
            .mapToObj(i -> "{apiVersion: v1, kind: ConfigMap, metadata: {name: a%d}}".formatted(i))
            .collect(Collectors.joining("\n---\n"));

    assertRefused(many, "of more than 500 objects");
  }

  @Test
  void keysThatMakeLongPaths() {
    var key = "k".repeat(100_000);
    assertRefused(
        MAP + "data:\n  ? " + key + "\n  : [" + "a, ".repeat(20_000) + "]", "hostile.yaml:");
  }

  @Test
  void aTabInTheIndentation() {
    assertRefused(MAP + "data:\n\ta: b\n", "hostile.yaml:5:1 is not YAML: ");
  }

  @Test
  void aKeyThatIsThereTwice() {
    assertRefused(
        MAP + "data:\n  a: b\n  a: c\n",
        "hostile.yaml:6:3 data.a: is here a second time; the first is on line 5. Remove one of them.");
    assertRefused(
        MAP + "data:\n  yes: b\n  \"true\": c\n",
        "hostile.yaml:6:3 data.true: is here a second time");
  }

  @Test
  void aSmuggledClusterRoleBinding() {
    assertRefused(
        """
        apiVersion: v1
        kind: List
        items:
          - apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: {name: mine}
        """,
        "hostile.yaml:5:11 items[0].kind: (ClusterRoleBinding mine) ClusterRoleBinding reaches beyond the cluster's namespace, and is refused here.");
    assertRefused(
        "apiVersion: v1\nkind: CronJob\nmetadata: {name: a}\n",
        "hostile.yaml:2:7 kind: (CronJob a) CronJob is not of the kinds that are applied here: ConfigMap, ");
    assertRefused(
        "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: List, items: []}]\n",
        "hostile.yaml:3:9 items[0]: ");
  }

  @Test
  void anObjectInAnotherNamespace() {
    assertRefused(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  namespace: kube-system\n",
        "hostile.yaml:5:14 metadata.namespace: Secret kube-system/a is outside of database, the namespace of cluster database/postgres-sts, and is refused.");
  }

  @Test
  void aNameThatLeadsElsewhere() {
    assertRefused(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: ../../kube-system/secrets/x\n",
        "hostile.yaml:4:9 metadata.name: ");
    assertRefused(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: a/b}\n",
        "hostile.yaml:3:32 metadata.namespace: ");
  }

  @Test
  void bytesThatAreNoText() {
    var hostile = PlainDirectory.of().with("hostile.yaml", new byte[] {'a', ':', ' ', (byte) 0xff});
    assertThat(hostile.problems())
        .containsExactly("hostile.yaml:1:4 is not UTF-8 text. Save it as UTF-8.");
  }

  @Test
  void tagsThatWouldMakeObjects() {
    assertRefused(MAP + "data: !!javax.script.ScriptEngineManager [a]\n", "hostile.yaml:4:7 data");
  }

  /** In one directory of two, the message is this one's, and the other cluster is as it was. */
  private static void assertRefused(String content, String message) {
    List<SpecFile> files =
        new ArrayList<>(PlainDirectory.of().with("hostile.yaml", content).files("one/"));
    files.addAll(
        PlainDirectory.of()
            .replacing(
                "postgresql/postgres-statefulset.yaml", "name: postgres-sts", "name: other-sts")
            .files("two/"));
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    var before = threads.getCurrentThreadAllocatedBytes();

    var parsed =
        assertTimeout(Duration.ofSeconds(10), () -> PlainDirectory.parse(Where.DIRECTORIES, files));

    // All that was ever allocated, most of it for a moment.
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(256L << 20);
    assertThat(parsed.get(OTHER)).get().isInstanceOf(ParsedSpec.Manifests.class);
    assertThat(parsed.get(PlainDirectory.ID)).get().isInstanceOf(ParsedSpec.Invalid.class);
    assertThat(parsed.allProblems())
        .allMatch(p -> p.source().line() > 0, "has a line")
        .anyMatch(p -> p.toString().replace("one/", "").contains(message), message)
        .allMatch(p -> p.toString().length() < 2_000, "is short");
  }

  @Test
  void rightsThatAreHandedOn() {
    assertRefused(
        """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: {name: mine}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: pgbaton}
        subjects: [{kind: ServiceAccount, name: a}]
        """,
        "roleRef.kind: RoleBinding mine gives more than a cluster needs");
    assertRefused(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ntype: kubernetes.io/service-account-token\n",
        "type: Secret a gives more than a cluster needs");
  }

  /** Each is refused by the API server; here it must stop nobody else's cluster. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{apiVersion: v1, kind: Service, metadata: {name: a}}",
        "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: }",
        "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [null]}}",
        "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: a}}",
        "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}}",
        "{apiVersion: v1, kind: Pod, metadata: {name: a}}",
        "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: }}",
        "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [null]}}",
        "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: b, image: c, env: [{value: d}]}]}}",
        "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: b, image: c, volumeMounts: [{name: data}]}]}}",
        "{apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {template: }}",
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {selector: {}}}",
        "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: a}, spec: {template: {spec: {containers: [{name: b, image: c}]}}}}",
        "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: a}, spec: {selector: {}, volumeClaimTemplates: [{spec: {}}], template: {metadata: {labels: {a: b}}, spec: {containers: [{name: b, image: c}]}}}}",
      })
  void whatLacksARequiredFieldIsRefusedWithItsPlace(String document) {
    assertThat(PlainDirectory.of().with("more.yaml", document).problems())
        .isNotEmpty()
        .allMatch(problem -> problem.startsWith("more.yaml:1:"));
  }

  @Test
  void nothingIsAnEmptyListToo() {
    var directory =
        PlainDirectory.of()
            .with(
                "more.yaml",
                """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: RoleBinding
                metadata: {name: a, labels: }
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: b}
                subjects:
                """);

    assertThat(directory.problems()).isEmpty();
  }

  /** The document that can't be read is the very one that would tell. */
  @Test
  void aClusterWhoseStatefulSetCannotBeReadIsNotTakenForRemoved() {
    var files = PlainDirectory.of().files("shop/");
    var broken =
        PlainDirectory.of()
            .replacing(
                "postgresql/postgres-statefulset.yaml",
                "kind: StatefulSet",
                "kind: !vault StatefulSet")
            .files("shop/");

    assertThat(PlainDirectory.parse(ManifestLayout.Where.DIRECTORIES, files).allProblems())
        .isEmpty();
    assertThat(PlainDirectory.parse(ManifestLayout.Where.DIRECTORIES, broken).allProblems())
        .extracting(Problem::toString)
        .anyMatch(problem -> problem.startsWith("shop/postgresql/postgres-statefulset.yaml:2"));
  }
}
