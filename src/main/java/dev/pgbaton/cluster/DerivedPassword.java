package dev.pgbaton.cluster;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The password of pgbaton's own role where the credentials are somebody else's: the instances and
 * the daemon know the superuser's, and nothing has to be added to the pods.
 */
public final class DerivedPassword {
  private static final String ALGORITHM = "HmacSHA256";

  private DerivedPassword() {}

  /** What is hashed with the superuser's password as the key; pgpool's image does it, too. */
  public static String role(String namespace, String statefulSet) {
    return "%s of %s/%s".formatted(Names.MONITOR_USER, namespace, statefulSet);
  }

  /**
   * @param statefulSet so that the same superuser's password elsewhere gives another one
   */
  public static String of(String superuser, String namespace, String statefulSet) {
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(superuser.getBytes(StandardCharsets.UTF_8), ALGORITHM));
      return HexFormat.of()
          .formatHex(mac.doFinal(role(namespace, statefulSet).getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }
}
