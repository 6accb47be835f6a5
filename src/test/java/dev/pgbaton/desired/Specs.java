package dev.pgbaton.desired;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.spec.ParsedSpec;
import dev.pgbaton.spec.SpecFile;
import dev.pgbaton.spec.SpecParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Clusters for tests, from text as people write it. */
final class Specs {
  private static final String MINIMAL =
      """
      apiVersion: pgbaton.dev/v1alpha1
      kind: PostgresCluster
      metadata: {name: orders, namespace: shop}
      spec:
        instances: 3
        image: registry.example.com/postgres:17
        storage: {size: 10Gi}
      """;

  private Specs() {}

  static DesiredCluster example(String name) {
    try {
      return parse(Files.readString(Path.of("gitops-example/clusters", name + ".yaml")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param fields lines of the spec, with their two spaces
   */
  static DesiredCluster cluster(String... fields) {
    return parse(MINIMAL + String.join("\n", fields) + "\n");
  }

  static DesiredCluster scaled(int instances, String... fields) {
    return parse(
        MINIMAL.replace("instances: 3", "instances: " + instances)
            + String.join("\n", fields)
            + "\n");
  }

  private static DesiredCluster parse(String text) {
    var parsed =
        SpecParser.parse(
            List.of(new SpecFile("orders.yaml", "", text.getBytes(StandardCharsets.UTF_8))));
    assertThat(parsed.allProblems()).isEmpty();
    return DesiredClusters.of((ParsedSpec.Valid) parsed.clusters().firstEntry().getValue());
  }
}
