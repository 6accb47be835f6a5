package dev.pgbaton.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.age.AgeKeyFile;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.desired.AppliedHash;
import dev.pgbaton.desired.ApplyPolicy;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredClusters;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.LookedUp;
import dev.pgbaton.sops.Cleartext;
import dev.pgbaton.sops.DataKeys;
import dev.pgbaton.sops.PasswordVault;
import dev.pgbaton.spec.EncryptedFiles;
import dev.pgbaton.spec.SpecFile;
import dev.pgbaton.spec.SpecParser;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The Secret of a user whose password SOPS encrypted in Git. */
class DecryptedPasswordsTest {
  private static final Path FILES = Path.of("src/test/resources/dev/pgbaton/sops");
  private static final String ENCODED = "T%C3%A4glich%20frisch%3A%2050%25%20%26%20mehr";
  private static final String SPEC =
      """
      apiVersion: pgbaton.dev/v1alpha1
      kind: PostgresCluster
      metadata: {name: orders, namespace: shop}
      spec:
        instances: 1
        image: registry.example.com/pgbaton/postgres:17
        storage: {size: 10Gi}
        users: [{name: app, password: {sops: {file: pw.enc.yaml, key: %s}}}]
        databases: [{name: shop, owner: app}]
      """;

  private final DecryptedPasswords decrypted =
      new DecryptedPasswords(new AgeKeyFile(FILES.resolve("keys.txt")), PasswordVault.NONE);

  @Test
  void theApplicationFindsItLikeAGeneratedOne() throws IOException {
    var secret = desired("shop.password", "whole.enc.yaml");

    decrypted.fill(secret, Optional.empty());

    assertThat(value(secret, "password")).isEqualTo("Täglich frisch: 50% & mehr");
    assertThat(value(secret, "uri"))
        .isEqualTo("postgresql://app:" + ENCODED + "@orders-primary.shop.svc:5432/shop");
    assertThat(value(secret, "jdbc-uri")).endsWith("?user=app&password=" + ENCODED);
    assertThat(secret.getData()).doesNotContainKey("encrypted").containsKey("primary-host");
    assertThat(secret.getStringData()).isNull();
    assertThat(secret.getMetadata().getAnnotations()).doesNotContainKey(Names.PASSWORDS_MISSING);
  }

  @Test
  void anotherFileIsAnotherIntentAndSoIsAnotherKey() throws IOException {
    var hashes =
        List.of(
            AppliedHash.of(desired("shop.password", "whole.enc.yaml")),
            AppliedHash.of(desired("shop.password", "only-passwords.enc.yaml")),
            AppliedHash.of(desired("reporting.password", "whole.enc.yaml")));
    assertThat(hashes).doesNotHaveDuplicates();
  }

  @Test
  void whatCantBeDecryptedSaysWhyAndLeavesThePasswordOfBefore() throws IOException {
    var first = desired("shop.password", "whole.enc.yaml");
    decrypted.fill(first, Optional.empty());
    var other = desired("shop.password", "for-others.enc.yaml");

    decrypted.fill(other, Optional.of(first));

    assertThat(other.getData()).isEqualTo(first.getData());
    assertThat(missing(other))
        .startsWith("the password of app: pw.enc.yaml can't be decrypted: none of the 1 keys");
    var fresh = desired("shop.password", "for-others.enc.yaml");
    decrypted.fill(fresh, Optional.empty());
    assertThat(fresh.getData())
        .containsKeys("username", "host")
        .doesNotContainKeys("password", "uri", "jdbc-uri", "primary-uri");
  }

  @Test
  void whatIsNoPasswordIsRefused() throws IOException {
    var several = desired("reporting.multi", "whole.enc.yaml");
    decrypted.fill(several, Optional.empty());
    assertThat(missing(several))
        .startsWith("the password of app: reporting.multi in pw.enc.yaml is no password");
    var absent = desired("shop.password", null);
    decrypted.fill(absent, Optional.empty());
    assertThat(missing(absent))
        .contains("clusters/orders.yaml:8:")
        .contains("spec.users[0].password.sops.file: pw.enc.yaml is not in the repository");
  }

  @Test
  void withoutAKeyTheOthersAreToldWhy() throws IOException {
    var secret = desired("shop.password", "whole.enc.yaml");
    new DecryptedPasswords(DataKeys.NONE, PasswordVault.NONE).fill(secret, Optional.empty());
    var composed = new ComposedSecrets((_, _, _) -> Map.of("orders-app", secret));
    var users = cluster("shop.password", "whole.enc.yaml").composedSecrets().getLast();

    composed.fill(users, Optional.empty());

    assertThat(missing(users))
        .startsWith("the password of app: PGBATON_SOPS_AGE_KEY_FILE is not set");
  }

