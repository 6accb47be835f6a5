package dev.pgbaton.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.catalog.Declaration;
import dev.pgbaton.catalog.DeclarationJson;
import dev.pgbaton.catalog.ScramSecret;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.desired.DesiredClusters;
import dev.pgbaton.desired.UserSecrets;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.LookedUp;
import dev.pgbaton.sops.DataKeys;
import dev.pgbaton.sops.PasswordVault;
import dev.pgbaton.spec.ParsedSpec;
import dev.pgbaton.spec.SpecFile;
import dev.pgbaton.spec.SpecParser;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Secrets that are made of passwords in others: whose is missing, and what moved. */
class ComposedSecretsTest {
  private static final String SPEC =
      """
      apiVersion: pgbaton.dev/v1alpha1
      kind: PostgresCluster
      metadata: {name: orders, namespace: shop}
      spec:
        instances: 1
        image: registry.example.com/pgbaton/postgres:17
        storage: {size: 10Gi}
        pgpool: {image: registry.example.com/pgbaton/pgpool:17}
        users:
          - {name: app, memberOf: [late]}
          - {name: late, password: {secretKeyRef: {name: vault, key: late}}}
        databases:
          - {name: shop, owner: app, grants: [{to: late, privileges: [CONNECT]}, {to: app, privileges: [CREATE]}]}
          - {name: archive, owner: late}
      """;

  private final Map<String, Secret> there = new TreeMap<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final ComposedSecrets composed =
      new ComposedSecrets(
          (_, _, names) -> {
            requests.incrementAndGet();
            var found = new TreeMap<>(there);
            found.keySet().retainAll(names);
            return found;
          });

  @Test
  void whoHasNoPasswordYetIsLeftOutAndNobodyElse() {
    keep("orders-app", "password", "one", "1");

    var users = filled("orders-users", Optional.empty());
    var pgpool = filled("orders-pgpool-users", Optional.empty());

    var declared = declaration(users);
    assertThat(declared.users()).extracting(Declaration.User::name).containsExactly("app");
    assertThat(declared.users().getFirst().memberOf()).isEmpty();
    assertThat(declared.databases()).extracting(Declaration.Database::name).containsExactly("shop");
    assertThat(declared.databases().getFirst().grants())
        .extracting(Declaration.Grant::to)
        .containsExactly("app");
    assertThat(pgpool.getData()).containsOnlyKeys("app");
    assertThat(users.getMetadata().getAnnotations())
        .containsEntry(
            Names.PASSWORDS_MISSING, "there is no Secret vault, which has the password of late");
  }

  @Test
  void aSecretThatMayNotBeReadIsAsGoodAsMissing() {
    keep("orders-app", "password", "one", "1");
    there.put("vault", ComposedSecrets.unreadable("vault"));

    var users = filled("orders-users", Optional.empty());

    assertThat(declaration(users).users())
        .extracting(Declaration.User::name)
        .containsExactly("app");
    assertThat(users.getMetadata().getAnnotations().get(Names.PASSWORDS_MISSING))
        .startsWith("the Secret vault may not be read by pgbaton");
  }

  @Test
  void whoHadAPasswordKeepsItWhileTheSecretIsGone() {
    keep("orders-app", "password", "one", "1");
    keep("vault", "late", "two", "2");
    var users = filled("orders-users", Optional.empty());
    var pgpool = filled("orders-pgpool-users", Optional.empty());
    there.remove("vault");

    assertThat(filled("orders-users", Optional.of(users)).getData()).isEqualTo(users.getData());
    var again = filled("orders-pgpool-users", Optional.of(pgpool));
    assertThat(again.getData()).isEqualTo(pgpool.getData());
    assertThat(again.getMetadata().getAnnotations()).containsKey(Names.PASSWORDS_MISSING);
  }

  @Test
  void whatIsTheSameIsNoNews() {
    keep("orders-app", "password", "one", "1");
    keep("vault", "late", "two", "2");
    for (var name : List.of("orders-users", "orders-pgpool-users")) {
      var first = filled(name, Optional.empty());
      keep("vault", "late", "two", "3");
      var again = filled(name, Optional.of(first));
      assertThat(id(again)).isEqualTo(id(first));
      keep("vault", "late", "other", "4");
      var other = filled(name, Optional.of(first));
      assertThat(id(other)).isNotEqualTo(id(first));
      keep("vault", "late", "two", "2");
    }
  }

