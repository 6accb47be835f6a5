package dev.pgbaton.tls;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes an authority, and certificates in its name: always in the one same form. */
final class Issuing {
  private static final byte[] ECDSA_WITH_SHA256 =
      Der.sequence(Der.identifier("1.2.840.10045.4.3.2"));
  private static final byte[] COMMON_NAME = Der.identifier("2.5.4.3");
  private static final String BASIC_CONSTRAINTS = "2.5.29.19";
  private static final String KEY_USAGE = "2.5.29.15";
  private static final String EXTENDED_KEY_USAGE = "2.5.29.37";
  private static final String SERVER = "1.3.6.1.5.5.7.3.1";
  private static final String CLIENT = "1.3.6.1.5.5.7.3.2";
  private static final String NAMES = "2.5.29.17";
  private static final String OWN_KEY = "2.5.29.14";
  private static final String AUTHORITYS_KEY = "2.5.29.35";

  private static final int SIGNS = 0;
  private static final int SIGNS_CERTIFICATES = 5;
  private static final int SIGNS_REVOCATIONS = 6;

  private Issuing() {}

  /** Both in PEM. */
  record Issued(String certificate, String key) {}

  static Issued authority(String name, Instant from, Instant until)
      throws GeneralSecurityException {
    var pair = pair();
    var subject = named(name);
    return issued(
        pair,
        pair.getPrivate(),
        subject,
        subject,
        from,
        until,
        List.of(
            critical(BASIC_CONSTRAINTS, Der.sequence(Der.yes(), Der.integer(BigInteger.ZERO))),
            critical(KEY_USAGE, Der.flags(SIGNS_CERTIFICATES, SIGNS_REVOCATIONS)),
            extension(OWN_KEY, Der.octets(identifier(pair.getPublic())))));
  }

  /**
   * @param names under which it is reached; the first is its own
   */
  static Issued server(Issued authority, List<String> names, Instant from, Instant until)
      throws GeneralSecurityException {
    var reached =
        names.stream()
            .map(name -> Der.of(Der.CONTEXT | 2, name.getBytes(StandardCharsets.US_ASCII)))
            .toArray(byte[][]::new);
    return signed(
        authority,
        names.getFirst(),
        from,
        until,
        SERVER,
        List.of(extension(NAMES, Der.sequence(reached))));
  }

  /**
   * @param name as whom it comes
   */
  static Issued client(Issued authority, String name, Instant from, Instant until)
      throws GeneralSecurityException {
    return signed(authority, name, from, until, CLIENT, List.of());
  }

  private static Issued signed(
      Issued authority, String name, Instant from, Instant until, String usage, List<byte[]> more)
      throws GeneralSecurityException {
    var issuer = KeyPairs.certificate(authority.certificate());
    var signing =
        KeyPairs.privateKey(
            Pem.first(authority.key(), "PRIVATE KEY").orElseThrow(), issuer.getPublicKey());
    var pair = pair();
    var extensions =
        new ArrayList<>(
            List.of(
                critical(BASIC_CONSTRAINTS, Der.sequence()),
                critical(KEY_USAGE, Der.flags(SIGNS)),
                extension(EXTENDED_KEY_USAGE, Der.sequence(Der.identifier(usage)))));
    extensions.addAll(more);
    extensions.add(extension(OWN_KEY, Der.octets(identifier(pair.getPublic()))));
    extensions.add(
        extension(
            AUTHORITYS_KEY, Der.sequence(Der.of(Der.CONTEXT, identifier(issuer.getPublicKey())))));
    return issued(
        pair,
        signing,
        issuer.getSubjectX500Principal().getEncoded(),
        named(name),
        from,
        until,
        extensions);
  }

  private static Issued issued(
      KeyPair pair,
      PrivateKey signing,
      byte[] issuer,
      byte[] subject,
      Instant from,
      Instant until,
      List<byte[]> extensions)
      throws GeneralSecurityException {
    var serial = new byte[16];
    new SecureRandom().nextBytes(serial);
    var content =
        Der.sequence(
            Der.of(Der.CONTEXT | Der.CONSTRUCTED, Der.integer(BigInteger.TWO)),
            Der.integer(new BigInteger(1, serial)),
            ECDSA_WITH_SHA256,
            issuer,
            Der.sequence(Der.time(from), Der.time(until)),
            subject,
            pair.getPublic().getEncoded(),
            Der.of(
                Der.CONTEXT | Der.CONSTRUCTED | 3,
                Der.sequence(new ArrayList<>(extensions).toArray(byte[][]::new))));
    var signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(signing);
    signature.update(content);
    var certificate = Der.sequence(content, ECDSA_WITH_SHA256, Der.bits(signature.sign()));
    return new Issued(
        new Pem("CERTIFICATE", certificate).text(),
        new Pem("PRIVATE KEY", pair.getPrivate().getEncoded()).text());
  }

  private static KeyPair pair() throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private static byte[] named(String name) {
    // 64 characters are the most that a common name has.
    var text = name.length() <= 64 ? name : name.substring(0, 64);
    return Der.sequence(Der.set(Der.sequence(COMMON_NAME, Der.text(text))));
  }

  private static byte[] extension(String identifier, byte[] value) {
    return Der.sequence(Der.identifier(identifier), Der.octets(value));
  }

  private static byte[] critical(String identifier, byte[] value) {
    return Der.sequence(Der.identifier(identifier), Der.yes(), Der.octets(value));
  }

  private static byte[] identifier(PublicKey key) throws GeneralSecurityException {
    return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()), 20);
  }
}
