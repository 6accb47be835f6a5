package dev.pgbaton.sops;

/** A decrypted value. */
public record Cleartext(String value) {
  @Override
  public String toString() {
    return "***";
  }
}
