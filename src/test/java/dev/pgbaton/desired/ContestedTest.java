package dev.pgbaton.desired;

import static dev.pgbaton.desired.Tutorial.manifests;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.spec.Problem;
import java.util.List;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

class ContestedTest {
  private static DesiredCluster made(Tutorial manifests) {
    return ((OwnersClusters.Result.Made) OwnersClusters.of(manifests.parsed())).cluster();
  }

  private static List<String> problems(
      SortedMap<ClusterId, List<Problem>> contested, DesiredCluster cluster) {
    return contested.getOrDefault(cluster.layout().id(), List.of()).stream()
        .map(Problem::toString)
        .toList();
  }

  @Test
  void twoDirectoriesMadeFromTheSameTutorialGetNothingOfEachOther() {
    var orders = made(manifests());
    var billing = made(manifests().named("billing"));

    var contested = Contested.between(List.of(orders, billing));

    assertThat(contested).hasSize(2);
    assertThat(problems(contested, orders))
        .contains(
            "pgpool/pgpool-deployment.yaml:1:1 Deployment database/pgpool-deployment is wanted by database/postgres-sts, and by database/billing (pgpool/pgpool-deployment.yaml:1:1) too. Two clusters can't have one object: give one of them another name, or a namespace of its own.");
    assertThat(problems(contested, billing))
        .anySatisfy(text -> assertThat(text).contains("by database/postgres-sts (pgpool/"))
        .noneSatisfy(text -> assertThat(text).contains("StatefulSet"));
  }

  @Test
  void aNameThatASpecGeneratesIsClaimedToo() {
    var spec = Specs.cluster("  pgpool: {image: registry.example.com/pgpool:4.6}");
    var manifests =
        made(manifests().in("shop").with("  name: pgpool-svc\n", "  name: orders-primary\n"));

    assertThat(problems(Contested.between(List.of(spec, manifests)), spec))
        .singleElement()
        .asString()
        .contains("Service shop/orders-primary is wanted by shop/orders");
  }

  @Test
  void aBarePodThatIsAnInstanceElsewhereIsRefused() {
    var orders = Specs.cluster();
    var manifests = made(manifests().in("shop").with("  name: pg-client\n", "  name: orders-1\n"));

    assertThat(problems(Contested.between(List.of(orders, manifests)), orders))
        .singleElement()
        .asString()
        .contains("Pod shop/orders-1");
  }

  @Test
  void differentNamespacesShareNothing() {
    assertThat(Contested.between(List.of(made(manifests()), made(manifests().in("other")))))
        .isEmpty();
  }

  /** Their names differ, as somebody has seen to, and their labels do not. */
  private static Tutorial renamed() {
    return manifests()
        .named("billing")
        .with("pgpool-svc-nodeport", "billing-nodeport")
        .with("pgpool-svc", "billing-svc")
        .with("pgpool-deployment", "billing-pgpool")
        .with("pgpool-secrets", "billing-pgpool")
        .with("postgres-headless-svc", "billing-headless")
        .with("postgres-secrets", "billing-secrets")
        .with("postgres-configmap", "billing-configmap")
        .with("pg-client", "billing-client");
  }

  @Test
  void aServiceThatLeadsToAnotherClustersPodsIsRefused() {
    var orders = made(manifests());
    var contested = Contested.between(List.of(orders, made(renamed())));

    assertThat(problems(contested, orders))
        .anySatisfy(
            text ->
                assertThat(text)
                    .startsWith(
                        "pgpool/pgpool-svc.yaml:1:1 Service database/pgpool-svc of database/postgres-sts selects the pods of Deployment database/billing-pgpool of database/billing (pgpool/pgpool-deployment.yaml:1:1), too."))
        .anySatisfy(
            text ->
                assertThat(text)
                    .contains(
                        "are selected by PodDisruptionBudget database/billing-pgbaton of database/billing"));
    assertThat(
            Contested.between(
                List.of(
                    orders,
                    made(
                        renamed()
                            .with("app: pgpool", "app: billing-pgpool")
                            .with("app: postgres", "app: billing")))))
        .isEmpty();
  }
}
