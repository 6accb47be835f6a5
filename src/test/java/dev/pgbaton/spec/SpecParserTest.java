package dev.pgbaton.spec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.SourceRef;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpecParserTest {
  private static final ClusterId ORDERS = new ClusterId("shop", "orders");
  private static final ClusterId CARTS = new ClusterId("shop", "carts");

  @Test
  void everythingThatIsLeftOutHasADefault() {
    var spec =
        ((ParsedSpec.Valid) parse(file("a.yaml", cluster("orders"))).get(ORDERS).get()).spec();

    assertThat(spec.synchronousStandbys()).isZero();
    assertThat(spec.pgpool()).isEmpty();
    assertThat(spec.postgresql().parameters()).isEmpty();
    assertThat(spec.storage().storageClassName()).isEmpty();
    assertThat(spec.scheduling().antiAffinity()).isEqualTo(SchedulingSpec.AntiAffinity.preferred);
    assertThat(spec.rollout())
        .isEqualTo(new RolloutSpec(16 << 20, Duration.ofMinutes(10), Optional.empty()));
  }

  @Test
  void eachFieldOfAValidSpecHasItsPlace() {
    var valid = (ParsedSpec.Valid) parse(file("a.yaml", cluster("orders"))).get(ORDERS).get();

    assertThat(valid.place("spec.storage.size")).hasToString("a.yaml:6:19");
    assertThat(valid.place("spec.rollout.instanceTimeout")).isEqualTo(valid.source());
  }

  @Test
  void aFileMayHoldSeveralClustersAndDocumentsOfOthers() {
    var parsed =
        parse(
            file(
                "all.yaml",
                cluster("orders"),
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n",
                "# nothing\n",
                cluster("carts"),
                "apiVersion: postgres-operator.crunchydata.com/v1beta1\nkind: PostgresCluster\n",
                "just a text\n"));

    assertThat(parsed.clusters()).containsOnlyKeys(CARTS, ORDERS);
    assertThat(parsed.allProblems()).isEmpty();
    assertThat(parsed.notices())
        .extracting(Problem::toString)
        .containsExactly(
            "all.yaml:23:1 PostgresCluster belongs to Crunchy PGO, and is left alone.");
    assertThat(parsed.get(CARTS).get().source()).isEqualTo(new SourceRef("all.yaml", 15, 1));
  }

  @Test
  void aBrokenClusterStopsOnlyItself() {
    var parsed =
        parse(file("all.yaml", cluster("orders").replace("size", "sice"), cluster("carts")));

    assertThat(parsed.get(ORDERS)).get().isInstanceOf(ParsedSpec.Invalid.class);
    assertThat(parsed.get(CARTS)).get().isInstanceOf(ParsedSpec.Valid.class);
    assertThat(parsed.problems()).isEmpty();
  }

  @Test
  void aFileThatIsNoYamlStopsItsOwnClustersAndNoOthers() {
    var parsed =
        parse(file("a.yaml", cluster("orders"), "spec: [1, 2\n"), file("b.yaml", cluster("carts")));

    assertThat(parsed.get(ORDERS)).get().isInstanceOf(ParsedSpec.Invalid.class);
    assertThat(parsed.get(CARTS)).get().isInstanceOf(ParsedSpec.Valid.class);
    // The file's own problem too: whoever knows which clusters it held before can tell them.
    assertThat(parsed.problems())
        .extracting(problem -> problem.source().file())
        .containsExactly("a.yaml");
    assertThat(parsed.allProblems()).hasSize(1);
  }

  @Test
  void aClusterWithoutAUsableNameIsAProblemOfItsFile() {
    var parsed = parse(file("a.yaml", cluster("Orders!")));

    assertThat(parsed.clusters()).isEmpty();
    assertThat(parsed.problems()).hasSize(1);
  }

  @Test
  void twoDocumentsThatClaimOneClusterAreBothNamed() {
    var parsed = parse(file("b.yaml", cluster("orders")), file("a.yaml", cluster("orders")));

    assertThat(parsed.allProblems())
        .extracting(Problem::toString)
        .containsExactly(
            "a.yaml:1:1 metadata.name: shop/orders is claimed by b.yaml:1:1 too. Remove all but one.",
            "b.yaml:1:1 metadata.name: shop/orders is claimed by a.yaml:1:1 too. Remove all but one.");
  }

  @Test
  void twoClustersCantHaveOneNodePort() {
    var pgpool = "  pgpool: {image: pgpool, service: {type: NodePort, nodePort: 32000}}\n";
    var parsed =
        parse(
            file("a.yaml", cluster("orders") + pgpool), file("b.yaml", cluster("carts") + pgpool));

    assertThat(parsed.allProblems())
        .extracting(Problem::toString)
        .first()
        .isEqualTo(
            "a.yaml:8:63 spec.pgpool.service.nodePort: 32000 is asked for by shop/carts (b.yaml:8:63) too."
                + " Put another port, or remove it and let Kubernetes choose.");
    assertThat(parsed.valid()).isEmpty();
  }

  @Test
  void norCanTheServicesThatOneHasKeptAndAnothersOwn() {
    var kept =
        """
          pgpool: {image: pgpool}
          takenOver:
            headlessService: headless
            selector: {app: postgres}
            data: {mountPath: /bitnami, directory: /bitnami/data}
            credentials: {name: secrets, superuserKey: postgres, repmgrKey: repmgr}
            pgpool: {deployment: pool, selector: {app: pool}, services: [{name: pool, type: NodePort, nodePort: 32000}]}
        """;
    var own = "  pgpool: {image: pgpool, service: {type: NodePort, nodePort: 32000}}\n";
    var parsed =
        parse(file("a.yaml", cluster("orders") + kept), file("b.yaml", cluster("carts") + own));

    assertThat(parsed.allProblems())
        .extracting(Problem::toString)
        .anyMatch(p -> p.contains("a.yaml:14:") && p.contains("shop/carts (b.yaml:8:63)"))
        .anyMatch(p -> p.contains("b.yaml:8:63") && p.contains("shop/orders (a.yaml:14:"));
  }

  @Test
  void aliasesThatWouldUnfoldToBillionsDoNot() {
    var bomb =
        "bomb:\n  - &a0 [x]\n"
            + IntStream.range(1, 40)
                .mapToObj(i -> "  - &a%d [*a%d, *a%d, *a%d]\n".formatted(i, i - 1, i - 1, i - 1))
                .collect(Collectors.joining());
    var parsed = parse(file("a.yaml", cluster("orders") + bomb));

    assertThat(parsed.allProblems())
        .extracting(Problem::toString)
        .containsExactly(
            "a.yaml:26:23 is not YAML: Number of aliases for non-scalar nodes exceeds the specified"
                + " max=50. Mend the file.");
  }

  @Test
  void aFileNestedTooDeeplyIsAProblem() {
    var parsed = parse(file("a.yaml", "[".repeat(500_000)));

    assertThat(parsed.allProblems()).hasSize(1);
  }

  @Test
  void aFileThatIsNoTextIsAProblem() {
    var parsed = SpecParser.parse(List.of(new SpecFile("a.yaml", "", new byte[] {(byte) 0xff, 0})));

    assertThat(parsed.allProblems())
        .extracting(Problem::toString)
        .containsExactly("a.yaml:1:1 is not UTF-8 text. Save it as UTF-8.");
  }

  @Test
  void noMoreProblemsAreListedThanAnybodyReads() {
    var fields =
        IntStream.range(0, 5_000)
            .mapToObj("  field%d: 1\n"::formatted)
            .collect(Collectors.joining());

    assertThat(parse(file("a.yaml", cluster("orders") + fields)).allProblems()).hasSize(101);
  }

  @Test
  void parametersAreKeptAsWrittenUnderTheirOwnNames() {
    var parameters =
        "  postgresql: {parameters: {MAX_connections: 0300, timezone: UTC, auto_explain.log_min_duration: 1s, jit: off}}\n";
    var valid =
        (ParsedSpec.Valid) parse(file("a.yaml", cluster("orders") + parameters)).get(ORDERS).get();

    assertThat(valid.spec().postgresql().parameters())
        .containsExactly(
            Map.entry("TimeZone", "UTC"),
            Map.entry("auto_explain.log_min_duration", "1s"),
            Map.entry("jit", "off"),
            Map.entry("max_connections", "0300"));
  }

  private static String cluster(String name) {
    return """
    apiVersion: pgbaton.dev/v1alpha1
    kind: PostgresCluster
    metadata: {name: %s, namespace: shop}
    spec:
      instances: 3
      storage: {size: 10Gi}
      image: registry.example.com/postgres:17
    """
        .formatted(name);
  }

  private static SpecFile file(String path, String... documents) {
    return new SpecFile(path, "", String.join("---\n", documents).getBytes(StandardCharsets.UTF_8));
  }

  private static ParsedSpecs parse(SpecFile... files) {
    return SpecParser.parse(Arrays.asList(files));
  }
}