  @Test
  void itIsAskedForOnlyOnceUnlessSomebodyChangesIt() throws IOException {
    var desired = desired("shop.password", "whole.enc.yaml");
    var live = live(desired, "1");
    var requests = new AtomicInteger();
    var there = new TreeMap<String, Secret>(Map.of("", live));
    var looking =
        new LookedUpPasswords(
            new ComposedSecrets((_, _, _) -> Map.of()),
            decrypted,
            _ -> {
              requests.incrementAndGet();
              return Optional.of(there.get(""));
            });

    for (int i = 0; i < 3; i++)
      assertThat(looking.of(List.of(desired), seen(live))).isEqualTo(LookedUp.SAME);
    assertThat(requests).hasValue(1);

    var changed =
        new SecretBuilder(live)
            .editMetadata()
            .withResourceVersion("2")
            .endMetadata()
            .addToData("password", "b3RoZXI=")
            .build();
    there.put("", changed);
    assertThat(looking.of(List.of(desired), seen(changed)).changed().values())
        .containsExactly("a password in Secret orders-app, which is not the one that is declared");
    assertThat(looking.of(List.of(desired), seen(changed))).isNotEqualTo(LookedUp.SAME);
  }

  @Test
  void aKeyThatIsMountedLaterIsSeenAndOneThatGoesTakesNothingAway() throws IOException {
    var desired = desired("shop.password", "whole.enc.yaml");
    var without = new DecryptedPasswords(DataKeys.NONE, PasswordVault.NONE);
    var locked = desired("shop.password", "whole.enc.yaml");
    without.fill(locked, Optional.empty());

    var unasked =
        new LookedUpPasswords(
            new ComposedSecrets((_, _, _) -> Map.of()),
            without,
            _ -> {
              throw new AssertionError("nothing new, and asked");
            });
    assertThat(unasked.of(List.of(desired), seen(locked))).isEqualTo(LookedUp.SAME);
    assertThat(without.changed(desired, locked)).isEmpty();
    assertThat(decrypted.changed(desired, locked)).contains("a password that was not to be had");
    assertThat(without.changed(desired, live(desired, "1"))).isEmpty();
  }

  @Test
  void aPasswordOfAVaultIsLikeTheOthersAndLookedAtNowAndThen() {
    var file =
        new SpecFile(
            "clusters/orders.yaml",
            "1",
            SPEC.replace(
                    "{sops: {file: pw.enc.yaml, key: %s}}", "{vault: {path: shop/orders, key: pw}}")
                .getBytes(StandardCharsets.UTF_8));
    var desired =
        DesiredClusters.of(SpecParser.parse(List.of(file)).valid().getFirst())
            .composedSecrets()
            .getFirst();
    var asked = new ArrayList<String>();
    var vault =
        new DecryptedPasswords(
            DataKeys.NONE,
            (mount, path, key) -> {
              asked.add("%s %s %s".formatted(mount, path, key));
              return new Cleartext("of the vault");
            });
    var live = new SecretBuilder(desired).build();
    vault.fill(live, Optional.empty());
    live.getMetadata().setResourceVersion("1");

    assertThat(value(live, "password")).isEqualTo("of the vault");
    assertThat(value(live, "uri")).contains("app:of%20the%20vault@");
    assertThat(asked).containsExactly("secret shop/orders pw");
    var looking =
        new LookedUpPasswords(
            new ComposedSecrets((_, _, _) -> Map.of()), vault, _ -> Optional.of(live));
    for (int i = 0; i < 3; i++)
      assertThat(looking.of(List.of(desired), seen(live))).isEqualTo(LookedUp.SAME);
    assertThat(asked).hasSize(2);
    decrypted.fill(desired, Optional.of(live));
    assertThat(missing(desired)).contains("PGBATON_VAULT_ADDRESS is not set");
    assertThat(value(desired, "password")).isEqualTo("of the vault");
  }

  private Secret live(Secret desired, String version) {
    var live = new SecretBuilder(desired).build();
    decrypted.fill(live, Optional.empty());
    live.getMetadata().setResourceVersion(version);
    return live;
  }

  private static ClusterSnapshot seen(Secret live) {
    return new ClusterSnapshot(
        new TreeMap<>(Map.of(new ObjectKey("Secret", "shop", "orders-app"), live)),
        List.of(),
        Set.of(),
        true);
  }

  private static String missing(Secret secret) {
    return secret.getMetadata().getAnnotations().get(Names.PASSWORDS_MISSING);
  }

  private static String value(Secret secret, String key) {
    return new String(
        Base64.getDecoder().decode(secret.getData().get(key)), StandardCharsets.UTF_8);
  }

  private static Secret desired(String key, String encrypted) throws IOException {
    return cluster(key, encrypted).objects().stream()
        .filter(object -> object.policy() == ApplyPolicy.DECRYPTED)
        .map(object -> new SecretBuilder((Secret) object.object()).build())
        .findFirst()
        .orElseThrow();
  }

  private static DesiredCluster cluster(String key, String encrypted) throws IOException {
    var file =
        new SpecFile(
            "clusters/orders.yaml", "1", SPEC.formatted(key).getBytes(StandardCharsets.UTF_8));
    var files =
        EncryptedFiles.of(
            List.of(file),
            (_, _) ->
                encrypted == null
                    ? Optional.empty()
                    : Optional.of(Files.readAllBytes(FILES.resolve(encrypted))));
    return DesiredClusters.of(SpecParser.parse(List.of(file), List.of(), files).valid().getFirst());
  }
}
