package dev.pgbaton.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.spec.ManifestLayout.Where;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ManifestParserTest {
  private static final String SET = "postgresql/postgres-statefulset.yaml";
  private static final String SCRIPT = "postgresql/postgres-configmap.yaml";

  @Test
  void threeDirectoriesOfManifestsAreOneClusterInTheNamespaceOfTheSettings() {
    var parsed = PlainDirectory.of().parsed();

    assertThat(parsed.allProblems()).isEmpty();
    assertThat(parsed.clusters()).containsOnlyKeys(PlainDirectory.ID);
    var cluster = parsed.manifests().getFirst();
    assertThat(cluster.directory()).isEqualTo("./");
    assertThat(cluster.source()).hasToString(SET + ":1:1");
    assertThat(cluster.objects())
        .extracting(placed -> placed.key().toString())
        .containsExactly(
            "Pod database/pg-client",
            "Deployment database/pgpool-deployment",
            "Secret database/pgpool-secrets",
            "Service database/pgpool-svc-nodeport",
            "Service database/pgpool-svc",
            "ConfigMap database/postgres-configmap",
            "Service database/postgres-headless-svc",
            "Secret database/postgres-secrets",
            "StatefulSet database/postgres-sts");
  }

  @Test
  void aSpecInPlaceOfTheManifestsIsNoProblem() {
    var spec =
        "apiVersion: pgbaton.dev/v1alpha1\nkind: PostgresCluster\nmetadata: {name: orders, namespace: shop}\n"
            + "spec: {instances: 3, image: \"registry.example.com/pgbaton/postgres:17\", storage: {size: 1Gi}}\n";
    var files = List.of(new SpecFile("orders.yaml", "", spec.getBytes(StandardCharsets.UTF_8)));

    var parsed = PlainDirectory.parse(Where.ONE_CLUSTER, files);

    assertThat(parsed.allProblems()).isEmpty();
    assertThat(parsed.valid()).hasSize(1);
    assertThat(PlainDirectory.of().with("orders.yaml", spec).parsed().allProblems())
        .extracting(Problem::toString)
        .anyMatch(problem -> problem.contains("is a spec among plain manifests"));
  }

  @Test
  void aFieldSaysWhereItStands() {
    var set = object(PlainDirectory.of().parsed(), "StatefulSet", "postgres-sts");

    assertThat(set.places().of("spec.template.spec.containers[0].env[3].value"))
        .hasToString(SET + ":38:22");
    // Where a field isn't, the one around it is.
    assertThat(set.places().of("spec.updateStrategy.type")).hasToString(SET + ":6:3");
    assertThat(set.problem("spec.replicas", "is odd."))
        .hasToString(SET + ":7:13 spec.replicas: StatefulSet database/postgres-sts is odd.");
    var script = object(PlainDirectory.of().parsed(), "ConfigMap", "postgres-configmap");
    assertThat(script.places().of("data.pre-stop.sh")).hasToString(SCRIPT + ":6:16");
  }

  @Test
  void numbersAndNullsAreThoseOfKubectl() {
    var parsed = PlainDirectory.of().parsed();

    var set = (StatefulSet) object(parsed, "StatefulSet", "postgres-sts").object();
    assertThat(
            set.getSpec()
                .getTemplate()
                .getSpec()
                .getVolumes()
                .getFirst()
                .getConfigMap()
                .getDefaultMode())
        .isEqualTo(493);
    var service = (Service) object(parsed, "Service", "pgpool-svc").object();
    assertThat(service.getSpec().getPorts().getFirst().getNodePort()).isNull();
  }

  @Test
  void aPortMayBeANumberOrANameAndAnAmountANumberOrAText() {
    var parsed =
        PlainDirectory.of()
            .replacing(
                SET,
                "          ports:\n",
                "          resources: {limits: {cpu: 1, memory: 256Mi}}\n"
                    + "          livenessProbe: {tcpSocket: {port: 5432}}\n"
                    + "          readinessProbe: {tcpSocket: {port: postgresql}}\n"
                    + "          ports:\n")
            .parsed();

    var set = (StatefulSet) object(parsed, "StatefulSet", "postgres-sts").object();
    var container = set.getSpec().getTemplate().getSpec().getContainers().getFirst();
    assertThat(container.getLivenessProbe().getTcpSocket().getPort().getIntVal()).isEqualTo(5432);
    assertThat(container.getReadinessProbe().getTcpSocket().getPort().getStrVal())
        .isEqualTo("postgresql");
    assertThat(container.getResources().getLimits().get("cpu")).hasToString("1");
    assertThat(
            PlainDirectory.of()
                .replacing("pgpool/pgpool-svc.yaml", "targetPort: postgresql", "targetPort: true")
                .problems())
        .singleElement(STRING)
        .contains("spec.ports[0].targetPort: (Service pgpool-svc) is not what Kubernetes expects");
  }

  @Test
  void severalDocumentsAndListsAreManyObjects() {
    var parsed =
        PlainDirectory.of()
            .with(
                "more.yaml",
                """
                ---
                # nothing
                ---
                apiVersion: v1
                kind: List
                items:
                  - {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
                  - {apiVersion: v1, kind: ConfigMap, metadata: {name: b}, data: {k: text}}
                ---
                apiVersion: v1
                kind: Namespace
                metadata: {name: database}
                """)
            .parsed();

    assertThat(parsed.allProblems()).isEmpty();
    assertThat(object(parsed, "ConfigMap", "a").source()).hasToString("more.yaml:7:5");
    assertThat(object(parsed, "ConfigMap", "b").places().of("data.k"))
        .hasToString("more.yaml:8:70");
    assertThat(parsed.manifests().getFirst().objects())
        .extracting(PlacedObject::key)
        .contains(new ObjectKey("Namespace", null, "database"));
  }

  @Test
  void anchorsAndMergeKeysStandForWhatTheyName() {
    var parsed =
        PlainDirectory.of()
            .with(
                "anchors.yaml",
                """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: a, labels: &labels {app: x, tier: web}, annotations: {<<: *labels, tier: db}}
                """)
            .parsed();

    assertThat(parsed.allProblems()).isEmpty();
    var map = (ConfigMap) object(parsed, "ConfigMap", "a").object();
    assertThat(map.getMetadata().getAnnotations())
        .containsEntry("app", "x")
        .containsEntry("tier", "db")
        .hasSize(2);
  }

  @Test
  void whatTheApiServerAddedIsLeftOut() {
    var parsed =
        PlainDirectory.of()
            .replacing(SCRIPT, "metadata:\n", "metadata:\n  uid: a-b\n  resourceVersion: \"5\"\n")
            .parsed();

    HasMetadata map = object(parsed, "ConfigMap", "postgres-configmap").object();
    assertThat(map.getMetadata().getUid()).isNull();
    assertThat(map.getMetadata().getResourceVersion()).isNull();
  }

  @Test
  void aWordThatIsNoTextIsSaidInsteadOfGuessed() {
    assertThat(
            PlainDirectory.of()
                .replacing(SET, "value: /bitnami/postgresql", "value: yes")
                .problems())
        .containsExactly(
            SET
                + ":29:22 spec.template.spec.containers[0].env[0].value: (StatefulSet postgres-sts) is no text to Kubernetes, which reads yes, on, 0755 and 1.0 as booleans and numbers. Put it in quotes.");
    assertThat(PlainDirectory.of().replacing(SET, "replicas: 3", "replicas: \"3\"").problems())
        .containsExactly(
            SET
                + ":7:13 spec.replicas: (StatefulSet postgres-sts) is not what Kubernetes expects here: a whole number, without quotes.");
  }

  @Test
  void aFieldThatKubernetesDoesNotKnowIsRefused() {
    assertThat(PlainDirectory.of().replacing(SET, "serviceName:", "servicename:").problems())
        .containsExactly(
            SET
                + ":6:16 spec.servicename: (StatefulSet postgres-sts) is not a field here. Did you mean serviceName?");
  }

  /** As in what somebody exported: the garbage collector would take the object. */
  @Test
  void ownersAndFinalizersAreNotAPersonsToWrite() {
    var exported =
        "metadata:\n  ownerReferences: [{apiVersion: v1, kind: Pod, name: a, uid: b}]\n  finalizers: [a/b]\n  name: postgres-sts\n";

    assertThat(
            PlainDirectory.of()
                .replacing(SET, "metadata:\n  name: postgres-sts\n", exported)
                .problems())
        .hasSize(2)
        .anyMatch(p -> p.contains(":4:20 metadata.ownerReferences: "))
        .anyMatch(p -> p.contains(":5:15 metadata.finalizers: "));
  }

  @Test
  void aPasswordIsInNoMessage() {
    var secrets = "postgresql/postgres-secrets.yaml";
    for (var written :
        List.of(
            "data:\n  p: hunter2!",
            "stringData:\n  p: 0477123",
            "spec:\n  p: hunter2",
            "stringData:\n  p: *hunter2",
            "stringData:\n  p: !hunter2 x",
            "stringData: hunter2",
            "stringData:\n  p: &hunter2 x\n  p: hunter2",
            "stringData:\n  ? [hunter2]\n  : x",
            "stringData:\n  p: \"\\hunter2\"",
            "stringData:\n  p: hunter2: x",
            "stringData:\n  p: @hunter2")) {
      var problems =
          PlainDirectory.of()
              .with(secrets, "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n" + written)
              .problems();
      assertThat(problems).as(written).isNotEmpty();
      assertThat(problems).as(written).noneMatch(p -> p.contains("hunter") || p.contains("477123"));
      assertThat(problems).as(written).allMatch(p -> p.startsWith(secrets + ":"));
    }
  }

  @Test
  void theNamespaceIsThatOfTheObjectsOrOfTheNamespaceAmongThem() {
    var own =
        PlainDirectory.of()
            .replacing(SET, "metadata:\n  name", "metadata:\n  namespace: db\n  name");
    assertThat(own.parsed().clusters()).containsOnlyKeys(new ClusterId("db", "postgres-sts"));

    var namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: db}\n";
    assertThat(PlainDirectory.of().with("namespace.yaml", namespace).parsed().clusters())
        .containsOnlyKeys(new ClusterId("db", "postgres-sts"));

    var files = PlainDirectory.of().files("");
    var layout = new ManifestLayout(Where.ONE_CLUSTER, Optional.empty());
    assertThat(SpecParser.parse(files, layout.directories("", files, List.of())).problems())
        .extracting(Problem::toString)
        .containsExactly(
            SET
                + ":1:1 metadata.namespace: (StatefulSet postgres-sts) is missing, and there is no Namespace in the directory. Put either, or name it in PGBATON_GIT_MANIFESTS_NAMESPACE (on the command line: -n).");
  }

  @Test
  void aNamespaceOfOthersIsRefused() {
    var directory =
        PlainDirectory.of()
            .replacing(SET, "metadata:\n  name", "metadata:\n  namespace: database\n  name")
            .with(
                "namespace.yaml",
                "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: kube-system\n");

    assertThat(directory.problems())
        .containsExactly(
            "namespace.yaml:4:9 metadata.name: Namespace kube-system is not the namespace of cluster database/postgres-sts. Remove it.");
  }

  @Test
  void anObjectIsInADirectoryOnce() {
    assertThat(
            PlainDirectory.of()
                .with(
                    "z.yaml",
                    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: postgres-configmap\n")
                .problems())
        .containsExactly(
            "z.yaml:4:9 metadata.name: ConfigMap database/postgres-configmap is here a second time; the first is at "
                + SCRIPT
                + ":1:1. Remove one of them.");
  }

  @Test
  void oneBrokenFileStopsTheWholeClusterAndNoOther() {
    var files =
        new ArrayList<>(PlainDirectory.of().with("pgpool/pgpool-svc.yaml", "a: [").files("one/"));
    files.addAll(
        PlainDirectory.of().replacing(SET, "name: postgres-sts", "name: other-sts").files("two/"));

    var parsed = PlainDirectory.parse(Where.DIRECTORIES, files);

    assertThat(parsed.get(PlainDirectory.ID)).get().isInstanceOf(ParsedSpec.Invalid.class);
    assertThat(parsed.get(new ClusterId("database", "other-sts")))
        .get()
        .isInstanceOf(ParsedSpec.Manifests.class);
  }

  @Test
  void twoClustersInOneDirectoryAreToldApartByAnAnnotation() {
    var other =
        PlainDirectory.of().files("").getLast().text().replace("postgres-sts", "second-sts");
    var both = PlainDirectory.of().with("second.yaml", other);

    assertThat(both.parsed().clusters().values())
        .hasSize(2)
        .allMatch(ParsedSpec.Invalid.class::isInstance);
    assertThat(both.problems())
        .anyMatch(
            p ->
                p.startsWith(
                    "second.yaml:1:1 (StatefulSet second-sts) runs PostgreSQL with repmgr, and so does"));

    var annotated =
        both.with(
            "second.yaml",
            other.replace(
                "metadata:\n  name",
                "metadata:\n  annotations: {pgbaton.dev/role: other}\n  name"));
    assertThat(annotated.problems()).isEmpty();
    assertThat(annotated.parsed().clusters()).containsOnlyKeys(PlainDirectory.ID);
  }

  @Test
  void aDirectoryThatShallBeAClusterAndIsNoneSaysWhatItFound() {
    var directory =
        PlainDirectory.of()
            .replacing(SET, "REPMGR_PARTNER_NODES", "PARTNERS")
            .replacing(SET, "REPMGR_PRIMARY_HOST", "PRIMARY");

    assertThat(directory.problems())
        .containsExactly(
            "./ has no StatefulSet whose pods run PostgreSQL with repmgr (with REPMGR_ variables). Its StatefulSets are: postgres-sts ("
                + SET
                + ":1:1). If one is it, annotate it with pgbaton.dev/role: postgresql.");
    assertThat(directory.parsed(Where.IF_ANY).allProblems()).isEmpty();
  }

  @Test
  void directoriesOfSpecsAreReadAsEver() {
    var spec =
        """
        apiVersion: pgbaton.dev/v1alpha1
        kind: PostgresCluster
        metadata: {name: orders, namespace: shop}
        spec: {}
        """;
    var files = new ArrayList<>(PlainDirectory.of().with("a.yaml", spec).files("mixed/"));
    var alone = SpecParser.parse(files);

    for (var where : List.of(Where.IGNORED, Where.DIRECTORIES, Where.IF_ANY))
      assertThat(PlainDirectory.parse(where, files)).as("%s", where).isEqualTo(alone);
    assertThat(PlainDirectory.parse(Where.ONE_CLUSTER, files).allProblems())
        .extracting(Problem::toString)
        .anyMatch(p -> p.startsWith("mixed/a.yaml:1:1 is a spec among plain manifests"));
  }

  private static PlacedObject object(ParsedSpecs parsed, String kind, String name) {
    return parsed.manifests().getFirst().objects().stream()
        .filter(o -> o.key().kind().equals(kind) && o.key().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  static SpecFile file(String path, String content) {
    return new SpecFile(path, "", content.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void anotherOperatorsClusterBesideItIsLeftAlone() {
    var directory =
        PlainDirectory.of()
            .with(
                "theirs.yaml",
                """
                apiVersion: postgresql.cnpg.io/v1
                kind: Cluster
                metadata: {name: theirs}
                spec: {instances: 3}
                ---
                apiVersion: acid.zalan.do/v1
                kind: postgresql
                metadata: {name: acid-theirs}
                """);

    assertThat(directory.problems()).isEmpty();
    assertThat(directory.parsed().clusters()).containsOnlyKeys(PlainDirectory.ID);
    assertThat(directory.parsed().notices())
        .extracting(Problem::toString)
        .containsExactly(
            "theirs.yaml:1:1 Cluster belongs to CloudNativePG, and is left alone.",
            "theirs.yaml:6:1 postgresql belongs to the Zalando postgres-operator, and is left alone.");
  }
}
