package dev.pgbaton.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgbaton.apply.ClusterWriter.Written;
import dev.pgbaton.desired.ApplyPolicy;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredClusters;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.plan.Drift;
import dev.pgbaton.sops.DataKeys;
import dev.pgbaton.sops.PasswordVault;
import dev.pgbaton.spec.ParsedSpec;
import dev.pgbaton.spec.SpecFile;
import dev.pgbaton.spec.SpecParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is generated from the examples, on a real API server with its defaults and admission. */
class GeneratedObjectsClusterIT {
  private ClusterNamespace it;
  private KubeAdapters kube;

  @BeforeEach
  void start() {
    it = new ClusterNamespace();
    kube =
        new KubeAdapters(
            it.client, it.name, List.of(), _ -> {}, _ -> {}, DataKeys.NONE, PasswordVault.NONE);
    kube.start();
    await().until(kube::ready);
  }

  @AfterEach
  void stop() {
    kube.close();
    it.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"minimal.yaml", "orders.yaml"})
  void everyObjectIsTakenAndNoneDrifts(String file) throws IOException {
    var desired = desired(file);

    for (var object : desired.objects())
      assertThat(kube.writer().write(object))
          .as(object.key().toString())
          .isInstanceOf(Written.Done.class);

    var snapshot = seen(desired);
    var differences = new TreeMap<String, String>();
    for (var object : desired.objects())
      Drift.of(object, snapshot.find(object.key()), "")
          .ifPresent(cause -> differences.put(object.key().toString(), cause.toString()));
    assertThat(differences).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = "orders.yaml")
  void whatIsAppliedAgainMakesNoNewVersion(String file) throws IOException {
    var applied =
        desired(file).objects().stream().filter(o -> o.policy() == ApplyPolicy.APPLY).toList();
    for (var object : applied)
      // Controllers write their status between two of our writes, and rest some time: if ours made
      // versions, no two in a row would ever be equal.
      await(object.key().toString())
          .pollInterval(Duration.ofMillis(300))
          .until(
              () ->
                  version(kube.writer().write(object))
                      .equals(version(kube.writer().write(object))));
  }

  private static String version(Written written) {
    return ((Written.Done) written).object().getMetadata().getResourceVersion();
  }

  private DesiredCluster desired(String file) throws IOException {
    var text =
        Files.readString(Path.of("gitops-example", "clusters", file))
            .replace("namespace: shop", "namespace: " + it.name)
            // Taken by whatever else runs on this cluster.
            .replaceAll("(?m)^\\s*nodePort: .*$", "");
    var parsed =
        SpecParser.parse(List.of(new SpecFile(file, "0", text.getBytes(StandardCharsets.UTF_8))));
    return DesiredClusters.of((ParsedSpec.Valid) parsed.clusters().firstEntry().getValue());
  }

  private ClusterSnapshot seen(DesiredCluster desired) {
    var keys = desired.objects().stream().map(DesiredObject::key).collect(Collectors.toSet());
    return await()
        .until(() -> kube.reader().cached(desired.layout(), keys), ClusterSnapshot::current);
  }
}
