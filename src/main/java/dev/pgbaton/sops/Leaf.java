package dev.pgbaton.sops;

import java.util.List;
import java.util.Optional;

/**
 * A value of the file.
 *
 * @param path its keys; the items of a list have that of the list
 * @param text as the MAC counts it, unless it is encrypted
 */
record Leaf(List<String> path, String text, Optional<EncryptedValue> encrypted) {
  /** As SOPS binds the value to its place. */
  String where() {
    return String.join(":", path) + ":";
  }

  String key() {
    return String.join(".", path);
  }

  @Override
  public String toString() {
    return key();
  }
}
