package dev.pgbaton.desired;

import dev.pgbaton.cluster.Sha256;

/** A short name for a content, such as the name of what is immutable ends in. */
final class ContentHash {
  private static final int DIGITS = 10;

  private ContentHash() {}

  static String of(String content) {
    return Sha256.hex(content, DIGITS);
  }
}
