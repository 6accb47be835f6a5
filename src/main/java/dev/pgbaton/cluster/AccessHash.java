package dev.pgbaton.cluster;

/** By which daemon and instance know that they speak of the same rules of access. */
public final class AccessHash {
  private static final int DIGITS = 16;

  private AccessHash() {}

  public static String of(String rules) {
    return Sha256.hex(rules, DIGITS);
  }
}
