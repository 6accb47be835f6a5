package dev.pgbaton.cluster;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A name for a content. */
public final class Sha256 {
  /** Of the whole of it. */
  public static final int DIGITS = 64;

  private Sha256() {}

  /**
   * @param digits how many hexadecimal digits, at most {@link #DIGITS}
   */
  public static String hex(String content, int digits) {
    try {
      var digest =
          MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, digits);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
