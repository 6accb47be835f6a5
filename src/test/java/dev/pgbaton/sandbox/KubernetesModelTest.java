package dev.pgbaton.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.ObjectKey;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

class KubernetesModelTest {
  private static final ObjectKey SET = new ObjectKey("StatefulSet", "shop", "orders");

  private final Agenda agenda = new Agenda(Instant.EPOCH);
  private final Chance chance = new Chance(1);
  private final ObjectStore store = new ObjectStore(agenda);
  private final Machines machines = new Machines(store, 3);
  private final Deletions deletions = new Deletions(agenda, store);
  private final ServerSideApply apply = new ServerSideApply(store);
  private final Kubelet kubelet = new Kubelet(agenda, chance, store, machines, this::launch);

  KubernetesModelTest() {
    new StatefulSetController(agenda, chance, store, deletions);
  }

  @Test
  void aStatefulSetsPodsBecomeReadyOnANodeEach() {
    apply.apply(set("postgres:17.1", 3));
    pass(10);

    assertThat(store.list(Pod.class)).hasSize(3).allMatch(PodStatuses::ready);
    assertThat(store.list(Pod.class))
        .extracting(p -> p.getSpec().getNodeName())
        .doesNotHaveDuplicates();
  }

  @Test
  void equalTemplatesHaveTheSameRevisionAndPodsKeepTheirs() {
    apply.apply(set("postgres:17.1", 2));
    pass(10);
    var first = revision();
    apply.apply(set("postgres:17.2", 2));
    pass(10);
    var second = revision();
    assertThat(store.list(Pod.class)).allMatch(p -> revision(p).equals(first));
    deletions.delete(pod("orders-1"));
    pass(10);
    assertThat(revision(pod("orders-1"))).isEqualTo(second).isNotEqualTo(first);

    apply.apply(set("postgres:17.1", 2));
    pass(10);
    assertThat(revision()).isEqualTo(first);
  }

  @Test
  void anImageThatDoesNotExistIsSaidInTheStatus() {
    apply.apply(set("postgres:does-not-exist", 1));
    pass(6);

    assertThat(
            pod("orders-0")
                .getStatus()
                .getContainerStatuses()
                .getFirst()
                .getState()
                .getWaiting()
                .getReason())
        .isEqualTo("ImagePullBackOff");
  }

  @Test
  void aSecondEvictionHasToWaitForTheFirstPodToComeBack() {
    apply.apply(budget());
    apply.apply(set("postgres:17.1", 3));
    pass(10);

    assertThat(deletions.evict(pod("orders-1"))).isEmpty();
    assertThat(deletions.evict(pod("orders-2"))).isPresent();
    pass(15);
    assertThat(deletions.evict(pod("orders-2"))).isEmpty();
  }

  @Test
  void aCacheIsLateAndKnowsIt() {
    var api = new ApiServer();
    var cache = new DaemonCache(agenda, chance, store, api, () -> {});
    apply.apply(set("postgres:17.1", 1));
    cache.wrote("StatefulSet", store.version());

    assertThat(cache.current()).isFalse();
    assertThat(cache.objects()).doesNotContainKey(SET);
    pass(1);
    assertThat(cache.current()).isTrue();
    assertThat(cache.objects()).containsKey(SET);
  }

  @Test
  void aNodeWithoutPowerStopsItsPodAndBringsItBackWithThePower() {
    apply.apply(set("postgres:17.1", 1));
    pass(10);
    machines.power("node-1", false);
    assertThat(kubelet.life(ObjectStore.key(pod("orders-0"))).orElseThrow().program()).isEmpty();
    pass(60);
    assertThat(PodStatuses.ready(pod("orders-0"))).isFalse();
    machines.power("node-1", true);
    pass(20);
    assertThat(PodStatuses.ready(pod("orders-0"))).isTrue();
  }

  private void pass(int seconds) {
    agenda.advanceTo(agenda.uptime().plus(Duration.ofSeconds(seconds)));
  }

  private Pod pod(String name) {
    return store.find(new ObjectKey("Pod", "shop", name), Pod.class).orElseThrow();
  }

  private String revision() {
    return store.find(SET, StatefulSet.class).orElseThrow().getStatus().getUpdateRevision();
  }

  private static String revision(Pod pod) {
    return pod.getMetadata().getLabels().get(StatefulSetController.REVISION_LABEL);
  }

  private static StatefulSet set(String image, int replicas) {
    return new StatefulSetBuilder()
        .withNewMetadata()
        .withNamespace("shop")
        .withName("orders")
        .endMetadata()
        .withNewSpec()
        .withReplicas(replicas)
        .withNewTemplate()
        .withNewMetadata()
        .addToLabels("app", "orders")
        .endMetadata()
        .withNewSpec()
        .withTerminationGracePeriodSeconds(60L)
        .addNewContainer()
        .withName("postgresql")
        .withImage(image)
        .endContainer()
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  private static io.fabric8.kubernetes.api.model.HasMetadata budget() {
    return new PodDisruptionBudgetBuilder()
        .withNewMetadata()
        .withNamespace("shop")
        .withName("orders")
        .endMetadata()
        .withNewSpec()
        .withMaxUnavailable(new IntOrString(1))
        .withNewSelector()
        .withMatchLabels(Map.of("app", "orders"))
        .endSelector()
        .endSpec()
        .build();
  }

  private Program launch(Pod pod, IntConsumer exit) {
    return new Program() {
      @Override
      public boolean ready() {
        return true;
      }

      @Override
      public void preStop(Runnable done) {
        agenda.in(500, done);
      }

      @Override
      public void terminate() {
        agenda.in(200, () -> exit.accept(0));
      }

      @Override
      public void kill(boolean withoutAWord) {}

      @Override
      public void refresh(Pod pod) {}
    };
  }
}
