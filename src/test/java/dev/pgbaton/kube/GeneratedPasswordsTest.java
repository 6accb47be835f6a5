package dev.pgbaton.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.cluster.SecretData;
import dev.pgbaton.desired.AppliedHash;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredClusters;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.LookedUp;
import dev.pgbaton.spec.SpecFile;
import dev.pgbaton.spec.SpecParser;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The Secret of a user whose password is generated. */
class GeneratedPasswordsTest {
  private static final String SPEC =
      """
      apiVersion: pgbaton.dev/v1alpha1
      kind: PostgresCluster
      metadata: {name: orders, namespace: shop}
      spec:
        instances: 1
        image: registry.example.com/pgbaton/postgres:17
        storage: {size: 10Gi}
        users: [{name: app%s}]
        databases: [{name: shop, owner: app}]
      """;

  private final Secret live = made();

  @Test
  void anotherWordIsAnotherPasswordEverywhereInIt() {
    var before = value(live, "password");

    var rotated = written("may", live);

    assertThat(value(rotated, "password")).matches("[A-Za-z0-9]{32}").isNotEqualTo(before);
    assertThat(value(rotated, "uri")).contains(":" + value(rotated, "password") + "@");
    assertThat(rotated.getData().values()).noneMatch(v -> SecretData.decoded(v).contains(before));
    assertThat(Annotations.of(rotated, Names.ROTATION)).contains("may");
  }

  @Test
  void theSameWordAndOneThatIsTakenAwayAndComesBackChangeNothing() {
    var rotated = written("may", live);

    assertThat(written("may", rotated).getData()).isEqualTo(rotated.getData());
    var without = written("", rotated);
    assertThat(without.getData()).isEqualTo(rotated.getData());
    assertThat(written("may", without).getData()).isEqualTo(rotated.getData());
    assertThat(written("june", without).getData()).isNotEqualTo(rotated.getData());
  }

  @Test
  void allButThePasswordIsPutRightAndItIsKeptAsSomebodySetIt() {
    var changed =
        new SecretBuilder(live)
            .addToData("host", SecretData.encoded("elsewhere"))
            .addToData("password", SecretData.encoded("50% & mehr"))
            .addToData("theirs", SecretData.encoded("stays"))
            .build();

    var written = written("", changed);

    assertThat(value(written, "host")).isEqualTo("orders-primary.shop.svc");
    assertThat(value(written, "password")).isEqualTo("50% & mehr");
    assertThat(value(written, "uri")).contains("app:50%25%20%26%20mehr@");
    assertThat(written.getData()).doesNotContainKey("theirs");
  }

  @Test
  void onePasswordThatWasTakenOutIsMadeAnew() {
    var without = new SecretBuilder(live).removeFromData("password").build();

    assertThat(value(written("", without), "password")).matches("[A-Za-z0-9]{32}");
  }

  @Test
  void itIsLookedAtOnceUnlessSomebodyChangesIt() {
    var requests = new AtomicInteger();
    var there = new TreeMap<String, Secret>(Map.of("", live));
    var looking =
        new LookedUpPasswords(
            new ComposedSecrets((_, _, _) -> Map.of()),
            null,
            _ -> {
              requests.incrementAndGet();
              return Optional.of(there.get(""));
            });
    for (int i = 0; i < 3; i++)
      assertThat(looking.of(List.of(desired("")), seen(live))).isEqualTo(LookedUp.SAME);
    assertThat(requests).hasValue(1);

    var changed =
        new SecretBuilder(live)
            .editMetadata()
            .withResourceVersion("2")
            .endMetadata()
            .addToData("host", SecretData.encoded("elsewhere"))
            .build();
    there.put("", changed);
    assertThat(looking.of(List.of(desired("")), seen(changed)).changed().values())
        .containsExactly("what is beside the password");
  }

  private static ClusterSnapshot seen(Secret live) {
    return new ClusterSnapshot(
        new TreeMap<>(Map.of(new ObjectKey("Secret", "shop", "orders-app"), live)),
        List.of(),
        Set.of(),
        true);
  }

  /** As the server has it after the first write. */
  private static Secret made() {
    var secret = desired("");
    GeneratedPasswords.fill(secret);
    var data = new TreeMap<String, String>();
    secret.getStringData().forEach((key, value) -> data.put(key, SecretData.encoded(value)));
    return new SecretBuilder(secret)
        .withStringData(null)
        .withData(data)
        .editMetadata()
        .withResourceVersion("1")
        .addToAnnotations(Names.APPLIED, AppliedHash.of(desired("")))
        .endMetadata()
        .build();
  }

  private static Secret written(String word, Secret live) {
    var secret = desired(word);
    GeneratedPasswords.fill(secret, live);
    return secret;
  }

  private static Secret desired(String word) {
    return cluster(word).composedSecrets().stream()
        .filter(secret -> secret.getMetadata().getName().equals("orders-app"))
        .map(secret -> new SecretBuilder(secret).build())
        .findFirst()
        .orElseThrow();
  }

  private static DesiredCluster cluster(String word) {
    var text = SPEC.formatted(word.isEmpty() ? "" : ", rotation: " + word);
    var file = new SpecFile("clusters/orders.yaml", "1", text.getBytes(StandardCharsets.UTF_8));
    return DesiredClusters.of(SpecParser.parse(List.of(file)).valid().getFirst());
  }

  private static String value(Secret secret, String key) {
    return SecretData.decoded(secret.getData().get(key));
  }
}
