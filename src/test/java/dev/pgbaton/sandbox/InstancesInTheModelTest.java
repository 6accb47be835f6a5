package dev.pgbaton.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.desired.ApplyPolicy;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredClusters;
import dev.pgbaton.spec.ParsedSpec;
import dev.pgbaton.spec.SpecFile;
import dev.pgbaton.spec.SpecParser;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The real instance decisions in the model, without a daemon. */
class InstancesInTheModelTest {
  private static final ClusterId ID = new ClusterId("shop", "orders");

  private final List<String> trace = new ArrayList<>();
  private final World world = new World(7, Instant.EPOCH, 3, trace::add);
  private final Site site = world.site(ID);

  @AfterEach
  void tell() {
    if (Boolean.getBoolean("pgbaton.trace")) trace.forEach(System.out::println);
  }

  @Test
  void threeInstancesBecomeOnePrimaryAndTwoStreamingReplicas() {
    bringUp(3, 0);

    assertThat(ready()).isEqualTo(3);
    assertThat(primary().links()).hasSize(2);
    assertThat(site.commits().count()).isPositive();
  }

  @Test
  void aKilledPrimaryLosesNothingWithSynchronousReplication() {
    bringUp(3, 1);
    primary().crash();
    pass(60);

    assertThat(ready()).isEqualTo(3);
    assertThat(primary().links()).hasSize(2);
    assertWritesGoOn();
  }

  @Test
  void aDeletedPrimaryHandsOverAndComesBackAsAReplica() {
    bringUp(3, 0);
    var old = primary().name();
    world.deletions().delete(pod(old));
    pass(40);

    assertThat(primary().name()).isNotEqualTo(old);
    assertThat(ready()).isEqualTo(3);
    assertWritesGoOn();
  }

  @Test
  void anAskedForHandoffGoesToTheCandidate() {
    bringUp(3, 0);
    var candidate = primary().name().equals("orders-2") ? "orders-1" : "orders-2";
    world
        .store()
        .update(
            new ObjectKey("Lease", "shop", "orders"),
            Lease.class,
            l ->
                l.edit()
                    .editMetadata()
                    .addToAnnotations(Names.HANDOFF_TO, candidate)
                    .endMetadata()
                    .build());
    pass(20);

    assertThat(primary().name()).isEqualTo(candidate);
    assertThat(primary().links()).hasSize(2);
    assertWritesGoOn();
  }

  @Test
  void aPrimaryWithoutTheApiServerAndAPeerStopsBeforeAnotherStarts() {
    bringUp(3, 1);
    var old = primary().name();
    var silent = old.equals("orders-2") ? "orders-1" : "orders-2";
    world.api(new ObjectKey("Pod", "shop", old)).away(true);
    site.network().cut(old, silent, true);
    pass(40);

    assertThat(primary().name()).isNotEqualTo(old);
    world.api(new ObjectKey("Pod", "shop", old)).away(false);
    site.network().cut(old, silent, false);
    pass(40);
    assertThat(ready()).isEqualTo(3);
    assertWritesGoOn();
  }

  @Test
  void anOutageOfTheApiServerAloneStopsNobody() {
    bringUp(3, 1);
    var before = primary();
    apiAway(true);
    for (int second = 0; second < 60; second++) {
      pass(1);
      assertThat(primary()).isSameAs(before);
      assertWritesGoOn();
    }
    apiAway(false);
    pass(30);

    assertThat(primary()).isSameAs(before);
    assertThat(ready()).isEqualTo(3);
  }

  @Test
  void aReplicaThatRestartsDuringAnOutageDoesNotTakeTheLeaseAfterwards() {
    bringUp(3, 0);
    var before = primary().name();
    var replica = before.equals("orders-2") ? "orders-1" : "orders-2";
    apiAway(true);
    pass(5);
    world.kubelet().life(ObjectStore.key(pod(replica))).orElseThrow().killContainer();
    pass(60);
    apiAway(false);
    pass(60);

    assertThat(ready()).isEqualTo(3);
    assertWritesGoOn();
  }

  private void apiAway(boolean away) {
    world.store().list(Pod.class).forEach(p -> world.api(ObjectStore.key(p)).away(away));
  }

  @Test
  void allPodsGoneAtOnceComeBackWithTheirData() {
    bringUp(3, 0);
    var before = site.commits().count();
    world
        .store()
        .list(Pod.class)
        .forEach(p -> world.kubelet().life(ObjectStore.key(p)).orElseThrow().killContainer());
    pass(90);

    assertThat(before).isPositive();
    assertThat(ready()).isEqualTo(3);
    assertWritesGoOn();
  }

  private void bringUp(int instances, int synchronous) {
    desired(instances, synchronous)
        .objects()
        .forEach(
            o -> {
              if (o.policy() == ApplyPolicy.APPLY) world.apply().apply(o.object());
              else world.store().create(Json.copy(o.object()));
            });
    pass(60);
    assertThat(ready()).isEqualTo(instances);
  }

  private void assertWritesGoOn() {
    var before = site.commits().count();
    pass(2);
    assertThat(site.commits().count()).isGreaterThan(before);
  }

  private PostgresServer primary() {
    var primaries =
        site.network().programs().values().stream()
            .map(InstanceProgram::server)
            .filter(PostgresServer::writable)
            .toList();
    assertThat(primaries).hasSize(1);
    return primaries.getFirst();
  }

  private long ready() {
    return world.store().list(Pod.class).stream().filter(PodStatuses::ready).count();
  }

  private Pod pod(String name) {
    return world.store().find(new ObjectKey("Pod", "shop", name), Pod.class).orElseThrow();
  }

  private void pass(int seconds) {
    world.pass(Duration.ofSeconds(seconds));
  }

  static DesiredCluster desired(int instances, int synchronous) {
    var yaml =
        """
        apiVersion: pgbaton.dev/v1alpha1
        kind: PostgresCluster
        metadata: {name: orders, namespace: shop}
        spec:
          instances: %d
          image: registry.example.com/pgbaton/postgres:17.1
          storage: {size: 10Gi}
          replication: {synchronousStandbys: %d}
        """
            .formatted(instances, synchronous);
    var file = new SpecFile("orders.yaml", "blob", yaml.getBytes(StandardCharsets.UTF_8));
    var parsed = SpecParser.parse(List.of(file));
    if (!(parsed.clusters().get(ID) instanceof ParsedSpec.Valid valid))
      throw new AssertionError(parsed.allProblems().toString());
    return DesiredClusters.of(valid);
  }
}
