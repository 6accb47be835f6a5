package dev.pgbaton.cluster;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** By which daemon and instance know that they speak of the same rules of access. */
public final class AccessHash {
  private static final int DIGITS = 16;

  private AccessHash() {}

  public static String of(String rules) {
    try {
      var digest =
          MessageDigest.getInstance("SHA-256").digest(rules.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
