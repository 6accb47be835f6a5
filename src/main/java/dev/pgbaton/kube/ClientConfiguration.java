package dev.pgbaton.kube;

import dev.pgbaton.cluster.Names;
import io.fabric8.kubernetes.client.Config;
import io.quarkus.kubernetes.client.KubernetesConfigCustomizer;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/** How the daemon's Kubernetes client behaves. */
@Singleton
public final class ClientConfiguration implements KubernetesConfigCustomizer {
  private static final String PKCS8_BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String PKCS8_END = "-----END PRIVATE KEY-----";

  @Override
  public void customize(Config config) {
    // A refused eviction is an answer, and who planned a write decides whether it is tried again.
    config.setRequestRetryBackoffLimit(0);
    // In the API server's audit log, and the field manager of what is created.
    config.setUserAgent(Names.MANAGER);
    config.setConnectionTimeout(3_000);
    config.setRequestTimeout(10_000);
    config.setWatchReconnectInterval(500);
    if (isEllipticPkcs8(config)) config.setClientKeyAlgo("EC");
  }

  /** The client takes every key whose header does not say otherwise for RSA. */
  private static boolean isEllipticPkcs8(Config config) {
    try {
      var pem = pem(config);
      var begin = pem.indexOf(PKCS8_BEGIN);
      var end = pem.indexOf(PKCS8_END);
      if (begin < 0 || end < begin) return false;
      var der = Base64.getMimeDecoder().decode(pem.substring(begin + PKCS8_BEGIN.length(), end));
      KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
      return true;
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      // Not ours to report: the client says better what is wrong with the key.
      return false;
    }
  }

  private static String pem(Config config) throws IOException {
    if (config.getClientKeyData() != null)
      return new String(
          Base64.getDecoder().decode(config.getClientKeyData()), StandardCharsets.UTF_8);
    return config.getClientKeyFile() == null
        ? ""
        : Files.readString(Path.of(config.getClientKeyFile()));
  }
}
