package dev.pgbaton.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * The certificate authorities of a PEM file. They replace the system's: a server whose CA is not in
 * the file is not trusted.
 */
public final class TrustedAuthorities {
  private final TrustManager[] managers;

  private TrustedAuthorities(TrustManager[] managers) {
    this.managers = managers;
  }

  /**
   * @throws IOException when the file can't be read or holds no certificate
   */
  public static TrustedAuthorities read(Path pem) throws IOException {
    try (var in = Files.newInputStream(pem)) {
      var certificates = CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (certificates.isEmpty()) {
        throw new IOException(pem + " holds no certificate");
      }
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (var certificate : certificates) {
        store.setCertificateEntry("ca-" + store.size(), certificate);
      }
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return new TrustedAuthorities(factory.getTrustManagers());
    } catch (GeneralSecurityException e) {
      throw new IOException(pem + " is no file of PEM certificates", e);
    }
  }

  public TrustManager[] managers() {
    return managers.clone();
  }

  public SSLContext context() {
    try {
      var context = SSLContext.getInstance("TLS");
      context.init(null, managers, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no TLS", e);
    }
  }
}