  @Test
  void aSourceThatIsOnlyLabelledAnewIsLookedAtOnce() {
    keep("orders-app", "password", "one", "1");
    keep("vault", "late", "two", "2");
    var live = filled("orders-users", Optional.empty());
    var looking =
        new LookedUpPasswords(
            composed,
            new DecryptedPasswords(DataKeys.NONE, PasswordVault.NONE),
            _ -> Optional.of(live));
    requests.set(0);

    assertThat(looking.of(List.of(desired("orders-users")), seen(live))).isEqualTo(LookedUp.SAME);
    assertThat(requests).hasValue(0);

    keep("vault", "late", "two", "3");
    for (int i = 0; i < 3; i++)
      assertThat(looking.of(List.of(desired("orders-users")), seen(live))).isEqualTo(LookedUp.SAME);
    assertThat(requests).hasValue(1);

    keep("vault", "late", "other", "4");
    assertThat(looking.of(List.of(desired("orders-users")), seen(live)).changed())
        .containsEntry(
            new ObjectKey("Secret", "shop", "orders-users"),
            "a password in Secret vault (sessions go on; through pgpool, new logins with either password may fail for up to 5 s)");
  }

  @Test
  void aMissingPasswordIsLookedForEachTime() {
    keep("orders-app", "password", "one", "1");
    var live = filled("orders-users", Optional.empty());
    var looking =
        new LookedUpPasswords(
            composed,
            new DecryptedPasswords(DataKeys.NONE, PasswordVault.NONE),
            _ -> Optional.of(live));

    assertThat(looking.of(List.of(desired("orders-users")), seen(live))).isEqualTo(LookedUp.SAME);
    // Without the cluster's label it is in no snapshot.
    var before = seen(live);
    keep("vault", "late", "two", "2");
    assertThat(looking.of(List.of(desired("orders-users")), before).changed())
        .containsValue("a password that was missing");
  }

  @Test
  void onlyLineEndsAreTakenOff() {
    keep("orders-app", "password", "one\r\n", "1");
    keep("vault", "late", "two ", "2");

    var pgpool = filled("orders-pgpool-users", Optional.empty());

    assertThat(pgpool.getData()).containsExactly(Map.entry("app", encoded("one")));
    assertThat(pgpool.getMetadata().getAnnotations().get(Names.PASSWORDS_MISSING))
        .startsWith("late of the Secret vault begins or ends with a blank");
  }

  private void keep(String name, String key, String value, String version) {
    there.put(
        name,
        new SecretBuilder()
            .withNewMetadata()
            .withNamespace("shop")
            .withName(name)
            .withResourceVersion(version)
            .endMetadata()
            .addToData(key, encoded(value))
            .build());
  }

  private ClusterSnapshot seen(Secret live) {
    var objects = new TreeMap<ObjectKey, HasMetadata>();
    there.values().forEach(secret -> objects.put(Trim.key(secret), secret));
    objects.put(Trim.key(live), live);
    return new ClusterSnapshot(objects, List.of(), Set.of(), true);
  }

  private Secret filled(String name, Optional<Secret> live) {
    var secret = desired(name);
    composed.fill(secret, live);
    return secret;
  }

  private static Secret desired(String name) {
    var file = new SpecFile("clusters/orders.yaml", "1", SPEC.getBytes(StandardCharsets.UTF_8));
    var parsed = SpecParser.parse(List.of(file));
    assertThat(parsed.allProblems()).isEmpty();
    return DesiredClusters.of((ParsedSpec.Valid) parsed.clusters().firstEntry().getValue())
        .composedSecrets()
        .stream()
        .filter(secret -> secret.getMetadata().getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static String id(Secret secret) {
    return secret.getMetadata().getAnnotations().get(Names.USERS);
  }

  private static Declaration declaration(Secret users) {
    var text = users.getData().get(UserSecrets.DECLARATION);
    var declared =
        DeclarationJson.read(new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8));
    assertThat(declared.users())
        .allMatch(u -> ScramSecret.fits(u.verifier().orElseThrow().text(), "one"));
    return declared;
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
