package dev.pgbaton.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgbaton.cluster.Names;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CertificateSecretsTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final Path FILES = Path.of("src/test/resources/dev/pgbaton/tls");

  @Test
  void aServersCertificateIsSignedForAllOfItsNames() throws Exception {
    var authority = authority();
    var server = server(authority, Optional.empty(), NOW);

    var certificate = certificate(server, "tls.crt");
    var root = certificate(server, "ca.crt");
    assertThat(value(server, "ca.crt")).isEqualTo(value(authority, "tls.crt"));
    var parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
    parameters.setRevocationEnabled(false);
    parameters.setDate(Date.from(NOW.plus(Duration.ofDays(300))));
    CertPathValidator.getInstance("PKIX")
        .validate(
            CertificateFactory.getInstance("X.509").generateCertPath(List.of(certificate)),
            parameters);
    assertThat(certificate.getSubjectAlternativeNames())
        .extracting(name -> (Object) name.get(1))
        .containsExactly("orders-primary", "orders-primary.shop.svc", "*.orders-headless");
    assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
    assertThat(certificate.getKeyUsage()[0]).isTrue();
    assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
    assertThat(root.getBasicConstraints()).isZero();
    assertThat(root.getKeyUsage()[5]).isTrue();
    assertThat(root.getNotAfter().toInstant()).isAfter(NOW.plus(Duration.ofDays(3600)));
    assertThat(
            KeyPairs.wrong(
                value(server, "tls.crt"), value(server, "tls.key"), value(server, "ca.crt")))
        .isEmpty();
    assertThat(KeyPairs.wrong(value(server, "tls.crt"), value(authority, "tls.key"), ""))
        .contains("tls.key is not the key of tls.crt");
  }

  @Test
  void itStaysUntilItsTimeComesOrItsNamesChange() {
    var authority = authority();
    var first = server(authority, Optional.empty(), NOW);

    var later = server(authority, Optional.of(first), NOW.plus(Duration.ofDays(200)));
    assertThat(later.getData()).isEqualTo(first.getData());
    assertThat(later.getMetadata().getAnnotations())
        .isEqualTo(first.getMetadata().getAnnotations());
    assertThat(CertificateSecrets.isDue(first, NOW.plus(Duration.ofDays(200)))).isFalse();

    var due = NOW.plus(Duration.ofDays(244));
    assertThat(CertificateSecrets.isDue(first, due)).isTrue();
    var renewed = server(authority, Optional.of(first), due);
    assertThat(renewed.getData().get("tls.crt")).isNotEqualTo(first.getData().get("tls.crt"));
    assertThat(CertificateSecrets.isDue(renewed, due)).isFalse();

    var others = server(authority(), Optional.of(first), NOW);
    assertThat(others.getData().get("tls.crt")).isNotEqualTo(first.getData().get("tls.crt"));
  }

  @Test
  void aClientsCertificateIsGoodForItsNameOnly() {
    var authority = authority();
    var client = client(authority);
    var certificate = value(client, "tls.crt");
    var trusted = value(client, "ca.crt");
    assertThat(KeyPairs.wrong(certificate, value(client, "tls.key"), trusted)).isEmpty();

    assertThat(KeyPairs.wrongForClient(certificate, trusted, "repmgr")).isEmpty();
    assertThat(KeyPairs.wrongForClient(certificate, trusted, "postgres"))
        .contains("the name in tls.crt is CN=repmgr, and not CN=postgres");
    assertThat(KeyPairs.wrongForClient(certificate, "", "repmgr"))
        .hasValueSatisfying(why -> assertThat(why).contains("no ca.crt"));
    assertThat(KeyPairs.wrongForClient(certificate, value(client(authority()), "ca.crt"), "repmgr"))
        .hasValueSatisfying(why -> assertThat(why).contains("not signed by"));
    var server = server(authority, Optional.empty(), Instant.now());
    assertThat(KeyPairs.wrongForClient(value(server, "tls.crt"), trusted, "orders-primary"))
        .hasValueSatisfying(why -> assertThat(why).contains("not for clients"));
  }

  /** OpenSSL wants each one up to a self-signed one, and looks at the time of all. */
  @Test
  void aClientsCertificateIsNoGoodWithoutARootWhoseTimeItIs(@TempDir Path directory)
      throws Exception {
    var root = TestAuthority.chain(directory, "repmgr");
    assertThat(KeyPairs.wrongForClient(root.client(), root.between() + root.root(), "repmgr"))
        .isEmpty();
    assertThat(KeyPairs.wrongForClient(root.client() + root.between(), root.root(), "repmgr"))
        .isEmpty();
    assertThat(KeyPairs.wrongForClient(root.client(), root.between(), "repmgr"))
        .hasValueSatisfying(why -> assertThat(why).contains("up to a self-signed one"));

    var now = Instant.now();
    var from = now.minus(Duration.ofDays(2));
    var over = Issuing.authority("shop/orders-ca", from, now.minus(Duration.ofDays(1)));
    var client = Issuing.client(over, "repmgr", from, now.plus(Duration.ofDays(1)));
    assertThat(KeyPairs.wrongForClient(client.certificate(), over.certificate(), "repmgr"))
        .hasValueSatisfying(why -> assertThat(why).contains("is over"));
  }

  private static Secret client(Secret authority) {
    var secret =
        new SecretBuilder()
            .withNewMetadata()
            .withName("orders-replication")
            .withAnnotations(
                new TreeMap<>(Map.of(Names.ISSUED_BY, "orders-ca", Names.CERTIFICATE_OF, "repmgr")))
            .endMetadata()
            .withType(CertificateSecrets.TYPE)
            .build();
    CertificateSecrets.fill(secret, Optional.empty(), authority, Instant.now());
    return secret;
  }

  @Test
  void whatCanNotSignIsTold() {
    var other =
        new SecretBuilder()
            .withNewMetadata()
            .withName("orders-ca")
            .endMetadata()
            .withData(Map.of("tls.crt", "", "tls.key", ""))
            .build();

    assertThatThrownBy(() -> server(other, Optional.empty(), NOW))
        .hasMessage(
            "the Secret orders-ca can't sign a certificate: its tls.crt and tls.key are not what pgbaton has made, or its time is over");
  }

  @ParameterizedTest
  @CsvSource({"rsa.crt, rsa1.key", "ec.crt, ec1.key"})
  void keysInOlderFormsAreRead(String certificate, String key) throws IOException {
    assertThat(KeyPairs.wrong(file(certificate), file(key), "")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "rsa.crt, ec1.key, 'tls.key is not the key of tls.crt, or can''t be read'",
    "ec.crt, enc.key, tls.key is encrypted: nobody would be there to decrypt it",
    "ec.crt, ec.crt, tls.key is no private key in PEM",
    "ec1.key, ec1.key, 'tls.crt is no certificate in PEM, or what follows the first one is none'"
  })
  void whatAServerCouldNotUseIsToldWithoutItsContent(String certificate, String key, String why)
      throws IOException {
    assertThat(KeyPairs.wrong(file(certificate), file(key), "")).contains(why);
  }

  @Test
  void allThatAServerWouldReadIsLookedAt() throws IOException {
    var certificate = file("ec.crt");
    var key = file("ec1.key");
    var broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assertThat(KeyPairs.wrong(certificate + file("rsa.crt"), key, certificate)).isEmpty();
    assertThat(KeyPairs.wrong(certificate, key, " \n")).isEmpty();
    assertThat(KeyPairs.wrong(certificate + broken, key, ""))
        .hasValueSatisfying(why -> assertThat(why).startsWith("tls.crt is no certificate"));
    assertThat(KeyPairs.wrong(certificate + "-----BEGIN CERTIFICATE-----\nAAAA", key, ""))
        .hasValueSatisfying(why -> assertThat(why).startsWith("tls.crt is no certificate"));
    assertThat(KeyPairs.wrong(certificate, key, "garbage"))
        .hasValueSatisfying(why -> assertThat(why).startsWith("ca.crt is no certificate"));
  }

  private static Secret authority() {
    var secret =
        new SecretBuilder()
            .withNewMetadata()
            .withNamespace("shop")
            .withName("orders-ca")
            .endMetadata()
            .withType(CertificateSecrets.TYPE)
            .build();
    CertificateSecrets.fillAuthority(secret, NOW);
    return secret;
  }

  private static Secret server(Secret authority, Optional<Secret> live, Instant now) {
    var secret =
        new SecretBuilder()
            .withNewMetadata()
            .withName("orders-tls")
            .withAnnotations(
                new TreeMap<>(
                    Map.of(
                        Names.ISSUED_BY,
                        "orders-ca",
                        Names.CERTIFICATE_NAMES,
                        "orders-primary,orders-primary.shop.svc,*.orders-headless")))
            .endMetadata()
            .withType(CertificateSecrets.TYPE)
            .build();
    CertificateSecrets.fill(secret, live, authority, now);
    return secret;
  }

  private static X509Certificate certificate(Secret secret, String key) throws Exception {
    return KeyPairs.certificate(value(secret, key));
  }

  private static String value(Secret secret, String key) {
    return new String(
        Base64.getDecoder().decode(secret.getData().get(key)), StandardCharsets.US_ASCII);
  }

  private static String file(String name) throws IOException {
    return Files.readString(FILES.resolve(name));
  }
}
