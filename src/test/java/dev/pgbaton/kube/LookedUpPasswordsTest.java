package dev.pgbaton.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.LookedUp;
import dev.pgbaton.tls.CertificateSecrets;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** By what the caches keep of them. */
class LookedUpPasswordsTest {
  @Test
  void anotherAuthorityMakesEachCertificateAnew() {
    var first = authority();
    var server = issued("orders-tls", Names.CERTIFICATE_NAMES, "orders-primary", first);
    var client = issued("orders-replication", Names.CERTIFICATE_OF, Names.REPLICATION_NAME, first);

    assertThat(lookedUp(first, server, client).changed()).isEmpty();
    assertThat(lookedUp(authority(), server, client).changed())
        .hasSize(2)
        .allSatisfy((_, why) -> assertThat(why).contains("another authority"));
  }

  private static LookedUp lookedUp(Secret authority, Secret... issued) {
    var seen = new TreeMap<ObjectKey, HasMetadata>();
    for (var secret : List.of(authority, issued[0], issued[1]))
      seen.put(Trim.key(secret), Trim.inPlace(new SecretBuilder(secret).build()));
    return new LookedUpPasswords(null, null, _ -> Optional.empty())
        .of(List.of(issued), new ClusterSnapshot(seen, List.of(), Set.of(), true));
  }

  private static Secret authority() {
    var secret = secret("orders-ca", Map.of());
    CertificateSecrets.fillAuthority(secret, Instant.now());
    return secret;
  }

  private static Secret issued(String name, String annotation, String value, Secret authority) {
    var secret = secret(name, Map.of(Names.ISSUED_BY, "orders-ca", annotation, value));
    CertificateSecrets.fill(secret, Optional.empty(), authority, Instant.now());
    return secret;
  }

  private static Secret secret(String name, Map<String, String> annotations) {
    return new SecretBuilder()
        .withNewMetadata()
        .withNamespace("shop")
        .withName(name)
        .withAnnotations(new TreeMap<>(annotations))
        .endMetadata()
        .withType(CertificateSecrets.TYPE)
        .build();
  }
}
