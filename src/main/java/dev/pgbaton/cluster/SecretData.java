package dev.pgbaton.cluster;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Texts as a Secret's {@code data} has them. */
public final class SecretData {
  private SecretData() {}

  public static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * @throws IllegalArgumentException if it is not Base64
   */
  public static String decoded(String value) {
    return new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8);
  }
}
