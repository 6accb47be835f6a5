package dev.pgbaton.postgres;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** What PostgreSQL keeps of a password, after RFC 5803. */
final class ScramSecret {
  private static final Pattern FORM =
      Pattern.compile("SCRAM-SHA-256\\$(\\d{1,9}):([^$]+)\\$([^:]+):(.+)");

  private ScramSecret() {}

  /** False for every other kind of secret, and for none. */
  static boolean fits(String secret, Password password) {
    var match = FORM.matcher(secret);
    if (!match.matches()) return false;
    try {
      var salted =
          SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
              .generateSecret(
                  new PBEKeySpec(
                      password.value().toCharArray(),
                      Base64.getDecoder().decode(match.group(2)),
                      Integer.parseInt(match.group(1)),
                      256))
              .getEncoded();
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(salted, "HmacSHA256"));
      var clientKey = mac.doFinal("Client Key".getBytes(java.nio.charset.StandardCharsets.UTF_8));
      var storedKey = MessageDigest.getInstance("SHA-256").digest(clientKey);
      return MessageDigest.isEqual(storedKey, Base64.getDecoder().decode(match.group(3)));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return false;
    }
  }
}
