package dev.pgbaton.catalog;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.text.Normalizer;
import java.util.Base64;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** What PostgreSQL keeps of a password, after RFC 5803. */
public final class ScramSecret {
  /** PostgreSQL's own numbers. */
  private static final int SALT_BYTES = 16;

  private static final int ITERATIONS = 4096;

  private static final Pattern FORM =
      Pattern.compile("SCRAM-SHA-256\\$(\\d{1,9}):([^$]+)\\$([^:]+):(.+)");

  private ScramSecret() {}

  /**
   * @param random what the salt is taken from
   */
  public static String of(String password, RandomGenerator random) {
    try {
      var salt = new byte[SALT_BYTES];
      random.nextBytes(salt);
      var salted = salted(password, salt, ITERATIONS);
      var text = Base64.getEncoder();
      return "SCRAM-SHA-256$%d:%s$%s:%s"
          .formatted(
              ITERATIONS,
              text.encodeToString(salt),
              text.encodeToString(storedKey(salted)),
              text.encodeToString(mac(salted, "Server Key")));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has what SCRAM-SHA-256 needs", e);
    }
  }

  /** False for every other kind of secret, and for none. */
  public static boolean fits(String secret, String password) {
    var match = FORM.matcher(secret);
    if (!match.matches()) return false;
    try {
      var salted =
          salted(
              password,
              Base64.getDecoder().decode(match.group(2)),
              Integer.parseInt(match.group(1)));
      return MessageDigest.isEqual(storedKey(salted), Base64.getDecoder().decode(match.group(3)));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return false;
    }
  }

  private static byte[] salted(String password, byte[] salt, int iterations)
      throws GeneralSecurityException {
    // Clients prepare what they are given (SASLprep); of what people type, this is what changes.
    var prepared = Normalizer.normalize(password, Normalizer.Form.NFKC);
    return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
        .generateSecret(new PBEKeySpec(prepared.toCharArray(), salt, iterations, 256))
        .getEncoded();
  }

  private static byte[] storedKey(byte[] salted) throws GeneralSecurityException {
    return MessageDigest.getInstance("SHA-256").digest(mac(salted, "Client Key"));
  }

  private static byte[] mac(byte[] key, String text) throws GeneralSecurityException {
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
  }
}
