package dev.pgbaton.tls;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** Certificates and their keys, in PEM. */
public final class KeyPairs {
  private static final String CLIENT = "1.3.6.1.5.5.7.3.2";

  private KeyPairs() {}

  /**
   * Why a server could not use them, in words that repeat nothing of the key; empty if it can. What
   * it would only find out as it loads them could keep it from starting.
   */
  public static Optional<String> wrong(String certificate, String key, String authorities) {
    X509Certificate read;
    try {
      read = all(certificate).getFirst();
    } catch (GeneralSecurityException | RuntimeException e) {
      return Optional.of("tls.crt is no certificate in PEM, or what follows the first one is none");
    }
    try {
      if (!authorities.isBlank()) all(authorities);
    } catch (GeneralSecurityException | RuntimeException e) {
      return Optional.of("ca.crt is no certificate in PEM, or what follows the first one is none");
    }
    var pem = Pem.first(key, "PRIVATE KEY");
    if (pem.isEmpty()) return Optional.of("tls.key is no private key in PEM");
    if (pem.get().kind().startsWith("ENCRYPTED"))
      return Optional.of("tls.key is encrypted: nobody would be there to decrypt it");
    try {
      var algorithm = signature(read.getPublicKey());
      // One that Java can't count with is PostgreSQL's to judge.
      if (algorithm.isEmpty()) return Optional.empty();
      return fit(algorithm.get(), privateKey(pem.get(), read.getPublicKey()), read.getPublicKey())
          ? Optional.empty()
          : Optional.of("tls.key is not the key of tls.crt");
    } catch (GeneralSecurityException | RuntimeException e) {
      return Optional.of("tls.key is not the key of tls.crt, or can't be read");
    }
  }

  /**
   * Why no server that trusts {@code authorities} would let it in as {@code name}; empty if one
   * would. Such a server breaks the connection off, also where it would be content with a password.
   *
   * @param certificate that {@link #wrong} finds nothing wrong with
   */
  public static Optional<String> wrongForClient(
      String certificate, String authorities, String name) {
    if (authorities.isBlank())
      return Optional.of("the Secret of spec.tls has no ca.crt, by which it would be known");
    try {
      var chain = all(certificate);
      var first = chain.getFirst();
      if (!List.of(first.getSubjectX500Principal().getName().split("[,+]")).contains("CN=" + name))
        return Optional.of(
            "the name in tls.crt is %s, and not CN=%s"
                .formatted(first.getSubjectX500Principal().getName(), name));
      if (!isForClients(first))
        return Optional.of("tls.crt is not for clients: it lacks the usage \"client auth\"");
      validate(chain, authorities);
      return Optional.empty();
    } catch (GeneralSecurityException | RuntimeException e) {
      return Optional.of(
          "tls.crt is not signed by an authority in ca.crt of the Secret of spec.tls, which has all up to a self-signed one, or the time of one of them is over or has not begun");
    }
  }

  private static boolean isForClients(X509Certificate certificate) throws CertificateException {
    var uses = certificate.getExtendedKeyUsage();
    return uses == null || uses.contains(CLIENT);
  }

  /**
   * As OpenSSL does, which is content with a self-signed authority only, and looks at the time of
   * that one, too.
   */
  private static void validate(List<X509Certificate> chain, String authorities)
      throws GeneralSecurityException {
    var roots = new HashSet<TrustAnchor>();
    var others = new ArrayList<>(chain);
    for (var authority : all(authorities)) {
      if (!isSelfSigned(authority)) others.add(authority);
      else if (isInItsTime(authority) && isForClients(authority))
        roots.add(new TrustAnchor(authority, null));
    }
    var target = new X509CertSelector();
    target.setCertificate(chain.getFirst());
    var parameters = new PKIXBuilderParameters(roots, target);
    parameters.addCertStore(
        CertStore.getInstance("Collection", new CollectionCertStoreParameters(others)));
    parameters.setRevocationEnabled(false);
    var path = CertPathBuilder.getInstance("PKIX").build(parameters).getCertPath();
    for (var certificate : path.getCertificates())
      if (!isForClients((X509Certificate) certificate))
        throw new CertificateException("an authority that is not for clients");
  }

  private static boolean isInItsTime(X509Certificate certificate) {
    try {
      certificate.checkValidity();
      return true;
    } catch (CertificateException e) {
      return false;
    }
  }

  private static boolean isSelfSigned(X509Certificate certificate) {
    if (!certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal()))
      return false;
    try {
      certificate.verify(certificate.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** At least one. */
  private static List<X509Certificate> all(String pem) throws GeneralSecurityException {
    var blocks = Pem.all(pem, "CERTIFICATE");
    // A block that is not closed, or of another kind, is what a server stumbles over.
    if (blocks.isEmpty() || blocks.size() != pem.split("-----BEGIN", -1).length - 1)
      throw new CertificateException("not only certificates");
    var read = new ArrayList<X509Certificate>();
    for (var block : blocks) read.add(certificate(block.text()));
    return read;
  }

  static X509Certificate certificate(String pem) throws GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
  }

  /** Older forms lack the algorithm, which the certificate says. */
  static PrivateKey privateKey(Pem pem, PublicKey of) throws GeneralSecurityException {
    var content =
        pem.kind().equals("PRIVATE KEY")
            ? pem.content()
            : Der.sequence(
                Der.integer(BigInteger.ZERO),
                Der.first(of.getEncoded()),
                Der.octets(pem.content()));
    return KeyFactory.getInstance(of.getAlgorithm())
        .generatePrivate(new PKCS8EncodedKeySpec(content));
  }

  private static Optional<String> signature(PublicKey key) {
    return switch (key.getAlgorithm()) {
      case "EC" -> Optional.of("SHA256withECDSA");
      case "RSA" -> Optional.of("SHA256withRSA");
      case "EdDSA" -> Optional.of("EdDSA");
      default -> Optional.empty();
    };
  }

  private static boolean fit(String algorithm, PrivateKey one, PublicKey other)
      throws GeneralSecurityException {
    var text = "one and the same".getBytes(StandardCharsets.US_ASCII);
    var signing = Signature.getInstance(algorithm);
    signing.initSign(one);
    signing.update(text);
    var checking = Signature.getInstance(algorithm);
    checking.initVerify(other);
    checking.update(text);
    return checking.verify(signing.sign());
  }
}
